"""Reads what a job shows of other domains, for a whole page in one call."""

from collections.abc import Sequence
from dataclasses import dataclass

from khaya.jobs.model import Job
from khaya.platform.data.unit_of_work import read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.profiles.model import Reputation
from khaya.reviews import store as reviews


@dataclass(frozen=True)
class JobDetails:
    """What a job shows of other domains.

    Attributes:
        buyer: the reputation of its buyer.
        reviewed: whether the viewer, as a party, has reviewed the other one.
    """

    buyer: Reputation
    reviewed: bool = False


def details_of(jobs: Sequence[Job], viewer: Caller | None) -> dict[str, JobDetails]:
    """The details of at most 50 jobs, by the jobs' ids. Only a completed job can have been reviewed."""
    if not jobs:
        return {}
    person = viewer.user_id if viewer else ""
    to_review = [job for job in jobs if job.status == "completed" and job.party(person) is not None]
    buyer_keys = [profiles.key(job.buyer_id) for job in jobs]
    slot_keys = [reviews.slot_key(job.id, person) for job in to_review]
    columns = profiles.reputation_columns()
    items = read_together([*buyer_keys, *slot_keys], consistent=bool(slot_keys), columns=columns)
    slots = items[len(jobs) :]
    reviewed = {job.id for job, slot in zip(to_review, slots, strict=True) if slot is not None}
    return {
        job.id: JobDetails(profiles.read_reputation(item), job.id in reviewed)
        for job, item in zip(jobs, items[: len(jobs)], strict=True)
    }
