"""Who may see a job: everybody if it is open and not hidden, otherwise its parties, its bidders and admins."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.bids import store
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.platform.base import clock
from khaya.platform.base.errors import NotFound
from khaya.platform.base.models import Item
from khaya.platform.data.unit_of_work import Key, read_together
from khaya.platform.web.access import Caller


def get_visible_job(job_id: str, visitor: Caller | None) -> Job:
    """The job, if the visitor may see it.

    Raises:
        NotFound: the visitor may not see the job, or it does not exist.
    """
    return job_if_visible(read_together(visibility_keys(job_id, visitor)), visitor)


def get_visible_job_with(job_id: str, visitor: Caller, keys: Sequence[Key]) -> tuple[Job, list[Item | None]]:
    """The job, if the visitor may see it, and the items under `keys`, in one read.

    Raises:
        NotFound: there is no such job.
    """
    decisive = visibility_keys(job_id, visitor)
    items = read_together([*decisive, *keys])
    return job_if_visible(items[: len(decisive)], visitor), items[len(decisive) :]


def visibility_keys(job_id: str, visitor: Caller | None) -> list[Key]:
    """The keys of the items that `job_if_visible` needs, for batch reads."""
    keys: list[Key] = [jobs.key(job_id)]
    if visitor is not None:
        keys.append(store.slot_key(job_id, visitor.user_id))
    return keys


def job_if_visible(items: Sequence[Item | None], visitor: Caller | None) -> Job:
    """The job in the items of `visibility_keys`, if the visitor may see it.

    Raises:
        NotFound: the visitor may not see the job, or it does not exist.
    """
    job_item, *slot = items
    job = jobs.read(job_item)
    open_to_all = job is not None and job.is_public and not job.is_past_expiry(clock.now())
    if job is None or not (open_to_all or _has_access(job, visitor, has_bid=any(slot))):
        raise NotFound("There is no such job.")
    return job


def _has_access(job: Job, visitor: Caller | None, *, has_bid: bool) -> bool:
    if visitor is None:
        return False
    return visitor.is_admin or has_bid or job.party(visitor.user_id) is not None
