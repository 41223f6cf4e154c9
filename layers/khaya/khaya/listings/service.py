"""Use cases of listings."""

from __future__ import annotations

from collections.abc import Iterable

from khaya.listings import store
from khaya.listings.model import Category, Listing, ListingChanges, ListingOffer, new_listing
from khaya.moderation.model import ModerationRequest
from khaya.platform.base.errors import NotFound
from khaya.platform.base.models import Item
from khaya.platform.base.text import words
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.search import store as search
from khaya.uploads import service as uploads
from khaya.uploads.model import HandIn


def post(offer: ListingOffer, *, seller_id: str, now: str, unit_of_work: UnitOfWork) -> Listing:
    """List materials.

    Raises:
        Invalid: a photo is not the seller's upload for a listing, or no picture.
        Conflict: the seller has reached `LISTING_LIMIT`. Raised when the unit of work is committed.
    """
    hand_in = HandIn.of(offer.photos, seller_id, "listing", "photos")
    profile_item, *items = read_together([profiles.key(seller_id), *uploads.keys(offer.photos)])
    handed_in = uploads.check_hand_in(hand_in, items, now)
    seller = profiles.read(profile_item, seller_id)
    listing = new_listing(
        offer,
        seller_id=seller_id,
        seller_name=seller.display_name,
        verified=seller.verified,
        now=now,
        hidden=seller.hidden,
    )
    unit_of_work.add(*store.create(listing), *uploads.hand_in_writes(handed_in, "listings", listing.id, "photos"))
    return listing


def feed(
    category: Category | None, location: str | None, text: str | None, page_request: PageRequest
) -> PageResult[Listing]:
    """Active listings, newest first, filtered by category, location and words of the title if given."""
    if text is None:
        return store.feed(category, location, page_request)
    result = search.find("listings", words(text), category, location, page_request, store.key)
    return result.mapped(Listing.model_validate)


def get_visible(listing_id: str, visitor: Caller | None) -> Listing:
    """The listing, if the visitor may see it.

    Raises:
        NotFound: the visitor may not see the listing, or it does not exist.
    """
    return require_visible(store.find(listing_id), visitor)


def get_for_edit(
    listing_id: str, caller: Caller, upload_keys: Iterable[str] = ()
) -> tuple[Listing, bool, list[Item | None]]:
    """The caller's own listing, whether they are verified, and the items of uploads, in one read.

    Raises:
        NotFound: the caller may not see the listing, or it does not exist.
        Forbidden: the caller is not the seller.
    """
    keys = [store.key(listing_id), profiles.key(caller.user_id), *uploads.keys(upload_keys)]
    listing_item, profile_item, *uploaded = read_together(keys)
    listing = require_visible(store.read(listing_item), caller).require_owner(caller.user_id)
    return listing, profiles.read(profile_item, caller.user_id).verified, uploaded


def edit(
    listing: Listing,
    changes: ListingChanges,
    uploaded: Iterable[Item | None],
    *,
    verified: bool,
    now: str,
    unit_of_work: UnitOfWork,
) -> Listing:
    """Edit the fields in `changes`; `uploaded` are the items of the uploads among it.

    Raises:
        Invalid: a photo is not the seller's upload for a listing, or no picture.
        Conflict: the listing was rejected and is unchanged, or the seller has reached `LISTING_LIMIT`.
    """
    if "photos" in changes.model_fields_set:
        hand_in = HandIn.of(changes.photos, listing.seller_id, "listing", "photos", known=listing.photos)
        handed_in = uploads.check_hand_in(hand_in, uploaded, now)
        unit_of_work.add(*uploads.hand_in_writes(handed_in, "listings", listing.id, "photos"))
    return _add_change(listing, listing.edited(changes, verified=verified, now=now), unit_of_work)


def deactivate(listing: Listing, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Make a listing inactive."""
    return _add_change(listing, listing.deactivated(now), unit_of_work)


def restock(listing: Listing, delta: int, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Add `delta` to the stock of a listing.

    Raises:
        Conflict: the stock would be negative or too large.
    """
    return _add_change(listing, listing.restocked(delta, now), unit_of_work)


def moderate(
    listing: Listing, request: ModerationRequest, *, moderator_id: str, now: str, unit_of_work: UnitOfWork
) -> Listing:
    """Record an admin's decision on a pending listing.

    Raises:
        Forbidden: the admin is the seller.
        Stale: there is a newer version than the one that the admin has read.
        Conflict: the listing is not pending.
    """
    decided = listing.moderated(request, moderator_id=moderator_id, now=now)
    return _add_change(listing, decided, unit_of_work)


def _add_change(before: Listing, after: Listing, unit_of_work: UnitOfWork) -> Listing:
    if after is not before:
        unit_of_work.add(*store.change(before, after))
    return after


def require_visible(listing: Listing | None, visitor: Caller | None) -> Listing:
    """The listing that was read, if the visitor may see it.

    Raises:
        NotFound: the visitor may not see the listing, or it does not exist.
    """
    person = visitor.user_id if visitor else None
    if listing is None or not listing.visible_to(person, admin=visitor is not None and visitor.is_admin):
        raise NotFound("There is no such listing.")
    return listing
