"""Schemas of events about people, jobs, bids, listings, reviews, stories and reminders."""

from khaya.events.detail import Detail
from khaya.platform.base.money import Cents


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
    """A bid was accepted, and the job has a worker. `due_at` is the agreed date of completion.

    With escrow the agreed time runs from the payment of the deposit: `due_at` is then the latest date.
    """

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


class Enquiry(Detail):
    """A buyer asked about a listing, or the seller answered or closed the enquiry."""

    enquiry_id: str
    listing_id: str
    seller_id: str
    buyer_id: str
    quantity: int | None = None


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


class ReminderDue(Detail):
    """A reminder is due.

    `kind` is `own`, `review`, `chooseBid`, `confirmWork` or `handInWork`; `number` is how often it has been due.
    """

    reminder_id: str
    user_id: str
    kind: str
    job_id: str | None = None
    number: int
