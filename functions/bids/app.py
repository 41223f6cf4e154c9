"""Routes of bids: placing, listing, accepting, rejecting and withdrawing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.bids import service, store
from khaya.bids.model import Bid, BidOffer, Sort, Status
from khaya.bids.view import (
    BidView,
    OwnBidView,
    OwnerBidView,
    PlacedBidView,
    bid_view,
    own_bid_view,
    owner_bid_view,
    placed_bid_view,
)
from khaya.jobs.view import PartyJobView, party_job_view
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.data.pages import Page
from khaya.platform.web.access import Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.users.store import pass_account_guard

api = Api("Bids", pass_account_guard)

WORKER = Access("workers", roles=("worker",))
PARTIES = Access("the bidder and the job's owner", roles=("worker", "buyer"))
OWNER = Access("the job's owner", roles=("buyer",))
BIDDER = Access("the bidder", roles=("worker",))


class Acceptance(Model):
    """The accepted bid and its job."""

    job: PartyJobView
    bid: BidView


class RejectionRequest(RequestModel):
    """An optional message to the worker."""

    reason: Annotated[Prose, Length(0, 500)] | None = None


@api.post("/jobs/<job_id>/bids", WORKER, "Bid on a job", status=201, body=PlacedBidView)
def place(job_id: str, offer: Annotated[BidOffer, Body()]) -> Response[PlacedBidView]:
    """A worker has at most one live bid per job, and may bid again after a withdrawal.

    `payoutAccountNeeded` says that the job is paid through escrow, and that they have to give a bank account first.
    """
    bid, needs_account = service.place(
        job_id, offer, worker_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    api.count("BidPlaced")
    view = placed_bid_view(bid, payout_account_needed=needs_account)
    return api.answer(view, status=201, location=f"/bids/{bid.id}")


@api.get("/jobs/<job_id>/bids", PARTIES, "Bids on a job", body=Page[OwnerBidView | BidView])
def on_job(
    job_id: str,
    sort: Annotated[Sort, Query(description="Cheapest first, or newest first.")] = "createdAt",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnerBidView | BidView]]:
    """The job's owner sees all bids and their bidders' reputation, a worker their own bids."""
    page_request = api.page_request(limit, cursor, job_id, sort, private=True)
    result = service.on_job(job_id, api.caller, sort, page_request)
    return api.answer_page(result, page_request, _viewer(result.items))


@api.get("/bids/mine", WORKER, "One's own bids, newest first", body=Page[OwnBidView])
def mine(
    status: Annotated[Status | None, Query()] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnBidView]]:
    """Bids with any status, or with the given one."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = store.of_worker(api.caller.user_id, status, page_request)
    jobs = service.jobs_of(result.items)
    return api.answer_page(result, page_request, lambda bid: own_bid_view(bid, jobs[bid.job_id]))


@api.get("/bids/<bid_id>", PARTIES, "One bid", body=OwnerBidView | BidView)
def one_bid(bid_id: str) -> Response[OwnerBidView | BidView]:
    """Visible to its worker and the job's owner."""
    bid = service.get_visible(bid_id, api.caller.user_id)
    return api.answer(_viewer([bid])(bid))


@api.post("/bids/<bid_id>/acceptance", OWNER, "Accept a bid", body=Acceptance)
def accept(bid_id: str) -> Response[Acceptance]:
    """Accepts one bid of the job. The other bids are rejected within seconds."""
    job, bid = service.accept(bid_id, owner_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("BidAccepted")
    view = BidView.model_validate(vars(bid))  # as `bid_view` does, without one more file in the reading order
    return api.answer(Acceptance(job=party_job_view(job, api.caller.user_id, None), bid=view))


@api.post("/bids/<bid_id>/rejection", OWNER, "Reject a bid", body=OwnerBidView)
def reject(bid_id: str, request: Annotated[RejectionRequest | None, Body()] = None) -> Response[OwnerBidView]:
    """Rejects the bid. The worker may not bid on this job again."""
    note = request.reason if request else None
    bid = service.reject(bid_id, note, owner_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(_viewer([bid])(bid))


@api.post("/bids/<bid_id>/withdrawal", BIDDER, "Withdraw a bid", body=BidView)
def withdraw(bid_id: str) -> Response[BidView]:
    """Withdraws the bid. The worker may bid again while the job is open."""
    bid = service.withdraw(bid_id, worker_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(bid_view(bid))


def _viewer(bids: Sequence[Bid]) -> Callable[[Bid], BidView]:
    """What shows bids on one job as the caller sees them: as its owner, or as the worker."""
    if not bids or bids[0].buyer_id != api.caller.user_id:
        return bid_view
    job, workers = service.bidders_of(bids)
    return lambda bid: owner_bid_view(bid, job, workers[bid.worker_id], api.now)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
