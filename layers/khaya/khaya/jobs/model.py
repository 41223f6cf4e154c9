"""The job, its state machine, and the rules of each transition."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from khaya.platform.base import clock
from khaya.platform.base.dates import DateOrMoment
from khaya.platform.base.errors import Conflict, FieldProblem, Forbidden, Invalid
from khaya.platform.base.fields import Coordinates, Description, Length, Place, Prose, Title
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, next_version, omittable, sent_fields
from khaya.platform.base.money import RAND, Cents
from khaya.platform.base.numbers import StoredCount
from khaya.pricing.model import Terms
from khaya.uploads.model import Photos, Pictures

Category = Literal[
    "plumbing",
    "electrical",
    "construction",
    "painting",
    "roofing",
    "tiling",
    "carpentry",
    "landscaping",
    "gardening",
    "handyman",
    "cleaning",
    "other",
]
PaymentMethod = Literal["cash", "escrow"]
Status = Literal["open", "in_progress", "completed", "cancelled", "expired"]
Party = Literal["buyer", "worker"]

OPEN_DAYS = 30
"""Days after which an open job without an accepted bid expires."""

MAX_CHANGES = 3
"""How often a buyer may send a submission back."""

SELF_COMPLETION_DAYS = 7
"""Days after a submission in which the buyer of a cash job may answer before the job completes by itself."""

STUCK_DAYS = 14
"""Days without any change after the agreed time, after which an admin may close a job in progress."""

FIXED_BY_BIDS: Final = frozenset({"title", "category", "payment"})
"""The fields that no longer change once there is a bid."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "open": frozenset({"in_progress", "expired", "cancelled"}),
    "in_progress": frozenset({"completed", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
"""The allowed transitions: from each status, the statuses that can follow it."""


StartDate = DateOrMoment
LEAST_BUDGET_CENTS: Final = 10 * RAND
LARGEST_BUDGET_CENTS: Final = 1_000_000 * RAND

Budget = Annotated[
    Cents, Field(ge=LEAST_BUDGET_CENTS, le=LARGEST_BUDGET_CENTS, description="Cents, from R10 to R1,000,000.")
]


class JobPosting(RequestModel):
    """The request to post a job."""

    title: Title
    description: Description
    category: Category
    budget_cents: Budget
    location: Place
    payment: PaymentMethod = "cash"
    coordinates: Coordinates | None = None
    start_date: StartDate | None = None
    photos: Photos = []


class JobChanges(RequestModel):
    """The request to edit an open job. Fields that are left out do not change."""

    title: Title = omittable()
    description: Description = omittable()
    category: Category = omittable()
    budget_cents: Budget = omittable()
    location: Place = omittable()
    payment: PaymentMethod = omittable()
    coordinates: Coordinates | None = None
    start_date: StartDate | None = None
    photos: Photos = omittable()


class WorkProof(RequestModel):
    """The request to submit finished work."""

    note: Annotated[Prose, Length(0, 2000)] | None = None
    photos: Photos = []


class ChangesRequest(RequestModel):
    """The request to send a submission back."""

    reason: Annotated[Prose, Length(3, 500)]


class JobClosingRequest(RequestModel):
    """An admin's request to close a stuck job."""

    status: Literal["completed", "cancelled"]
    reason: Annotated[Prose, Length(3, 500)]


class Submission(Model):
    """The submitted work."""

    note: str | None = None
    photos: list[str] = []
    submitted_at: str


class Cancellation(Model):
    """The reason, the author and the time of a cancellation."""

    reason: str
    by: Party | Literal["system"]
    at: str


class ChangeRequest(Model):
    """What the buyer found missing in a submission, and when they sent it back."""

    reason: str
    at: str


class JobClosing(Model):
    """An admin's decision to close a stuck job."""

    status: Literal["completed", "cancelled"]
    reason: str
    at: str


class Contact(Model):
    """The name and phone number of a party."""

    display_name: str
    phone: str | None = None


class DecidedShares(Model):
    """Who got what of the money of a job whose dispute was decided, and who decided it.

    Attributes:
        decision: `agreement` of the parties, `admin`, or `deadline`.
    """

    decision: str
    worker_cents: Cents
    refund_cents: Cents
    platform_cents: Cents


class EscrowSummary(Model):
    """What a job shows of its escrow to its parties.

    Attributes:
        due_now_cents: what the buyer has to pay now.
        due_at: until when.
        release_at: when the work is confirmed by itself.
        deposit_paid_at: from then on the parties see each other's contact.
        shares: who got what when a dispute ended it; None if none did.
    """

    status: str
    due_now_cents: Cents = 0
    due_at: str | None = None
    release_at: str | None = None
    deposit_paid_at: str | None = None
    shares: DecidedShares | None = None


class Job(Model):
    """A job. The fields from `coordinates` on are private: the API shows them to the parties and admins only."""

    id: str
    buyer_id: str
    buyer_name: str
    title: str
    description: str
    category: Category
    budget_cents: Cents
    location: str
    payment: PaymentMethod = "cash"
    start_date: str | None = None
    photos: list[str] = []
    pictures: Pictures = {}
    status: Status = "open"
    bid_count: StoredCount = 0
    completed_at: str | None = None
    expires_at: str
    created_at: str
    updated_at: str
    version: int = 1

    coordinates: Coordinates | None = None
    worker_id: str | None = None
    accepted_bid_id: str | None = None
    agreed_cents: Cents | None = None
    terms: Terms | None = None
    """The shares and deadlines of its escrow, those of the day on which it was posted."""
    escrow: EscrowSummary | None = None
    timeline_days: int | None = None
    accepted_at: str | None = None
    started_at: str | None = None
    submission: Submission | None = None
    first_submitted_at: str | None = None
    """When the work was first submitted. From then on neither party can cancel."""
    completes_at: str | None = None
    """When a submitted cash job completes by itself."""
    changes: list[ChangeRequest] = []
    closing: JobClosing | None = None
    released_at: str | None = None
    """When escrow paid the worker. Only such jobs qualify for referrals and rewards."""
    cancellation: Cancellation | None = None
    hidden: bool | None = None
    """Whether the buyer is suspended or no longer a buyer: then the job is not public, and takes no bids."""
    buyer_contact: Contact | None = None
    worker_contact: Contact | None = None

    @property
    def worker_name(self) -> str | None:
        """The name of the selected worker; None before a bid is accepted."""
        return self.worker_contact.display_name if self.worker_contact else None

    @property
    def hand_in_by(self) -> str | None:
        """Until when the work is to be handed in; None before the acceptance, with escrow before the deposit."""
        begun = self.escrow.deposit_paid_at if self.escrow else self.accepted_at
        return clock.plus(begun, days=self.timeline_days or 0) if begun else None

    @property
    def is_public(self) -> bool:
        """Whether everybody may see the job, until its expiry."""
        return self.status == "open" and not self.hidden

    def is_past_expiry(self, now: str) -> bool:
        """Whether the job is open and past its expiry, also if the expiry task has not run yet."""
        return self.status == "open" and self.expires_at <= now

    def party(self, person: str) -> Party | None:
        """The person's side of the job; None if they are not a party."""
        if person == self.buyer_id:
            return "buyer"
        return "worker" if person == self.worker_id else None

    def require_owner(self, person: str) -> "Job":
        """This job, after checking that the person posted it.

        Raises:
            Forbidden: another person posted it.
        """
        if person != self.buyer_id:
            raise Forbidden("Only the buyer who posted the job may do this.", code="not_the_owner")
        return self

    def require_worker(self, person: str) -> "Job":
        """This job, after checking that the person is its selected worker.

        Raises:
            Forbidden: the person is not.
        """
        if person != self.worker_id:
            raise Forbidden("Only the selected worker may do this.", code="not_the_selected_worker")
        return self

    def edited(self, changes: JobChanges, now: str) -> "Job":
        """The job after an edit of the fields in `changes`.

        Raises:
            Conflict: the job is not open, or past its expiry, or a field changes that is fixed once there is a bid.
        """
        self._require_status("open", "edited")
        self._require_not_expired(now, "it cannot be edited")
        changed = {name: value for name, value in sent_fields(changes).items() if value != getattr(self, name)}
        fixed = sorted(FIXED_BY_BIDS & changed.keys())
        if fixed and self.bid_count:
            raise Conflict(
                f"There are bids on the job, so these can no longer change: {', '.join(fixed)}.",
                code="fixed_by_bids",
                params={"fields": fixed},
            )
        return self._updated(now, **changed) if changed else self

    def accepted(
        self, *, bid_id: str, worker: Contact, worker_id: str, buyer: Contact, cents: int, days: int, now: str
    ) -> "Job":
        """The job after the acceptance of a bid.

        Raises:
            Conflict: the job is no longer open, or past its expiry.
        """
        self._require_not_expired(now, "no bid can be accepted")
        return self._with_status(
            "in_progress",
            now,
            worker_id=worker_id,
            accepted_bid_id=bid_id,
            agreed_cents=cents,
            timeline_days=days,
            accepted_at=now,
            buyer_contact=buyer,
            worker_contact=worker,
        )

    def started(self, now: str) -> "Job":
        """The job after the worker reported the start of the work.

        Raises:
            Conflict: the job is not in progress, or the work has started already.
        """
        self._require_status("in_progress", "started")
        if self.started_at is not None:
            raise Conflict("The work has already started.", code="work_started")
        return self._updated(now, started_at=now)

    def submitted(self, proof: WorkProof, now: str) -> "Job":
        """The job after the submission of the work.

        Raises:
            Invalid: work that is paid through escrow has no photo.
            Conflict: the job is not in progress, or the work was submitted already.
        """
        self._require_status("in_progress", "submitted")
        if self.submission is not None:
            raise Conflict("The work was already submitted.", code="work_submitted")
        if self.payment == "escrow" and not proof.photos:
            raise Invalid([FieldProblem("photos", "must have at least one photo", "too_short", {"min": 1})])
        submission = Submission(note=proof.note, photos=proof.photos, submitted_at=now)
        completes_at = clock.plus(now, days=SELF_COMPLETION_DAYS) if self.payment == "cash" else None
        first = self.first_submitted_at or now
        return self._updated(
            now,
            submission=submission,
            started_at=self.started_at or (now if self.payment == "escrow" else None),
            first_submitted_at=first,
            completes_at=completes_at,
        )

    def sent_back(self, reason: str, now: str) -> "Job":
        """The job after the buyer sent the submission back.

        Raises:
            Conflict: the job is not in progress, there is no submission, or it was sent back three times already.
        """
        self._require_status("in_progress", "sent back")
        if self.submission is None:
            raise Conflict("The work has not been submitted, so it cannot be sent back.", code="work_not_submitted")
        if len(self.changes) >= MAX_CHANGES:
            raise Conflict(
                f"The work was sent back {MAX_CHANGES} times already.",
                code="changes_limit",
                params={"max": MAX_CHANGES},
            )
        changes = [*self.changes, ChangeRequest(reason=reason, at=now)]
        return self._updated(now, submission=None, completes_at=None, changes=changes)

    def self_completed(self, now: str) -> "Job":
        """The job after the time in which its buyer could confirm the work or send it back.

        Raises:
            Conflict: the job is not in progress, or that time is not over.
        """
        self._require_status("in_progress", "completed")
        if self.completes_at is None or self.completes_at > now:
            raise Conflict("The time to confirm the work is not over.", code="not_due")
        return self._with_status("completed", now, completed_at=now, completes_at=None)

    def closed(self, status: Literal["completed", "cancelled"], reason: str, *, admin_id: str, now: str) -> "Job":
        """The job after an admin closed it because it was stuck.

        Raises:
            Forbidden: the admin is a party.
            Conflict: the job is not in progress, or not stuck.
        """
        if self.party(admin_id) is not None:
            raise Forbidden("No admin decides about a job of their own.", code="own_affair")
        self._require_status("in_progress", "closed")
        if self.escrow is not None:
            raise Conflict("The job's escrow is open, so the job cannot be closed.", code="escrow_open")
        if not self.is_stuck(now):
            raise Conflict("The job is in_progress and not stuck, so it cannot be closed.", code="not_stuck")
        changed: dict[str, Any] = {"closing": JobClosing(status=status, reason=reason, at=now), "completes_at": None}
        if status == "completed":
            return self._with_status("completed", now, completed_at=now, **changed)
        return self._with_status(
            "cancelled", now, **changed, cancellation=Cancellation(reason=reason, by="system", at=now)
        )

    def is_stuck(self, now: str) -> bool:
        """Whether the job is in progress and nothing happened for 14 days after the agreed time."""
        return self.stuck_at is not None and self.stuck_at <= now

    @property
    def stuck_at(self) -> str | None:
        """When the job is stuck if nothing happens; None unless it is in progress, and before its deposit."""
        agreed = self.hand_in_by
        if self.status != "in_progress" or agreed is None:
            return None
        return clock.plus(max(agreed, self.updated_at), days=STUCK_DAYS)

    def completed(self, now: str) -> "Job":
        """The job after the buyer confirmed the work.

        Raises:
            Conflict: the job is not in progress.
        """
        return self._with_status("completed", now, completed_at=now, completes_at=None)

    def paid_out(self, now: str) -> "Job":
        """The completed job, after its escrow paid its worker in full."""
        return self.model_copy(update={"released_at": now})

    def cancelled_by_system(self, reason: str, now: str) -> "Job":
        """The job after its escrow ended without anything for the worker.

        Raises:
            Conflict: the job has ended.
        """
        gone = Cancellation(reason=reason, by="system", at=now)
        return self._with_status("cancelled", now, cancellation=gone, completes_at=None)

    def with_escrow(self, escrow: EscrowSummary) -> "Job":
        """The job with the present state of its escrow, in the version of the change that it belongs to."""
        return self.model_copy(update={"escrow": escrow})

    def touched(self, now: str) -> "Job":
        """The job as its next version, because its escrow changed."""
        return self.model_copy(update={"updated_at": now, "version": self.version + 1})

    def cancelled(self, person: str, reason: str, now: str) -> "Job":
        """The job after its cancellation by one of its parties.

        Raises:
            Forbidden: the person is not a party.
            Conflict: the job has ended, or the work was submitted once.
        """
        party = self.party(person)
        if party is None:
            raise Forbidden("Only the buyer and the selected worker may cancel the job.", code="not_a_party")
        if self.status == "in_progress" and self.first_submitted_at is not None:
            raise Conflict("The work was submitted, so the job can no longer be cancelled.", code="work_submitted")
        return self._with_status("cancelled", now, cancellation=Cancellation(reason=reason, by=party, at=now))

    def expired(self, now: str) -> "Job":
        """The job after its expiry.

        Raises:
            Conflict: the job is not open, or `expires_at` is in the future.
        """
        if self.expires_at > now:
            raise Conflict("The job has not reached its expiry.", code="job_not_expired")
        return self._with_status("expired", now)

    def abandoned(self, now: str) -> "Job":
        """The job after its buyer erased their account.

        Raises:
            Conflict: the job is not open.
        """
        left = Cancellation(reason="The buyer has left.", by="system", at=now)
        return self._with_status("cancelled", now, cancellation=left)

    def _require_status(self, status: Status, action: str) -> None:
        if self.status != status:
            raise Conflict(
                f"The job is {self.status}, so it cannot be {action}.",
                code="job_status",
                params={"status": self.status},
            )

    def _require_not_expired(self, now: str, consequence: str) -> None:
        """Check that the job is not past its expiry, also if the expiry task has not run yet."""
        if self.is_past_expiry(now):
            raise Conflict(f"The job is expired, so {consequence}.", code="job_status", params={"status": "expired"})

    def _with_status(self, status: Status, now: str, **changed: Any) -> "Job":
        if status not in TRANSITIONS[self.status]:
            raise Conflict(
                f"The job is {self.status}, so it cannot become {status}.",
                code="job_status",
                params={"status": self.status},
            )
        return self._updated(now, status=status, **changed)

    def _updated(self, now: str, **changed: Any) -> "Job":
        return next_version(self, changed, updated_at=now)


def new_job(
    posting: JobPosting,
    *,
    buyer_id: str,
    buyer_name: str,
    now: str,
    hidden: bool | None = None,
    terms: Terms | None = None,
) -> Job:
    """A new open job. `hidden` and `terms`: see `Job`."""
    return Job(
        terms=terms,
        id=new_id(),
        buyer_id=buyer_id,
        buyer_name=buyer_name,
        hidden=hidden,
        expires_at=clock.plus(now, days=OPEN_DAYS),
        created_at=now,
        updated_at=now,
        **{name: getattr(posting, name) for name in JobPosting.model_fields},
    )
