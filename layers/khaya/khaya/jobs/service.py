"""Use cases of jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from khaya.jobs import model, store
from khaya.jobs.model import Category, EscrowSummary, Job, JobChanges, JobClosingRequest, JobPosting, WorkProof, new_job
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, FieldProblem, Invalid, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.text import words
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, Write, commit_now, read_together
from khaya.pricing.terms import present_terms
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.profiles.store import PaidJob
from khaya.search import store as search
from khaya.uploads import service as uploads
from khaya.uploads.model import HandIn
from khaya.users import store as users

DEADLINE_LOOKBACK_DAYS = 60
"""The hourly task reads this many past days, so it finds every due job after an outage of that length."""

_DUE_PAGE_SIZE = 100


def post(posting: JobPosting, *, buyer_id: str, now: str, unit_of_work: UnitOfWork) -> tuple[Job, Profile]:
    """Post a job; returns it and its buyer's profile.

    Raises:
        Invalid: a photo is not the buyer's upload or no picture, or the start date has passed.
    """
    _require_future(posting.start_date, now)
    hand_in = HandIn.of(posting.photos, buyer_id, "job", "photos")
    profile_item, *items = read_together([profiles.key(buyer_id), *uploads.keys(posting.photos)])
    handed_in = uploads.check_hand_in(hand_in, items, now)
    buyer = profiles.read(profile_item, buyer_id)
    terms = present_terms() if posting.payment == "escrow" else None
    job = new_job(posting, buyer_id=buyer_id, buyer_name=buyer.display_name, now=now, hidden=buyer.hidden, terms=terms)
    if posting.payment == "escrow":
        unit_of_work.add(users.require_escrow_allowed(buyer_id, "buyer", now))
    unit_of_work.add(store.create(job), *uploads.hand_in_writes(handed_in, "jobs", job.id, "photos"))
    return job, buyer


def edit(
    job: Job, changes: JobChanges, uploaded: Iterable[Item | None], *, owner_id: str, now: str, unit_of_work: UnitOfWork
) -> Job:
    """Edit the fields in `changes`; `uploaded` are the items of the uploads among it.

    Raises:
        Invalid: a photo is not the owner's upload or no picture, or the start date has passed.
        Conflict: the job is not open, or a field is fixed because there are bids.
    """
    sent = changes.model_fields_set
    if "start_date" in sent and changes.start_date != job.start_date:
        _require_future(changes.start_date, now)
    edited = job.edited(changes, now)
    if edited.payment != job.payment:
        edited = edited.model_copy(update={"terms": present_terms() if edited.payment == "escrow" else None})
    if edited is not job:
        fixed = any(getattr(edited, name) != getattr(job, name) for name in model.FIXED_BY_BIDS)
        unit_of_work.add(store.change(job, edited, without_bids=fixed))
    if "photos" in sent:
        hand_in = HandIn.of(changes.photos, owner_id, "job", "photos", known=job.photos)
        handed_in = uploads.check_hand_in(hand_in, uploaded, now)
        unit_of_work.add(*uploads.hand_in_writes(handed_in, "jobs", job.id, "photos"))
    return edited


def submit(
    job: Job,
    proof: WorkProof,
    uploaded: Iterable[Item | None],
    *,
    worker_id: str,
    now: str,
    unit_of_work: UnitOfWork,
    escrow: EscrowSummary | None = None,
) -> Job:
    """Hand in the work; `uploaded` are the items of the uploads in the proof, `escrow` is the escrow after it.

    Raises:
        Invalid: a photo is not the worker's upload, or no picture; or a photo is missing.
        Conflict: the job is not in progress, or was handed in before.
    """
    submitted = job.submitted(proof, now)
    if escrow is not None:
        submitted = submitted.with_escrow(escrow)
    hand_in = HandIn.of(proof.photos, worker_id, "submission", "photos")
    handed_in = uploads.check_hand_in(hand_in, uploaded, now)
    unit_of_work.add(
        store.change(job, submitted), *uploads.hand_in_writes(handed_in, "jobs", job.id, "submission.photos")
    )
    return submitted


def complete(job: Job, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Complete a job and count it for its worker and its buyer.

    Raises:
        Conflict: the job cannot be completed now.
    """
    done = job.completed(now)
    unit_of_work.add(*completion(job, done, now))
    return done


def close(job: Job, request: JobClosingRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Job:
    """Close a stuck job by an admin's decision.

    Raises:
        Forbidden: the admin is a party.
        Conflict: the job is not stuck.
    """
    closed = job.closed(request.status, request.reason, admin_id=admin_id, now=now)
    unit_of_work.add(*(completion if closed.status == "completed" else cancellation)(job, closed, now))
    return closed


def cancel(job: Job, person: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Cancel a job. A job in progress no longer counts as active for its parties.

    Raises:
        Forbidden: the person is not a party.
        Conflict: the job cannot be cancelled now.
    """
    cancelled = job.cancelled(person, reason, now)
    unit_of_work.add(*cancellation(job, cancelled, now))
    return cancelled


def due(now: str) -> Iterator[list[str]]:
    """Pages of ids of jobs whose deadline has passed, oldest first, for the last `DEADLINE_LOOKBACK_DAYS` days."""
    for age in range(DEADLINE_LOOKBACK_DAYS, -1, -1):
        day, after = clock.plus(now, days=-age)[:10], None
        while rows := store.due(day, _DUE_PAGE_SIZE, after):
            after = rows[-1]
            yield [row["id"] for row in rows if row["deadlineAt"] <= now]


def apply_deadline(job_id: str, now: str) -> str | None:
    """Expire an open job, or complete a submitted cash job, whose deadline has passed.

    Returns the new status; None if this call changed nothing. A consumer rejects the pending bids of an expired job.
    """
    job = store.find(job_id)
    if job is None:
        return None
    try:
        if job.status == "open":
            after = job.expired(now)
            commit_now(store.change(job, after))
        else:
            after = job.self_completed(now)
            commit_now(*completion(job, after, now))
    except (Conflict, WriteConflict):
        return None
    return after.status


def completion(before: Job, after: Job, now: str, paid: PaidJob | None = None, *, debt: int = 0) -> list[Write]:
    """The writes of a completed job and of the counters of its parties.

    `paid` says that the job counts as paid; `debt` is added to the buyer's unpaid balances.
    """
    writes = [store.change(before, after)]
    if before.worker_id:
        writes += [
            profiles.count_completed_job(before.worker_id, now, paid),
            users.end_job(before.worker_id),
            users.end_job(before.buyer_id, bought=True, debt=debt),
        ]
    return writes


def cancellation(before: Job, after: Job, now: str) -> list[Write]:
    """The writes of a cancelled job; a job in progress no longer counts for its parties."""
    del now
    counters = [users.end_job(before.buyer_id), users.end_job(before.worker_id)] if before.worker_id else []
    return [store.change(before, after), *counters]


def _require_future(start_date: str | None, now: str) -> None:
    """Check that a start date is not before today in South Africa."""
    day = start_date and (start_date if len(start_date) == len("2026-11-21") else clock.local_day(start_date))
    if day and day < clock.local_day(now):
        raise Invalid([FieldProblem("startDate", "must not be before today", "in_the_past")])


def feed(
    category: Category | None, location: str | None, text: str | None, page_request: PageRequest
) -> PageResult[Job]:
    """Open jobs, newest first, filtered by category, location and words of the title if given."""
    if text is None:
        return store.feed(category, location, page_request)
    result = search.find("jobs", words(text), category, location, page_request, store.key, store.is_listed)
    return result.mapped(Job.model_validate)
