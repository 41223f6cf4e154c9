"""Routes of listings: building materials, their stock, the moderation queue, and enquiries of buyers."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.enquiries import service as enquiries
from khaya.enquiries import store as enquiry_store
from khaya.enquiries.model import AnswerRequest, EnquiryRequest, Side
from khaya.enquiries.view import EnquiryView, enquiry_view
from khaya.listings import service, store
from khaya.listings.model import Category, Listing, ListingChanges, ListingOffer, StockDelta
from khaya.listings.view import ListingCard, ListingView, OwnListingView, listing_card, listing_view, own_listing_view
from khaya.moderation.model import ModerationRequest
from khaya.platform.base.feeds import FeedView
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, FEED, PUBLIC, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit, PlaceFilter
from khaya.search.model import SearchText
from khaya.users.store import pass_account_guard

api = Api("Listings", pass_account_guard)

SELLER = Access("sellers", roles=("seller",))
MINE = Access("sellers, their own", roles=("seller",))
OWNER = Access("the listing's seller", roles=("seller",))
FORMER_OWNER = Access("the listing's seller, also without the role")
BUYER = Access("buyers", roles=("buyer",))


class StockRequest(RequestModel):
    """A stock movement."""

    delta: StockDelta


@api.post("/listings", SELLER, "List materials", status=201, body=OwnListingView)
def post_listing(offer: Annotated[ListingOffer, Body()]) -> Response[OwnListingView]:
    """Active immediately if the seller is verified, otherwise pending. A seller may have 20 active and pending ones."""
    listing = service.post(offer, seller_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ListingPosted")
    return api.answer(
        own_listing_view(listing, api.caller.user_id),
        status=201,
        location=f"/listings/{listing.id}",
        version=listing.version,
    )


@api.get("/listings", FEED, "Active listings, newest first", body=Page[OwnListingView | ListingView | ListingCard])
def feed(
    category: Annotated[Category | None, Query()] = None,
    location: PlaceFilter = None,
    q: Annotated[SearchText | None, Query()] = None,
    view: Annotated[FeedView, Query()] = "full",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnListingView | ListingView | ListingCard]]:
    """Filters by category, location and words of the title can be combined."""
    page_request = api.page_request(limit, cursor, category, location, q)
    result = service.feed(category, location, q, page_request)
    return api.answer_page(
        result,
        page_request,
        lambda listing: listing_card(listing) if view == "card" else listing_view(listing, api.visitor),
    )


@api.get("/listings/mine", MINE, "One's own listings, newest first", body=Page[OwnListingView])
def mine(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnListingView]]:
    """The caller's listings with any status."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.of_seller(api.caller.user_id, page_request)
    return api.answer_page(result, page_request, _own_view)


@api.get("/listings/pending", ADMIN, "Pending listings, longest wait first", body=Page[OwnListingView])
def pending(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnListingView]]:
    """The moderation queue."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.pending(page_request)
    return api.answer_page(result, page_request, _own_view)


@api.get("/listings/<listing_id>", PUBLIC, "One listing", body=OwnListingView | ListingView)
def one_listing(listing_id: str) -> Response[OwnListingView | ListingView]:
    """Everybody sees an active listing. Its seller and admins see it in any state."""
    listing = service.get_visible(listing_id, api.visitor)
    return api.answer(listing_view(listing, api.visitor), version=listing.version)


@api.patch("/listings/<listing_id>", OWNER, "Change a listing", body=OwnListingView)
def edit(listing_id: str, changes: Annotated[ListingChanges, Body()]) -> Response[OwnListingView]:
    """Changes the given fields. `active` deactivates or reactivates the listing.

    New text or photos of an unverified seller make the listing pending.
    """
    listing, verified, uploaded = service.get_for_edit(listing_id, api.caller, changes.photos or ())
    api.check_version(listing.version)
    return _answer(
        service.edit(listing, changes, uploaded, verified=verified, now=api.now, unit_of_work=api.unit_of_work)
    )


@api.delete("/listings/<listing_id>", FORMER_OWNER, "Deactivate a listing", status=204, if_match=True)
def remove(listing_id: str) -> Response[None]:
    """Makes the listing inactive. Idempotent. A person who has dropped the role seller may do this too."""
    listing = service.get_visible(listing_id, api.caller).require_owner(api.caller.user_id)
    api.check_version(listing.version)
    service.deactivate(listing, api.now, api.unit_of_work)
    return api.answer(None, status=204)


@api.post("/listings/<listing_id>/stock", OWNER, "Change the stock", body=OwnListingView, if_match=True)
def move_stock(listing_id: str, request: Annotated[StockRequest, Body()]) -> Response[OwnListingView]:
    """Adds `delta` to the stock, which never falls below zero."""
    listing = service.get_visible(listing_id, api.caller).require_owner(api.caller.user_id)
    api.check_version(listing.version)
    return _answer(service.restock(listing, request.delta, api.now, api.unit_of_work))


@api.post("/listings/<listing_id>/moderation", ADMIN, "Decide on a listing", body=OwnListingView, if_match=True)
def moderate(listing_id: str, request: Annotated[ModerationRequest, Body()]) -> Response[OwnListingView]:
    """Approves or rejects the version of a pending listing that the admin has read."""
    listing = service.get_visible(listing_id, api.caller)
    api.check_version(listing.version)
    decided = service.moderate(
        listing, request, moderator_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return _answer(decided)


@api.post("/listings/<listing_id>/enquiries", BUYER, "Ask the seller of a listing", status=201, body=EnquiryView)
def enquire(listing_id: str, request: Annotated[EnquiryRequest, Body()]) -> Response[EnquiryView]:
    """Tells the seller the buyer's name and phone. Ten in a day, and one open enquiry per listing."""
    enquiry, related = enquiries.ask(listing_id, request, buyer=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(enquiry_view(enquiry, related), status=201)


@api.get("/enquiries/mine", SIGNED_IN, "One's own enquiries, newest first", body=Page[EnquiryView])
def my_enquiries(
    side: Annotated[Side, Query(alias="as", description="The side of the enquiry that the caller is on.")] = "buyer",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[EnquiryView]]:
    """Enquiries that the caller made, or got as a seller, also without the role."""
    page_request = api.page_request(limit, cursor, side, private=True)
    result = enquiry_store.of_person(side, api.caller.user_id, page_request)
    related = enquiries.related_of(result.items)
    return api.answer_page(result, page_request, lambda enquiry: enquiry_view(enquiry, related[enquiry.id]))


@api.post("/enquiries/<id>/answer", FORMER_OWNER, "Answer an enquiry", body=EnquiryView)
def answer(id: str, request: Annotated[AnswerRequest, Body()]) -> Response[EnquiryView]:  # noqa: A002 - the name in the API contract
    """Ends the enquiry. The buyer may then make another one."""
    answered = enquiries.answer(id, request, seller_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(enquiry_view(answered, enquiries.related_of([answered])[id]))


@api.post("/enquiries/<id>/closing", FORMER_OWNER, "Close an enquiry", body=EnquiryView)
def close(id: str) -> Response[EnquiryView]:  # noqa: A002 - the name in the API contract
    """Ends the enquiry without an answer. The buyer may then make another one."""
    closed = enquiries.close(id, seller_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(enquiry_view(closed, enquiries.related_of([closed])[id]))


def _own_view(listing: Listing) -> OwnListingView:
    return own_listing_view(listing, api.caller.user_id)


def _answer(listing: Listing) -> Response[OwnListingView]:
    return api.answer(_own_view(listing), version=listing.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
