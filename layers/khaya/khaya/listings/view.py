"""A listing as the API shows it: to anybody, and to its seller and admins."""

from __future__ import annotations

from typing import Any

from khaya.listings.model import Category, Listing, Moderation, Status
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.platform.web.access import Caller
from khaya.uploads.view import Picture, pictures


class ListingView(Model):
    """A listing as anybody sees it."""

    id: str
    seller_id: str
    seller_name: str
    title: str
    description: str
    category: Category
    price_cents: Cents
    unit: str
    stock: int
    location: str
    photos: list[Picture]
    status: Status
    created_at: str
    updated_at: str
    version: int


class OwnListingView(ListingView):
    """A listing as its seller and admins see it."""

    moderation: Moderation | None


def shown(listing: Listing, visitor: Caller | None) -> OwnListingView | ListingView:
    """The listing as `visitor` may see it."""
    if visitor is not None and (visitor.is_admin or visitor.user_id == listing.seller_id):
        return shown_fully(listing)
    return ListingView(**_fields(listing, ListingView))


def shown_fully(listing: Listing) -> OwnListingView:
    """The listing as its seller, or an admin, sees it."""
    return OwnListingView(**_fields(listing, OwnListingView))


def _fields(listing: Listing, view: type[ListingView]) -> dict[str, Any]:
    return {name: getattr(listing, name) for name in view.model_fields} | {"photos": pictures(listing.photos)}
