"""Use cases of enquiries."""

from collections.abc import Sequence
from dataclasses import dataclass

from khaya.enquiries import store
from khaya.enquiries.model import AnswerRequest, Enquiry, EnquiryRequest, new_enquiry
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.listings.service import require_visible
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, Write, read_together
from khaya.platform.web.access import Caller
from khaya.users import store as users
from khaya.users.model import User


@dataclass(frozen=True)
class Related:
    """What an enquiry is shown with.

    Attributes:
        listing: the listing; None if it does not exist any more.
        buyer: the private record of the buyer.
    """

    listing: Listing | None
    buyer: User


def ask(
    listing_id: str, request: EnquiryRequest, *, buyer: Caller, now: str, unit_of_work: UnitOfWork
) -> tuple[Enquiry, Related]:
    """Ask the seller of a listing.

    One transaction stores the enquiry, takes the buyer's slot on the listing, and counts the enquiry for the buyer's
    day and on the listing.

    Raises:
        NotFound: the buyer may not see the listing, or it does not exist.
        Forbidden: the buyer is the seller.
        Conflict: the listing is not active, its seller is suspended or has left, or the buyer has an open enquiry
            about it.
        TooMany: the buyer made `ENQUIRIES_PER_DAY` enquiries today. Raised, like most others, on the commit.
    """
    listing_item, buyer_item = read_together([listings.key(listing_id), users.key(buyer.user_id)])
    listing = require_visible(listings.read(listing_item), buyer)
    enquiry = new_enquiry(request, listing, buyer_id=buyer.user_id, now=now)
    unit_of_work.add(
        *store.create(enquiry),
        listings.count_enquiry(listing.id),
        users.require_in_role(listing.seller_id, "seller"),
    )
    return enquiry, Related(listing, users.read(buyer_item, buyer.user_id))


def answer(enquiry_id: str, request: AnswerRequest, *, seller_id: str, now: str, unit_of_work: UnitOfWork) -> Enquiry:
    """Answer an enquiry, which ends it.

    Raises:
        NotFound: the caller may not see the enquiry, or it does not exist.
        Forbidden: the caller is not the seller.
        Conflict: the enquiry is not open.
    """
    enquiry = _get_visible(enquiry_id, seller_id).require_seller(seller_id)
    after = enquiry.answered(request, now)
    unit_of_work.add(*end_writes(enquiry, after))
    return after


def close(enquiry_id: str, *, seller_id: str, now: str, unit_of_work: UnitOfWork) -> Enquiry:
    """Close an enquiry without an answer.

    Raises:
        NotFound: the caller may not see the enquiry, or it does not exist.
        Forbidden: the caller is not the seller.
        Conflict: the enquiry is not open.
    """
    enquiry = _get_visible(enquiry_id, seller_id).require_seller(seller_id)
    after = enquiry.closed(now)
    unit_of_work.add(*end_writes(enquiry, after))
    return after


def end_writes(before: Enquiry, after: Enquiry) -> list[Write]:
    """The writes of the end of an open enquiry, which the listing then no longer counts."""
    return [*store.change(before, after), listings.uncount_enquiry(before.listing_id)]


def related_of(enquiries: Sequence[Enquiry]) -> dict[str, Related]:
    """The listings and buyers of at most 50 enquiries, by the enquiries' ids, in one read."""
    if not enquiries:
        return {}
    keys = [key for one in enquiries for key in (listings.key(one.listing_id), users.key(one.buyer_id))]
    items = iter(read_together(keys))
    return {one.id: Related(listings.read(next(items)), users.read(next(items), one.buyer_id)) for one in enquiries}


def _get_visible(enquiry_id: str, person: str) -> Enquiry:
    enquiry = store.find(enquiry_id)
    if enquiry is None or not enquiry.visible_to(person):
        raise NotFound("There is no such enquiry.")
    return enquiry
