"""A person's resume, in three reads."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.platform.web.access import Caller
from khaya.profiles import service
from khaya.reputation.view import ResumeView, WorkDone, resume_of
from khaya.reviews import store as reviews

LATEST = 50
"""The number of completed jobs on a resume."""


def resume(user_id: str, visitor: Caller | None, now: str) -> ResumeView:
    """The resume of a worker: the latest completed jobs with their ratings, and the trust score.

    Jobs and ratings are two lists in the order of completion, so the latest jobs' ratings are among the latest ratings.

    Raises:
        NotFound: the person does not exist, or is suspended.
    """
    profile = service.public(user_id, visitor)
    completed = jobs.completed_work(user_id, LATEST)
    ratings = reviews.ratings_by_job(user_id, LATEST) if completed else {}
    work = [
        WorkDone(
            job_id=row["id"],
            title=row["title"],
            category=row["category"],
            location=row["location"],
            completed_at=row["completedAt"],
            rating=ratings.get(row["id"]),
        )
        for row in completed
    ]
    return resume_of(profile, work, now)
