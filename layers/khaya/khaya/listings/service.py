"""The use cases around listings that need more than one call."""

from __future__ import annotations

from khaya.listings import store
from khaya.listings.model import Category, Decision, Listing, ListingChanges, ListingOffer, offered
from khaya.platform.base.errors import NotFound
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.search import store as search
from khaya.search.model import words
from khaya.uploads.model import check_owner


def post(offer: ListingOffer, *, seller_id: str, now: str, unit_of_work: UnitOfWork) -> Listing:
    """List materials.

    Raises:
        Invalid: a photo is not the seller's upload for a listing.
        Conflict: the seller holds as many listings as one may; the refusal comes when the unit of work is committed.
    """
    check_owner(offer.photos, seller_id, "listing", "photos")
    seller = profiles.get(seller_id)
    listing = offered(offer, seller_id=seller_id, seller_name=seller.display_name, verified=seller.verified, now=now)
    unit_of_work.add(*store.create(listing))
    return listing


def feed(
    category: Category | None, location: str | None, text: str | None, page_request: PageRequest
) -> PageResult[Listing]:
    """Active listings, newest first, by category, place and words of the title where named."""
    if text is None:
        return store.feed(category, location, page_request)
    found = search.find("listings", words(text), category, location, page_request, store.key)
    return PageResult([Listing.model_validate(item) for item in found.items], found.after)


def visible(listing_id: str, visitor: Caller | None) -> Listing:
    """The listing, if the visitor may see it.

    Raises:
        NotFound: there is none such.
    """
    return _seen(store.find(listing_id), visitor)


def to_edit(listing_id: str, caller: Caller) -> tuple[Listing, bool]:
    """The caller's own listing, and whether they are verified, in one read.

    Raises:
        NotFound: there is none such that the caller may see.
        Forbidden: it is somebody else's.
    """
    listing_item, profile_item = read_together([store.key(listing_id), profiles.key(caller.user_id)])
    listing = _seen(store.read(listing_item), caller).owned_by(caller.user_id)
    return listing, profiles.read(profile_item, caller.user_id).verified


def edit(listing: Listing, changes: ListingChanges, *, verified: bool, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Change what `changes` names.

    Raises:
        Invalid: a photo is not the seller's upload for a listing.
        Conflict: it would be reactivated, but was rejected as it stands; or the seller holds too many.
    """
    if "photos" in changes.model_fields_set:
        added = [photo for photo in changes.photos if photo not in listing.photos]
        check_owner(added, listing.seller_id, "listing", "photos")
    return _changed(listing, listing.edited(changes, verified=verified, now=now), unit_of_work)


def deactivate(listing: Listing, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Take a listing off the market."""
    return _changed(listing, listing.deactivated(now), unit_of_work)


def restock(listing: Listing, delta: int, now: str, unit_of_work: UnitOfWork) -> Listing:
    """Move a listing's stock.

    Raises:
        Conflict: there is not that much left.
    """
    return _changed(listing, listing.restocked(delta, now), unit_of_work)


def moderate(
    listing: Listing, decision: Decision, reason: str | None, *, moderator_id: str, now: str, unit_of_work: UnitOfWork
) -> Listing:
    """Record an admin's decision on a listing that waits for it.

    Raises:
        Forbidden: it is the admin's own.
        Conflict: it does not wait for a decision.
    """
    decided = listing.moderated(decision, reason, moderator_id=moderator_id, now=now)
    return _changed(listing, decided, unit_of_work)


def _changed(before: Listing, after: Listing, unit_of_work: UnitOfWork) -> Listing:
    if after is not before:
        unit_of_work.add(*store.change(before, after))
    return after


def _seen(listing: Listing | None, visitor: Caller | None) -> Listing:
    person = visitor.user_id if visitor else None
    if listing is None or not listing.seen_by(person, admin=visitor is not None and visitor.is_admin):
        raise NotFound("There is no such listing.")
    return listing
