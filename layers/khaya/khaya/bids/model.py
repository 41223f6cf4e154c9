"""The bid, its state machine, and the rules of each transition."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from khaya.jobs.model import LARGEST_BUDGET_CENTS, LEAST_BUDGET_CENTS, Job
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import Cents

Status = Literal["pending", "accepted", "rejected", "withdrawn"]
Reason = Literal["other_bid_accepted", "by_owner", "job_cancelled", "job_expired"]
Sort = Literal["amount", "createdAt"]

REJECTION_REASONS: Final[dict[str, Reason]] = {
    "in_progress": "other_bid_accepted",
    "completed": "other_bid_accepted",
    "cancelled": "job_cancelled",
    "expired": "job_expired",
}
"""The rejection reason of pending bids, by the status of their job."""


MAX_BIDS_AGAIN = 3
"""How often a worker may bid again on one job after withdrawals."""


class BidOffer(RequestModel):
    """The request to place a bid."""

    amount_cents: Annotated[
        Cents,
        Field(ge=LEAST_BUDGET_CENTS, le=LARGEST_BUDGET_CENTS, description="Cents, from R10 to R1,000,000."),
    ]
    timeline_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    proposal: Annotated[Prose, Length(20, 2000)]


class Bid(Model):
    """A worker's bid on a job."""

    id: str
    job_id: str
    job_title: str
    buyer_id: str
    worker_id: str
    worker_name: str
    amount_cents: Cents
    timeline_days: int
    proposal: str
    status: Status = "pending"
    rejection_reason: Reason | None = None
    rejection_note: str | None = None
    """The owner's message to the worker, for the notification."""
    decided_at: str | None = None
    job_posted_at: str | None = None
    created_at: str
    updated_at: str

    @property
    def response_minutes(self) -> float | None:
        """Minutes from the posting of the job to this bid."""
        return clock.seconds_between(self.job_posted_at, self.created_at) / 60 if self.job_posted_at else None

    def visible_to(self, person: str) -> bool:
        """Whether the person is the bidder or the job's owner."""
        return person in (self.worker_id, self.buyer_id)

    def require_job_owner(self, person: str) -> "Bid":
        """This bid, after checking that the person posted its job.

        Raises:
            Forbidden: another person posted the job.
        """
        if person != self.buyer_id:
            raise Forbidden("Only the buyer who posted the job may do this.", code="not_the_owner")
        return self

    def accepted(self, now: str) -> "Bid":
        """The bid after its acceptance.

        Raises:
            Conflict: the bid is not pending.
        """
        return self._decided("accepted", now)

    def rejected(self, reason: Reason, now: str, note: str | None = None) -> "Bid":
        """The bid after its rejection.

        Raises:
            Conflict: the bid is not pending.
        """
        return self._decided("rejected", now, rejection_reason=reason, rejection_note=note)

    def withdrawn(self, person: str, now: str) -> "Bid":
        """The bid after its withdrawal.

        Raises:
            Forbidden: another worker placed the bid.
            Conflict: the bid is not pending.
        """
        if person != self.worker_id:
            raise Forbidden("Only the worker who placed the bid may withdraw it.", code="not_the_owner")
        return self._decided("withdrawn", now)

    def retitled(self, title: str) -> "Bid":
        """The bid with a new copy of its job's title."""
        return self.model_copy(update={"job_title": title})

    def _decided(self, status: Status, now: str, **changed: Any) -> "Bid":
        if self.status != "pending":
            raise Conflict(f"The bid is {self.status}.", code="bid_status", params={"status": self.status})
        return self.model_copy(update={**changed, "status": status, "decided_at": now, "updated_at": now})


def new_bid(offer: BidOffer, job: Job, *, worker_id: str, worker_name: str, now: str) -> Bid:
    """A new pending bid on `job`.

    Raises:
        Forbidden: the worker posted the job.
        Conflict: the job is not open.
    """
    if worker_id == job.buyer_id:
        raise Forbidden("Nobody bids on their own job.", code="own_job")
    if job.status != "open" or job.expires_at <= now:
        raise Conflict(
            f"The job is {'expired' if job.status == 'open' else job.status}, so it takes no bids.",
            code="job_status",
            params={"status": "expired" if job.status == "open" else job.status},
        )
    if job.hidden:
        raise Conflict("The job takes no bids at the moment.", code="job_hidden")
    return Bid(
        id=new_id(),
        job_id=job.id,
        job_title=job.title,
        buyer_id=job.buyer_id,
        worker_id=worker_id,
        worker_name=worker_name,
        amount_cents=offer.amount_cents,
        timeline_days=offer.timeline_days,
        proposal=offer.proposal,
        job_posted_at=job.created_at,
        created_at=now,
        updated_at=now,
    )
