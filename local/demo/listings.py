"""Listings of the demo: some on the market, one that waits for an admin, one rejected, one taken off the market."""

from dataclasses import dataclass
from typing import Any, Literal

from local.demo import pictures
from local.demo.pictures import Colour
from local.demo.visit import Visits
from local.people import AYANDA, LINDIWE, RAJESH, Person

Fate = Literal["active", "pending", "rejected", "inactive"]

VERIFIED = RAJESH
"""The seller whom the admin knows; what he lists is on the market at once."""


@dataclass(frozen=True)
class DemoListing:
    """Materials, whose they are, and what became of the listing."""

    seller: Person
    title: str
    description: str
    category: str
    cents: int
    unit: str
    stock: int
    location: str
    fate: Fate = "active"
    picture: Colour | None = None

    @property
    def offer(self) -> dict[str, Any]:
        """The listing as its seller posts it."""
        return {
            "title": self.title,
            "description": self.description,
            "category": self.category,
            "priceCents": self.cents,
            "unit": self.unit,
            "stock": self.stock,
            "location": self.location,
        }


LISTINGS = (
    DemoListing(
        LINDIWE, "Clay face bricks, red", "First grade, on pallets of 500. Delivered within 40 kilometres.",
        "bricks", 450, "brick", 12_000, "Pietermaritzburg", picture=(178, 86, 62),
    ),
    DemoListing(
        LINDIWE, "Cement 42.5N", "Fresh from the factory every Tuesday, 50 kilogram bags.",
        "cement", 11_900, "bag", 300, "Pietermaritzburg",
    ),
    DemoListing(
        LINDIWE, "Building sand", "Washed river sand by the cubic metre; you bring the bakkie, we load.",
        "other", 38_000, "cubic metre", 40, "Pietermaritzburg", fate="pending",
    ),
    DemoListing(
        LINDIWE, "Mixed leftovers", "Whatever is in the corner of the yard, come and see.",
        "other", 10_000, "lot", 1, "Pietermaritzburg", fate="rejected",
    ),
    DemoListing(
        RAJESH, "Copper pipe 15 mm", "Class 2 copper, lengths of 5.5 metres, cut for you at the counter.",
        "plumbing", 42_500, "length", 60, "Phoenix", picture=(196, 120, 64),
    ),
    DemoListing(
        RAJESH, "White acrylic paint 20 litres", "Inside and outside, washable; other colours mixed while you wait.",
        "paint", 89_900, "bucket", 25, "Phoenix",
    ),
    DemoListing(
        RAJESH, "Roof sheets, corrugated", "Galvanised, 0.5 millimetres, 3.6 metres long; screws are extra.",
        "roofing", 31_500, "sheet", 0, "Phoenix", fate="inactive",
    ),
)  # fmt: skip


def load(visits: Visits) -> None:
    """Bring every listing of the demo to where it should be."""
    admin = visits.of(AYANDA)
    admin.call("PUT", f"/profiles/{visits.of(VERIFIED).who.user_id}/verification", {"verified": True})
    for seller in dict.fromkeys(listing.seller for listing in LISTINGS):
        listed = {found["title"]: found for found in visits.of(seller).everything("/listings/mine")}
        for listing in LISTINGS:
            if listing.seller == seller:
                bring_about(visits, listing, listed.get(listing.title))


def bring_about(visits: Visits, listing: DemoListing, found: dict[str, Any] | None) -> None:
    """Post a listing unless it is there, and see that the admin and its seller do with it what they do."""
    seller = visits.of(listing.seller)
    present = found or seller.call("POST", "/listings", listing.offer | photos(visits, listing))
    path = f"/listings/{present['id']}"
    if present["status"] == "pending" and listing.fate == "active":
        present = moderate(visits, path, "approve", "Looks as it should.")
    if present["status"] == "pending" and listing.fate == "rejected":
        present = moderate(visits, path, "reject", "Please say what exactly is for sale.")
    if present["status"] == "active" and listing.fate == "inactive":
        seller.call("PATCH", path, {"active": False})


def photos(visits: Visits, listing: DemoListing) -> dict[str, Any]:
    """The photos of a new listing, uploaded."""
    if listing.picture is None:
        return {}
    return {"photos": [pictures.upload(visits.of(listing.seller), "listing", listing.picture)]}


def moderate(visits: Visits, path: str, decision: str, reason: str) -> dict[str, Any]:
    """The admin's decision."""
    admin = visits.of(AYANDA)
    version = admin.call("GET", path)["version"]
    return admin.call("POST", f"{path}/moderation", {"decision": decision, "reason": reason, "version": version})
