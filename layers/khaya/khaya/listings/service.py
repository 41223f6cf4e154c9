"""Use cases of listings."""

from __future__ import annotations

from khaya.listings import store
from khaya.listings.model import Category, Listing, ListingChanges, ListingOffer, ModerationRequest, new_listing
from khaya.platform.base.errors import NotFound
from khaya.platform.base.text import words
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.search import store as search
from khaya.uploads.model import check_owner


def post(offer: ListingOffer, *, seller_id: str, now: str, unit_of_work: UnitOfWork) -> Listing:
    """List materials.

    Raises:
        Invalid: a photo is not the seller's upload for a listing.
        Conflict: the seller has reached `LISTING_LIMIT`. Raised when the unit of work is committed.
    """
    check_owner(offer.photos, seller_id, "listing", "photos")
    seller = profiles.get(seller_id)
    listing = new_listing(
        offer, seller_id=seller_id, seller_name=seller.display_name, verified=seller.verified, now=now
    )
    unit_of_work.add(*store.create(listing))
    return listing


def feed(
    category: Category | None, location: str | None, text: str | None, page_request: PageRequest
) -> PageResult[Listing]:
    """Active listings, newest first, filtered by category, location and words of the title if given."""
    if text is None:
        return store.feed(category, location, page_request)
    found = search.find("listings", words(text), category, location, page_request, store.key)
    return PageResult([Listing.model_validate(item) for item in found.items], found.after)


def get_visible(listing_id: str, visitor: Caller | None) -> Listing:
    """The listing, if the visitor may see it.

    Raises:
        NotFound: the visitor may not see the listing, or it does not exist.
    """
    return _if_visible(store.find(listing_id), visitor)


def get_for_edit(listing_id: str, caller: Caller) -> tuple[Listing, bool]:
    """The caller's listing and whether the caller is verified, in one batch read.

    Raises:
        NotFound: the caller may not see the listing, or it does not exist.
        Forbidden: the caller is not the seller.
    """
    listing_item, profile_item = read_together([store.key(listing_id), profiles.key(caller.user_id)])
    listing = _if_visible(store.read(listing_item), caller).require_owner(caller.user_id)
    return listing, profiles.read(profile_item, caller.user_id).verified


def edit(listing: Listing, changes: ListingChanges, *, verified: bool, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Edit the fields in `changes`.

    Raises:
        Invalid: a photo is not the seller's upload for a listing.
        Conflict: the listing was rejected and is unchanged, or the seller has reached `LISTING_LIMIT`.
    """
    if "photos" in changes.model_fields_set:
        added = [photo for photo in changes.photos if photo not in listing.photos]
        check_owner(added, listing.seller_id, "listing", "photos")
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


def _if_visible(listing: Listing | None, visitor: Caller | None) -> Listing:
    person = visitor.user_id if visitor else None
    if listing is None or not listing.visible_to(person, admin=visitor is not None and visitor.is_admin):
        raise NotFound("There is no such listing.")
    return listing
