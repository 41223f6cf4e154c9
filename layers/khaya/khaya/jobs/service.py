"""Use cases of jobs."""

from __future__ import annotations

from collections.abc import Iterator

from khaya.jobs import store
from khaya.jobs.model import Category, Job, JobChanges, JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.profiles import store as profiles
from khaya.search import store as search
from khaya.search.model import words
from khaya.uploads.model import check_owner
from khaya.users import store as users

EXPIRY_LOOKBACK_DAYS = 60
"""The hourly expiry task reads this many past days, so it finds every due job after an outage of that length."""

_DUE_PAGE_SIZE = 100


def post(posting: JobPosting, *, buyer_id: str, now: str, unit_of_work: UnitOfWork) -> Job:
    """Post a job.

    Raises:
        Invalid: a photo is not the buyer's upload.
    """
    check_owner(posting.photos, buyer_id, "job", "photos")
    buyer = profiles.get(buyer_id)
    job = new_job(posting, buyer_id=buyer_id, buyer_name=buyer.display_name, now=now)
    unit_of_work.add(store.create(job))
    return job


def edit(job: Job, changes: JobChanges, *, owner_id: str, now: str, unit_of_work: UnitOfWork) -> Job:
    """Edit the fields in `changes`.

    Raises:
        Invalid: a photo is not the owner's upload.
        Conflict: the job is not open.
    """
    if "photos" in changes.model_fields_set:
        check_owner([photo for photo in changes.photos if photo not in job.photos], owner_id, "job", "photos")
    edited = job.edited(changes, now)
    unit_of_work.add(store.change(job, edited))
    return edited


def complete(job: Job, *, fully_paid: bool, now: str, unit_of_work: UnitOfWork) -> Job:
    """Complete a job and count it for its worker and its buyer.

    Raises:
        Conflict: the job cannot be completed now.
    """
    done = job.completed(now, fully_paid=fully_paid)
    unit_of_work.add(store.change(job, done))
    if job.worker_id:
        unit_of_work.add(profiles.count_completed_job(job.worker_id, now))
        unit_of_work.add(users.end_job(job.worker_id), users.count_bought_job(job.buyer_id))
    return done


def cancel(job: Job, person: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Cancel a job. A job in progress no longer counts as active for its parties.

    Raises:
        Forbidden: the person is not a party.
        Conflict: the job cannot be cancelled now.
    """
    cancelled = job.cancelled(person, reason, now)
    unit_of_work.add(store.change(job, cancelled))
    if job.worker_id:
        unit_of_work.add(users.end_job(job.buyer_id), users.end_job(job.worker_id))
    return cancelled


def due(now: str) -> Iterator[list[str]]:
    """Pages of ids of open jobs that are due to expire, oldest first, for the last `EXPIRY_LOOKBACK_DAYS` days."""
    for age in range(EXPIRY_LOOKBACK_DAYS, -1, -1):
        day, after = clock.plus(now, days=-age)[:10], None
        while rows := store.due(day, _DUE_PAGE_SIZE, after):
            after = rows[-1]
            yield [row["id"] for row in rows if row["expiresAt"] <= now]


def expire(job_id: str, now: str) -> bool:
    """Expire a job that is due. Returns whether this call expired it. A consumer rejects its pending bids."""
    job = store.find(job_id)
    if job is None or job.status != "open" or job.expires_at > now:
        return False
    try:
        commit_now(store.change(job, job.expired(now)))
    except (Conflict, WriteConflict):
        return False
    return True


def feed(
    category: Category | None, location: str | None, text: str | None, page_request: PageRequest
) -> PageResult[Job]:
    """Open jobs, newest first, filtered by category, location and words of the title if given."""
    if text is None:
        return store.feed(category, location, page_request)
    found = search.find("jobs", words(text), category, location, page_request, store.key)
    return PageResult([Job.model_validate(item) for item in found.items], found.after)
