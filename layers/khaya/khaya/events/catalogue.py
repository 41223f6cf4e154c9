"""Every kind of event, and what it tells: ids, states and amounts; never a name, a contact or a text.

What is published here is a promise. Fields may be added; whatever else changes makes a new version of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class Detail(Model):
    """What an event of a kind tells.

    Attributes:
        VERSION: of the kind's schema.
    """

    VERSION: ClassVar[int] = 1


class JobPosted(Detail):
    """A buyer posted a job; it is open."""

    job_id: str
    buyer_id: str
    category: str
    location: str
    budget_cents: Cents
    payment: str


class JobEdited(Detail):
    """The owner changed an open job."""

    job_id: str
    buyer_id: str


class JobAccepted(Detail):
    """A bid was accepted: the job has its worker. `due_at` is when the work is promised for."""

    job_id: str
    buyer_id: str
    worker_id: str
    bid_id: str
    agreed_cents: Cents
    timeline_days: int
    payment: str
    accepted_at: str
    due_at: str


class JobAtWork(Detail):
    """The worker began the work, or handed it in."""

    job_id: str
    buyer_id: str
    worker_id: str


class JobCompleted(Detail):
    """The buyer confirmed the work as done."""

    job_id: str
    buyer_id: str
    worker_id: str
    agreed_cents: Cents
    payment: str
    completed_at: str


class JobCancelled(Detail):
    """A job was called off: by its buyer, its worker or the house; `was` is the state it had."""

    job_id: str
    buyer_id: str
    worker_id: str | None = None
    by: str
    was: str


class JobExpired(Detail):
    """A job reached its thirty days without an accepted bid."""

    job_id: str
    buyer_id: str
    bid_count: int


class JobReleased(Detail):
    """The worker was paid out of escrow."""

    job_id: str
    buyer_id: str
    worker_id: str
    agreed_cents: Cents
    released_at: str


class Bid(Detail):
    """A bid was placed, accepted or withdrawn."""

    bid_id: str
    job_id: str
    buyer_id: str
    worker_id: str
    amount_cents: Cents
    timeline_days: int


class BidRejected(Bid):
    """A bid was rejected, and why: `other_bid_accepted`, `by_owner`, `job_cancelled` or `job_expired`."""

    rejection_reason: str


class Listing(Detail):
    """A listing was made or changed."""

    listing_id: str
    seller_id: str
    category: str
    status: str


class ListingMoved(Listing):
    """A listing went from one state to another."""

    was: str


class ListingModerated(Detail):
    """An admin decided on a listing."""

    listing_id: str
    seller_id: str
    decision: str


class Review(Detail):
    """A review was written or answered."""

    review_id: str
    job_id: str
    reviewer_id: str
    subject_id: str
    subject_role: str
    rating: int


class ReviewModerated(Detail):
    """An admin hid a review, or showed it again."""

    review_id: str
    job_id: str
    reviewer_id: str
    subject_id: str
    rating: int
    hidden: bool


class ReportFiled(Detail):
    """Somebody reported a profile, job, listing, review or story."""

    report_id: str
    kind: str
    reported_id: str
    reporter_id: str


class ReportResolved(ReportFiled):
    """An admin decided on a report."""

    decision: str


class StoryWritten(Detail):
    """A story was handed in; it waits for an admin."""

    story_id: str
    author_id: str
    type: str


class StoryModerated(Detail):
    """An admin decided on a story."""

    story_id: str
    author_id: str
    decision: str
    featured: bool


class StoryRemoved(Detail):
    """A story was deleted; `was` is the state it had."""

    story_id: str
    author_id: str
    was: str


class Referral(Detail):
    """A referral was begun, completed or rewarded."""

    referral_id: str
    referrer_id: str
    referred_id: str
    reward_cents: Cents | None = None


class CreditsBooked(Detail):
    """An entry was made on a person's credits. `source` is its cause, booked once."""

    entry_id: str
    user_id: str
    type: str
    amount_cents: Cents
    balance_after_cents: Cents
    source: str
    booked_by: list[str] = []


class AdjustmentProposed(Detail):
    """An admin asked for an adjustment that needs a second one."""

    user_id: str
    amount_cents: Cents
    proposed_by: str


class Withdrawal(Detail):
    """A withdrawal was asked for, arrived, or failed."""

    entry_id: str
    user_id: str
    amount_cents: Cents


class Person(Detail):
    """Something about a person's standing."""

    user_id: str


class Erased(Person):
    """A person left, and their account is being erased; `verified` is whether they were."""

    verified: bool = False


class RolesChanged(Person):
    """A person took up or dropped roles."""

    roles: list[str]


class Verified(Person):
    """An admin verified a person, or took that back."""

    verified: bool


class ReminderDue(Detail):
    """Something a person is to be reminded of is due.

    `kind` is `own`, `review`, `chooseBid`, `confirmWork` or `handInWork`; `number` counts how often they were.
    """

    reminder_id: str
    user_id: str
    kind: str
    job_id: str | None = None
    number: int


KINDS: Final[Mapping[str, type[Detail]]] = {
    "job.posted": JobPosted,
    "job.edited": JobEdited,
    "job.accepted": JobAccepted,
    "job.started": JobAtWork,
    "job.submitted": JobAtWork,
    "job.completed": JobCompleted,
    "job.cancelled": JobCancelled,
    "job.expired": JobExpired,
    "job.released": JobReleased,
    "bid.placed": Bid,
    "bid.accepted": Bid,
    "bid.rejected": BidRejected,
    "bid.withdrawn": Bid,
    "listing.created": Listing,
    "listing.edited": Listing,
    "listing.moved": ListingMoved,
    "listing.moderated": ListingModerated,
    "review.written": Review,
    "review.answered": Review,
    "review.moderated": ReviewModerated,
    "report.filed": ReportFiled,
    "report.resolved": ReportResolved,
    "story.written": StoryWritten,
    "story.moderated": StoryModerated,
    "story.removed": StoryRemoved,
    "referral.applied": Referral,
    "referral.completed": Referral,
    "referral.rewarded": Referral,
    "credits.booked": CreditsBooked,
    "adjustment.proposed": AdjustmentProposed,
    "withdrawal.requested": Withdrawal,
    "withdrawal.paid": Withdrawal,
    "withdrawal.failed": Withdrawal,
    "person.joined": Person,
    "person.roles_changed": RolesChanged,
    "person.verified": Verified,
    "person.suspended": Person,
    "person.reinstated": Person,
    "person.made_admin": Person,
    "person.ended_admin": Person,
    "person.erased": Erased,
    "reminder.due": ReminderDue,
}
"""What an event of each kind tells."""
