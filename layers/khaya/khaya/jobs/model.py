"""A job, its states, and who may move it between them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import REMOVED, Coordinates, Count, Description, Line, Place, Prose, Title
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, left_out, named
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

MOVES: Final[dict[Status, frozenset[Status]]] = {
    "open": frozenset({"in_progress", "expired", "cancelled"}),
    "in_progress": frozenset({"completed", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
"""Every move that a job can make."""


def _calendar(text: str) -> str:
    """A date, or a time in the marketplace's form."""
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
StartDate = Annotated[Line, Field(max_length=40), AfterValidator(_calendar), WithJsonSchema({"anyOf": _DATES})]
Budget = Annotated[Cents, Field(ge=10 * RAND, le=1_000_000 * RAND, description="Cents, from R10 to R1,000,000.")]


class JobPosting(RequestModel):
    """What a buyer writes to post a job."""

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
    """What the owner may change while the job is open; what is left out stays."""

    title: Title = left_out()
    description: Description = left_out()
    category: Category = left_out()
    budget_cents: Budget = left_out()
    location: Place = left_out()
    payment: Payment = left_out()
    coordinates: Coordinates | None = None
    start_date: StartDate | None = None
    photos: Photos = left_out()


class WorkProof(RequestModel):
    """What the worker hands in when the work is done."""

    note: Annotated[Prose, Field(max_length=2000)] | None = None
    photos: Photos = []


class Submission(Model):
    """The work as handed in."""

    note: str | None = None
    photos: list[str] = []
    submitted_at: str


class Cancellation(Model):
    """Why, by whom and when a job was cancelled."""

    reason: str
    by: Party | Literal["system"]
    at: str


class Contact(Model):
    """How one party reaches the other."""

    display_name: str
    phone: str | None = None


class Job(Model):
    """A job. What belongs to its parties alone is marked so; `api` shows it to nobody else."""

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
    """When the worker was paid out of escrow; what makes a job real business, for referrals and rewards."""
    cancellation: Cancellation | None = None
    buyer_contact: Contact | None = None
    worker_contact: Contact | None = None

    def party(self, person: str) -> Party | None:
        """Which side of the job the person is on, if any."""
        if person == self.buyer_id:
            return "buyer"
        return "worker" if person == self.worker_id else None

    def owned_by(self, person: str) -> Job:
        """The job itself, if it is the person's own.

        Raises:
            Forbidden: it is somebody else's.
        """
        if person != self.buyer_id:
            raise Forbidden("Only the buyer who posted the job may do this.")
        return self

    def worked_by(self, person: str) -> Job:
        """The job itself, if the person was selected for it.

        Raises:
            Forbidden: they were not.
        """
        if person != self.worker_id:
            raise Forbidden("Only the selected worker may do this.")
        return self

    def edited(self, changes: JobChanges, now: str) -> Job:
        """The job with the named fields changed.

        Raises:
            Conflict: the job is no longer open.
        """
        self._require("open", "edited")
        return self._next(now, **named(changes))

    def accepted(
        self, *, bid_id: str, worker: Contact, worker_id: str, buyer: Contact, cents: int, days: int, now: str
    ) -> Job:
        """The job with its worker selected.

        Raises:
            Conflict: the job is no longer open.
        """
        return self._moved(
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
        """The job with the worker's word that work has begun.

        Raises:
            Conflict: it is not in progress, has begun already, or its deposit is not paid.
        """
        self._require("in_progress", "started")
        if self.started_at is not None:
            raise Conflict("The work has already started.")
        if self.payment == "escrow" and not deposit_paid:
            raise Conflict("The deposit has not been paid, so work cannot start.")
        return self._next(now, started_at=now)

    def submitted(self, proof: WorkProof, now: str) -> Job:
        """The job with the work handed in.

        Raises:
            Conflict: it is not in progress, was handed in before, or, with escrow, was not started.
        """
        self._require("in_progress", "submitted")
        if self.submission is not None:
            raise Conflict("The work was already submitted.")
        if self.payment == "escrow" and self.started_at is None:
            raise Conflict("The work has not started, so it cannot be submitted.")
        submission = Submission(note=proof.note, photos=proof.photos, submitted_at=now)
        return self._next(now, submission=submission)

    def completed(self, now: str, *, fully_paid: bool) -> Job:
        """The job confirmed as done by its buyer.

        Raises:
            Conflict: it is not in progress or, with escrow, not handed in and fully paid.
        """
        if self.payment == "escrow" and self.status == "in_progress":
            if self.submission is None:
                raise Conflict("The work has not been submitted, so the job cannot be completed.")
            if not fully_paid:
                raise Conflict("The balance has not been paid, so the job cannot be completed.")
        return self._moved("completed", now, completed_at=now)

    def cancelled(self, person: str, reason: str, now: str) -> Job:
        """The job called off by one of its parties.

        Raises:
            Forbidden: the person is not a party.
            Conflict: it has ended; the worker has submitted; or, with escrow, work has started.
        """
        party = self.party(person)
        if party is None:
            raise Forbidden("Only the buyer and the selected worker may cancel the job.")
        if self.status == "in_progress":
            if party == "worker" and self.submission is not None:
                raise Conflict("The work was submitted, so the worker can no longer cancel.")
            if self.payment == "escrow" and self.started_at is not None:
                raise Conflict("The work has started, so the job cannot be cancelled; open a dispute instead.")
        return self._moved("cancelled", now, cancellation=Cancellation(reason=reason, by=party, at=now))

    def expired(self, now: str) -> Job:
        """The job after thirty days without an accepted bid.

        Raises:
            Conflict: it is no longer open, or its time is not yet up.
        """
        if self.expires_at > now:
            raise Conflict("The job has not reached its expiry.")
        return self._moved("expired", now)

    def forgotten(self, party: Party, name: str, now: str) -> Job:
        """The job without what tells who one of its parties was, who has left; itself, where nothing does.

        An open one is called off. What the worker handed in stays: it is the other party's evidence.
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
            return self._moved("cancelled", now, **changed, cancellation=gone)
        after = self.model_copy(update=changed)
        return self if after == self else after._next(now)  # noqa: SLF001 - the same class

    def _require(self, status: Status, done: str) -> None:
        if self.status != status:
            raise Conflict(f"The job is {self.status}, so it cannot be {done}.")

    def _moved(self, status: Status, now: str, **changed: Any) -> Job:
        if status not in MOVES[self.status]:
            raise Conflict(f"The job is {self.status}, so it cannot become {status}.")
        return self._next(now, status=status, **changed)

    def _next(self, now: str, **changed: Any) -> Job:
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


def posted(posting: JobPosting, *, buyer_id: str, buyer_name: str, now: str) -> Job:
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
