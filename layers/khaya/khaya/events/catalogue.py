"""Every kind of event and the schema of its detail: ids, states and amounts; never names, contacts or text.

The schemas are a public contract. Adding a field is compatible; any other change needs a new version of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class Detail(Model):
    """The detail of an event.

    Attributes:
        VERSION: the schema's version.
    """

    VERSION: ClassVar[int] = 1


class JobPosted(Detail):
    """A buyer posted a job; it is open."""

    job_id: str
    buyer_id: str
    category: str
    budget_cents: Cents
    payment: str


class JobEdited(Detail):
    """The owner changed an open job."""

    job_id: str
    buyer_id: str


class JobAccepted(Detail):
    """A bid was accepted, and the job has a worker. `due_at` is the agreed date of completion."""

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
    """The worker started the work, or submitted it."""

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
    """A job was cancelled by its buyer, its worker or the platform; `was` is its earlier state."""

    job_id: str
    buyer_id: str
    worker_id: str | None = None
    by: str
    was: str


class JobExpired(Detail):
    """A job expired after thirty days without an accepted bid."""

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
    """A bid was rejected; the reason is `other_bid_accepted`, `by_owner`, `job_cancelled` or `job_expired`."""

    rejection_reason: str


class Listing(Detail):
    """A listing was created or changed."""

    listing_id: str
    seller_id: str
    category: str
    status: str


class ListingMoved(Listing):
    """A listing changed its state; `was` is the earlier one."""

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
    """A story was submitted; an admin has not decided on it yet."""

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
    """A story was deleted; `was` is its earlier state."""

    story_id: str
    author_id: str
    was: str


class Referral(Detail):
    """A referral was created, completed or rewarded."""

    referral_id: str
    referrer_id: str
    referred_id: str
    reward_cents: Cents | None = None


class Reward(Detail):
    """A reward waits for an admin, or an admin, the event's actor, paid or refused it.

    `kind` is `referral`, above the monthly limit, or `bonus`, for the number of rewarded referrals.
    """

    reward_id: str
    kind: str
    referrer_id: str
    referred_id: str | None = None
    rewarded_count: int | None = None
    amount_cents: Cents


class CreditsBooked(Detail):
    """An entry was booked on a person's credits. `source` is its cause, which is booked once."""

    entry_id: str
    user_id: str
    type: str
    amount_cents: Cents
    balance_after_cents: Cents
    source: str
    booked_by: list[str] = []


class AdjustmentProposed(Detail):
    """An admin proposed an adjustment or a reversal that a second admin must approve."""

    user_id: str
    amount_cents: Cents
    proposed_by: str


class AdjustmentRefused(AdjustmentProposed):
    """A second admin, the event's actor, refused a proposed adjustment or reversal."""


class Withdrawal(Detail):
    """A withdrawal was requested, was paid, or failed."""

    entry_id: str
    user_id: str
    amount_cents: Cents


class Person(Detail):
    """A person's account changed."""

    user_id: str


class ContactChanged(Person):
    """A person's `phone` or `email` was set; `replaced` if they had one before. The contacts are not in the event."""

    contact: str
    replaced: bool


class Erased(Person):
    """A person's account is being erased; `verified` is whether the person was verified."""

    verified: bool = False


class RolesChanged(Person):
    """A person's roles changed."""

    roles: list[str]


class Verified(Person):
    """An admin verified a person, or ended that."""

    verified: bool


class PayoutAccountChecked(Person):
    """A person's bank account was checked; `problem` says why it was not verified."""

    verified: bool
    problem: str | None = None


class Payout(Detail):
    """Money that leaves the platform to a person's bank account; `kind` is `earning` or `credits`."""

    payout_id: str
    user_id: str
    kind: str
    amount_cents: Cents
    job_id: str | None = None


class PayoutDelayed(Payout):
    """A payout waits; `reason` says why."""

    reason: str


class PayoutDecided(Payout):
    """An admin decided about a payout, or proposed a decision (`waits`)."""

    decision: str
    waits: bool


class PayoutReminder(PayoutDelayed):
    """A payout waits for its person, who is reminded for the `number`th time."""

    number: int


class Refund(Detail):
    """Money that goes back to a buyer; `source` is `escrow` or `suspense`."""

    refund_id: str
    source: str
    amount_cents: Cents
    buyer_id: str | None = None
    job_id: str | None = None


class RefundNeedsAccount(Refund):
    """A refund needs the buyer's bank account; `problem` says why the one that was named was not taken."""

    problem: str | None = None


class RefundStuck(Refund):
    """A refund does not go on without an admin."""

    reason: str


class RefundDecided(Refund):
    """An admin decided about a refund that was stuck, or proposed a decision (`waits`)."""

    decision: str
    waits: bool


class RefundReminder(Refund):
    """A refund waits for the buyer's bank account, and the buyer is reminded for the `number`th time."""

    number: int


class ReminderDue(Detail):
    """A reminder is due.

    `kind` is `own`, `review`, `chooseBid`, `confirmWork` or `handInWork`; `number` is how often it has been due.
    """

    reminder_id: str
    user_id: str
    kind: str
    job_id: str | None = None
    number: int


class Escrow(Detail):
    """Money of a job that the platform holds, or held: what was paid, what is held, and what goes back."""

    job_id: str
    buyer_id: str
    worker_id: str
    paid_cents: Cents
    held_cents: Cents
    refunded_cents: Cents


class EscrowPaid(Escrow):
    """The buyer paid `amount_cents`: the deposit, or what was left."""

    amount_cents: Cents


class EscrowBalanceDue(Escrow):
    """The work was handed in, and the buyer has `amount_cents` to pay until `due_at`."""

    amount_cents: Cents
    due_at: str


class EscrowDisputed(Escrow):
    """There is a dispute, opened by `buyer`, `worker` or `system`; without an agreement it is decided by `due_at`."""

    by: str
    due_at: str | None = None


class EscrowAgreementProposed(Escrow):
    """The `buyer` or the `worker` proposes that `amount_cents` go back to the buyer.

    With `declines` it takes the place of a proposal of the other party, which is declined by that.
    """

    by: str
    amount_cents: Cents
    declines: bool = False


class EscrowEnded(Escrow):
    """The money was shared out; `amount_cents` is the worker's part, or what goes back to the buyer."""

    amount_cents: Cents


class Chargeback(Detail):
    """A buyer's bank takes a card payment back, an admin answered, or the banks decided."""

    chargeback_id: str
    amount_cents: Cents
    job_id: str | None = None
    buyer_id: str | None = None
    worker_id: str | None = None
    escrow_cents: Cents | None = None
    loss_cents: Cents | None = None


class Difference(Detail):
    """A reconciliation found a difference, or an admin, the event's actor, closed it."""

    difference_id: str
    about: str
    reason: str
    ours_cents: Cents | None = None
    other_cents: Cents | None = None


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
    "reward.waiting": Reward,
    "reward.paid": Reward,
    "reward.refused": Reward,
    "credits.booked": CreditsBooked,
    "adjustment.proposed": AdjustmentProposed,
    "adjustment.refused": AdjustmentRefused,
    "withdrawal.requested": Withdrawal,
    "withdrawal.paid": Withdrawal,
    "withdrawal.failed": Withdrawal,
    "withdrawal.returned": Withdrawal,
    "payout.created": Payout,
    "payout.delayed": PayoutDelayed,
    "payout.decided": PayoutDecided,
    "payout.sent": Payout,
    "payout.paid": Payout,
    "payout.credited": Payout,
    "payout.reminder": PayoutReminder,
    "refund.created": Refund,
    "refund.needs_account": RefundNeedsAccount,
    "refund.stuck": RefundStuck,
    "refund.decided": RefundDecided,
    "refund.paid": Refund,
    "refund.reminder": RefundReminder,
    "escrow.opened": Escrow,
    "escrow.deposit_paid": EscrowPaid,
    "escrow.fully_paid": EscrowPaid,
    "escrow.payment_failed": Escrow,
    "escrow.balance_due": EscrowBalanceDue,
    "escrow.disputed": EscrowDisputed,
    "escrow.agreement_proposed": EscrowAgreementProposed,
    "escrow.dispute_ended": Escrow,
    "escrow.released": EscrowEnded,
    "escrow.refunded": EscrowEnded,
    "escrow.cancelled": Escrow,
    "chargeback.opened": Chargeback,
    "chargeback.answered": Chargeback,
    "chargeback.won": Chargeback,
    "chargeback.lost": Chargeback,
    "difference.found": Difference,
    "difference.closed": Difference,
    "person.joined": Person,
    "person.roles_changed": RolesChanged,
    "person.verified": Verified,
    "person.verification_requested": Person,
    "person.verification_refused": Person,
    "person.payout_account_changed": Person,
    "person.payout_account_checked": PayoutAccountChecked,
    "person.password_changed": Person,
    "person.contact_changed": ContactChanged,
    "person.suspended": Person,
    "person.reinstated": Person,
    "person.made_admin": Person,
    "person.ended_admin": Person,
    "person.erased": Erased,
    "reminder.due": ReminderDue,
}
"""The schema of each kind's detail."""
