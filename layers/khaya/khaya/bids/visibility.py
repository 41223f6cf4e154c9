"""Who may see a job: anybody an open one; others its parties, its bidders and admins."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.bids import store
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.platform.base.errors import NotFound
from khaya.platform.base.models import Item
from khaya.platform.data.unit_of_work import Key, read_together
from khaya.platform.web.access import Caller


def visible_job(job_id: str, visitor: Caller | None) -> Job:
    """The job, if the visitor may see it: anybody an open one; others its parties, its bidders and admins.

    Raises:
        NotFound: there is none such.
    """
    return seen(read_together(sight_keys(job_id, visitor)), visitor)


def sight_keys(job_id: str, visitor: Caller | None) -> list[Key]:
    """Where stands what decides whether the visitor may see the job, for a read together with others."""
    keys: list[Key] = [jobs.key(job_id)]
    if visitor is not None:
        keys.append(store.place_key(job_id, visitor.user_id))
    return keys


def seen(items: Sequence[Item | None], visitor: Caller | None) -> Job:
    """The job in the items under `sight_keys`, if the visitor may see it.

    Raises:
        NotFound: there is none such.
    """
    job_item, *place = items
    job = jobs.read(job_item)
    if job is None or not (job.status == "open" or _concerned(job, visitor, has_bid=any(place))):
        raise NotFound("There is no such job.")
    return job


def _concerned(job: Job, visitor: Caller | None, *, has_bid: bool) -> bool:
    if visitor is None:
        return False
    return visitor.is_admin or has_bid or job.party(visitor.user_id) is not None
