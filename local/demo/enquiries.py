"""Enquiries of the demo about listings on the market: one that waits for its seller, one answered, one closed."""

from dataclasses import dataclass
from typing import Any

from local.demo.visit import Visits
from local.people import LINDIWE, RAJESH, SIPHO, THANDI, Person


@dataclass(frozen=True)
class DemoEnquiry:
    """What a buyer asks the seller of a listing, and how that ends."""

    buyer: Person
    seller: Person
    listing: str
    enquiry: dict[str, Any]
    answer: str | None = None
    is_closed: bool = False


ENQUIRIES = (
    DemoEnquiry(
        THANDI, LINDIWE, "Clay face bricks, red",
        {"text": "Do you deliver to Hilton on a Saturday, and what does that cost?", "quantity": 2_000},
    ),
    DemoEnquiry(
        SIPHO, LINDIWE, "Cement 42.5N",
        {"text": "Is the price lower for a whole pallet?", "quantity": 40},
        answer="From 30 bags it is R112 a bag, and we load it for you.",
    ),
    DemoEnquiry(
        THANDI, RAJESH, "Copper pipe 15 mm",
        {"text": "Can you keep ten lengths for me until the end of next month?", "quantity": 10},
        is_closed=True,
    ),
)  # fmt: skip


def load(visits: Visits) -> None:
    """Bring every enquiry of the demo to where it should be."""
    for one in ENQUIRIES:
        bring_about(visits, one)


def bring_about(visits: Visits, one: DemoEnquiry) -> None:
    """Make an enquiry unless it is there, and see that its seller answers or closes it."""
    buyer, seller = visits.of(one.buyer), visits.of(one.seller)
    made = {found["text"]: found for found in buyer.everything("/enquiries/mine")}
    present = made.get(one.enquiry["text"])
    if present is None:
        (listing,) = (found for found in seller.everything("/listings/mine") if found["title"] == one.listing)
        present = buyer.call("POST", f"/listings/{listing['id']}/enquiries", one.enquiry)
    if present["status"] == "open" and one.answer is not None:
        seller.call("POST", f"/enquiries/{present['id']}/answer", {"text": one.answer})
    if present["status"] == "open" and one.is_closed:
        seller.call("POST", f"/enquiries/{present['id']}/closing")
