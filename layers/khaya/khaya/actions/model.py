"""The rules of what a person has to do about a job or a listing. Pure functions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from khaya.platform.base import clock

if TYPE_CHECKING:  # functions import the view for its type, and few of their requests need listings
    from khaya.jobs.model import Job
    from khaya.listings.model import Listing

Kind = Literal["buyer", "worker", "seller"]
"""The side on which the person is."""

Action = Literal[
    "choose_bid",
    "pay",
    "check_work",
    "start",
    "hand_in",
    "hand_in_again",
    "add_evidence",
    "review",
    "change_listing",
    "restock",
    "answer_enquiry",
]

REVIEW_DAYS: Final = 30
"""Days after a completion in which a missing review is something to do."""

_LAST = "9999"


@dataclass(frozen=True)
class OpenAction:
    """Something that a person has to do.

    Attributes:
        due_at: until when; None if nothing happens by itself.
        amount_cents: what is to be paid; None for all but payments.
    """

    kind: Kind
    action: Action
    title: str
    job_id: str | None = None
    listing_id: str | None = None
    due_at: str | None = None
    amount_cents: int | None = None


def actions_of_buyer(job: "Job", reviewed: Collection[str], now: str) -> list[OpenAction]:
    """What the buyer has to do about a job; `reviewed` are the ids of jobs that they reviewed."""
    if job.status == "open":
        return (
            [_of("buyer", job, "choose_bid", job.expires_at)] if job.bid_count and not job.is_past_expiry(now) else []
        )
    if job.status != "in_progress":
        return _review("buyer", job, reviewed, now)
    found = []
    escrow = job.escrow
    disputed = escrow is not None and escrow.status == "disputed"
    if escrow is not None and escrow.due_now_cents and (escrow.due_at is not None or disputed):
        due = _of("buyer", job, "pay", escrow.due_at)
        found.append(replace(due, amount_cents=escrow.due_now_cents))
    if disputed:
        found.append(_of("buyer", job, "add_evidence"))
    elif job.submission is not None and (escrow is None or escrow.status == "held"):
        found.append(_of("buyer", job, "check_work", escrow.release_at if escrow else job.completes_at))
    return found


def actions_of_worker(job: "Job", reviewed: Collection[str], now: str) -> list[OpenAction]:
    """What the selected worker has to do about a job; `reviewed` are the ids of jobs that they reviewed."""
    if job.status != "in_progress":
        return _review("worker", job, reviewed, now)
    escrow = job.escrow
    if escrow is not None and escrow.status == "disputed":
        return [_of("worker", job, "add_evidence")]
    if job.submission is not None or (escrow is not None and escrow.deposit_paid_at is None):
        return []
    if job.changes:
        return [_of("worker", job, "hand_in_again")]
    return [_of("worker", job, "start" if escrow and job.started_at is None else "hand_in", job.hand_in_by)]


def actions_of_seller(listing: "Listing") -> list[OpenAction]:
    """What the seller has to do about a listing."""
    found: list[Action] = []
    if listing.open_enquiries:
        found.append("answer_enquiry")
    if listing.status == "rejected":
        found.append("change_listing")
    elif listing.status == "active" and listing.stock == 0:
        found.append("restock")
    return [OpenAction(kind="seller", action=one, title=listing.title, listing_id=listing.id) for one in found]


def most_urgent_first(actions: Iterable[OpenAction]) -> list[OpenAction]:
    """The actions by due time; those without one come last, in the order in which they were found."""
    return sorted(actions, key=lambda one: one.due_at or _LAST)


def _review(kind: Literal["buyer", "worker"], job: "Job", reviewed: Collection[str], now: str) -> list[OpenAction]:
    if job.status != "completed" or job.worker_id is None or job.completed_at is None or job.id in reviewed:
        return []
    until = clock.plus(job.completed_at, days=REVIEW_DAYS)
    return [_of(kind, job, "review", until)] if until > now else []


def _of(kind: Kind, job: "Job", action: Action, due_at: str | None = None) -> OpenAction:
    return OpenAction(kind=kind, action=action, title=job.title, job_id=job.id, due_at=due_at)
