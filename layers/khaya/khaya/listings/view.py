"""The API's representations of a listing: public, and for its seller and admins."""

from typing import Annotated, Any

from pydantic import Field

from khaya.listings.model import Category, Listing, Status
from khaya.moderation.model import Moderation
from khaya.platform.base.feeds import EXCERPT_LENGTH
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.platform.base.text import excerpt
from khaya.platform.web.access import Caller
from khaya.uploads.view import Picture, pictures


class ListingView(Model):
    """The public representation of a listing."""

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


class ListingCard(Model):
    """A listing in a list of cards: the same for everybody."""

    id: str
    seller_id: str
    seller_name: str
    title: str
    excerpt: str
    category: Category
    price_cents: Cents
    unit: str
    stock: int
    location: str
    photos: Annotated[list[Picture], Field(description="The first one, if there is any.")]
    created_at: str


class OwnListingView(ListingView):
    """The representation of a listing for its seller and admins."""

    moderation: Moderation | None


def listing_view(listing: Listing, visitor: Caller | None) -> OwnListingView | ListingView:
    """The representation of the listing that `visitor` may see."""
    if visitor is not None and (visitor.is_admin or visitor.user_id == listing.seller_id):
        return own_listing_view(listing, visitor.user_id)
    return ListingView(**_fields(listing, ListingView, own=False))


def listing_card(listing: Listing) -> ListingCard:
    """The listing in a list of cards."""
    return ListingCard(
        **{name: getattr(listing, name) for name in ListingCard.model_fields if name not in ("excerpt", "photos")},
        excerpt=excerpt(listing.description, EXCERPT_LENGTH),
        photos=pictures(listing.photos[:1], listing.pictures, own=False, public=True),
    )


def own_listing_view(listing: Listing, person: str) -> OwnListingView:
    """The representation of the listing for its seller or an admin."""
    return OwnListingView(**_fields(listing, OwnListingView, own=person == listing.seller_id))


def _fields(listing: Listing, view: type[ListingView], *, own: bool) -> dict[str, Any]:
    photos = pictures(listing.photos, listing.pictures, own=own, public=listing.status == "active")
    return {name: getattr(listing, name) for name in view.model_fields} | {"photos": photos}
