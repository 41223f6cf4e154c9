"""The job, its state machine, and the rules of each transition."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import REMOVED, Coordinates, Count, Description, Line, Place, Prose, Title
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, omittable, sent_fields
from khaya.platform.base.money import RAND, Cents
from khaya.uploads.model import Photos

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
Payment = Literal["cash", "escrow"]
Status = Literal["open", "in_progress", "completed", "cancelled", "expired"]
Party = Literal["buyer", "worker"]

OPEN_DAYS = 30
"""Days after which an open job without an accepted bid expires."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "open": frozenset({"in_progress", "expired", "cancelled"}),
    "in_progress": frozenset({"completed", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
"""The allowed transitions: from each status, the statuses that can follow it."""


def _date_or_time(text: str) -> str:
    """The date as `YYYY-MM-DD`, or the time as ISO 8601 UTC with milliseconds.

    Raises:
        ValueError: the text is neither.
    """
    try:
        if len(text) == len("2026-11-21"):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return clock.iso(moment)
    except (ValueError, OverflowError) as error:
        raise ValueError("must be a date such as 2026-12-01, or a UTC time such as 2026-12-01T08:00:00.000Z") from error


_DATES = [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]
StartDate = Annotated[Line, Field(max_length=40), AfterValidator(_date_or_time), WithJsonSchema({"anyOf": _DATES})]
Budget = Annotated[Cents, Field(ge=10 * RAND, le=1_000_000 * RAND, description="Cents, from R10 to R1,000,000.")]


class JobPosting(RequestModel):
    """The request to post a job."""

    title: Title
    description: Description
    category: Category
    budget_cents: Budget
    location: Place
    payment: Payment = "cash"
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
    payment: Payment = omittable()
    coordinates: Coordinates | None = None
    start_date: StartDate | None = None
    photos: Photos = omittable()


class WorkProof(RequestModel):
    """The request to submit finished work."""

    note: Annotated[Prose, Field(max_length=2000)] | None = None
    photos: Photos = []


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


class Contact(Model):
    """The name and phone number of a party."""

    display_name: str
    phone: str | None = None


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
    payment: Payment = "cash"
    start_date: str | None = None
    photos: list[str] = []
    status: Status = "open"
    bid_count: Count = 0
    completed_at: str | None = None
    expires_at: str
    created_at: str
    updated_at: str
    version: int = 1

    coordinates: Coordinates | None = None
    worker_id: str | None = None
    accepted_bid_id: str | None = None
    agreed_cents: Cents | None = None
    timeline_days: int | None = None
    accepted_at: str | None = None
    started_at: str | None = None
    submission: Submission | None = None
    released_at: str | None = None
    """When escrow paid the worker. Only such jobs qualify for referrals and rewards."""
    cancellation: Cancellation | None = None
    buyer_contact: Contact | None = None
    worker_contact: Contact | None = None

    def party(self, person: str) -> Party | None:
        """The person's side of the job; None if they are not a party."""
        if person == self.buyer_id:
            return "buyer"
        return "worker" if person == self.worker_id else None

    def require_owner(self, person: str) -> Job:
        """This job, after checking that the person posted it.

        Raises:
            Forbidden: another person posted it.
        """
        if person != self.buyer_id:
            raise Forbidden("Only the buyer who posted the job may do this.")
        return self

    def require_worker(self, person: str) -> Job:
        """This job, after checking that the person is its selected worker.

        Raises:
            Forbidden: the person is not.
        """
        if person != self.worker_id:
            raise Forbidden("Only the selected worker may do this.")
        return self

    def edited(self, changes: JobChanges, now: str) -> Job:
        """The job after an edit of the fields in `changes`.

        Raises:
            Conflict: the job is no longer open.
        """
        self._require_status("open", "edited")
        return self._updated(now, **sent_fields(changes))

    def accepted(
        self, *, bid_id: str, worker: Contact, worker_id: str, buyer: Contact, cents: int, days: int, now: str
    ) -> Job:
        """The job after the acceptance of a bid.

        Raises:
            Conflict: the job is no longer open.
        """
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

    def started(self, now: str, *, deposit_paid: bool) -> Job:
        """The job after the worker reported the start of the work.

        Raises:
            Conflict: the job is not in progress, the work has started already, or the deposit is not paid.
        """
        self._require_status("in_progress", "started")
        if self.started_at is not None:
            raise Conflict("The work has already started.")
        if self.payment == "escrow" and not deposit_paid:
            raise Conflict("The deposit has not been paid, so work cannot start.")
        return self._updated(now, started_at=now)

    def submitted(self, proof: WorkProof, now: str) -> Job:
        """The job after the submission of the work.

        Raises:
            Conflict: the job is not in progress, the work was submitted already, or escrow work has not started.
        """
        self._require_status("in_progress", "submitted")
        if self.submission is not None:
            raise Conflict("The work was already submitted.")
        if self.payment == "escrow" and self.started_at is None:
            raise Conflict("The work has not started, so it cannot be submitted.")
        submission = Submission(note=proof.note, photos=proof.photos, submitted_at=now)
        return self._updated(now, submission=submission)

    def completed(self, now: str, *, fully_paid: bool) -> Job:
        """The job after the buyer confirmed the work.

        Raises:
            Conflict: the job is not in progress, or an escrow job is not submitted or not fully paid.
        """
        if self.payment == "escrow" and self.status == "in_progress":
            if self.submission is None:
                raise Conflict("The work has not been submitted, so the job cannot be completed.")
            if not fully_paid:
                raise Conflict("The balance has not been paid, so the job cannot be completed.")
        return self._with_status("completed", now, completed_at=now)

    def cancelled(self, person: str, reason: str, now: str) -> Job:
        """The job after its cancellation by one of its parties.

        Raises:
            Forbidden: the person is not a party.
            Conflict: the job has ended, the worker has submitted the work, or escrow work has started.
        """
        party = self.party(person)
        if party is None:
            raise Forbidden("Only the buyer and the selected worker may cancel the job.")
        if self.status == "in_progress":
            if party == "worker" and self.submission is not None:
                raise Conflict("The work was submitted, so the worker can no longer cancel.")
            if self.payment == "escrow" and self.started_at is not None:
                raise Conflict("The work has started, so the job cannot be cancelled; open a dispute instead.")
        return self._with_status("cancelled", now, cancellation=Cancellation(reason=reason, by=party, at=now))

    def expired(self, now: str) -> Job:
        """The job after its expiry.

        Raises:
            Conflict: the job is not open, or `expires_at` is in the future.
        """
        if self.expires_at > now:
            raise Conflict("The job has not reached its expiry.")
        return self._with_status("expired", now)

    def anonymised(self, party: Party, name: str, now: str) -> Job:
        """The job without the personal data of a party who erased their account; this job if there is none.

        An open job is cancelled. The submission stays, because it is the other party's evidence.
        """
        changed: dict[str, Any] = {}
        if self.cancellation is not None and self.cancellation.by == party:
            changed["cancellation"] = self.cancellation.model_copy(update={"reason": REMOVED})
        if party == "buyer":
            changed |= {"buyer_name": name, "description": REMOVED, "coordinates": None, "photos": []}
        contact = self.buyer_contact if party == "buyer" else self.worker_contact
        if contact is not None:
            changed[f"{party}_contact"] = Contact(display_name=name)
        if self.status == "open":
            gone = Cancellation(reason="The buyer has left.", by="system", at=now)
            return self._with_status("cancelled", now, **changed, cancellation=gone)
        after = self.model_copy(update=changed)
        return self if after == self else after._updated(now)  # noqa: SLF001 - the same class

    def _require_status(self, status: Status, action: str) -> None:
        if self.status != status:
            raise Conflict(f"The job is {self.status}, so it cannot be {action}.")

    def _with_status(self, status: Status, now: str, **changed: Any) -> Job:
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"The job is {self.status}, so it cannot become {status}.")
        return self._updated(now, status=status, **changed)

    def _updated(self, now: str, **changed: Any) -> Job:
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


def new_job(posting: JobPosting, *, buyer_id: str, buyer_name: str, now: str) -> Job:
    """A new open job."""
    return Job(
        id=new_id(),
        buyer_id=buyer_id,
        buyer_name=buyer_name,
        expires_at=clock.plus(now, days=OPEN_DAYS),
        created_at=now,
        updated_at=now,
        **{name: getattr(posting, name) for name in JobPosting.model_fields},
    )
