"""The API's representation of a bid."""

from typing import Annotated

from pydantic import Field

from khaya.bids.model import Bid, Reason, Status
from khaya.jobs.model import Job
from khaya.jobs.model import Status as JobStatus
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.pricing.model import Amounts, amounts_within
from khaya.profiles.model import Badge, Profile
from khaya.profiles.trust import badges, trust
from khaya.profiles.view import Rating
from khaya.uploads.view import file_url


class BidView(Model):
    """A bid for its worker and the job's owner."""

    id: str
    job_id: str
    job_title: str
    worker_id: str
    worker_name: str
    amount_cents: Cents
    timeline_days: int
    proposal: str
    status: Status
    rejection_reason: Reason | None
    decided_at: str | None
    created_at: str
    updated_at: str


class PlacedBidView(BidView):
    """A bid for the worker who has just placed it.

    Attributes:
        payout_account_needed: whether the job is paid through escrow, and they have no bank account to be paid to.
    """

    payout_account_needed: bool


class BidderView(Model):
    """The reputation of the worker who placed a bid."""

    photo_url: str | None
    verified: bool
    trust_score: int
    rating: Rating
    completed_jobs: int
    badges: list[Badge]


class Quote(Model):
    """The amounts of the escrow if the bid is accepted."""

    buyer_total_cents: Cents
    deposit_cents: Cents
    balance_cents: Cents
    worker_cents: Cents


class OwnerBidView(BidView):
    """A bid for the job's owner."""

    worker: BidderView
    quote: Annotated[Quote | None, Field(description="`null` on jobs that are paid in cash.")]


class OwnBidView(BidView):
    """A bid in the list of its worker's own."""

    job_status: JobStatus | None


def bid_view(bid: Bid) -> BidView:
    """The bid for its worker. A view takes the fields that it has from all that the bid has."""
    return BidView.model_validate(vars(bid))


def placed_bid_view(bid: Bid, *, payout_account_needed: bool) -> PlacedBidView:
    """A new bid, with what its worker has to do to be paid."""
    return PlacedBidView.model_validate(vars(bid) | {"payout_account_needed": payout_account_needed})


def owner_bid_view(bid: Bid, job: Job | None, worker: Profile, now: str) -> OwnerBidView:
    """The bid for the owner of `job`; `worker` is the bidder's profile."""
    terms = job.terms if job else None
    amounts = amounts_within(bid.amount_cents, terms) if terms else None
    bidder = BidderView(
        photo_url=file_url(worker.photo_url, worker.pictures, own=False, public=True),
        verified=worker.verified,
        trust_score=trust(worker).score,
        rating=Rating(average=worker.rating_average, count=worker.rating_count),
        completed_jobs=worker.completed_jobs,
        badges=badges(worker, now),
    )
    return OwnerBidView.model_validate(vars(bid) | {"worker": bidder, "quote": _quote(amounts) if amounts else None})


def own_bid_view(bid: Bid, job: Job | None) -> OwnBidView:
    """The bid for its worker, with the status of its job."""
    return OwnBidView.model_validate(vars(bid) | {"job_status": job.status if job else None})


def _quote(amounts: Amounts) -> Quote:
    return Quote(**{name: getattr(amounts, name) for name in Quote.model_fields})
