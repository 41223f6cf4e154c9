"""A person's resume: three reads, however much they did."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.profiles import service
from khaya.reputation.view import ResumeView, WorkDone, resume_of
from khaya.reviews import store as reviews

LATEST = 50
"""How many completed jobs a resume shows."""


def resume(user_id: str, now: str) -> ResumeView:
    """What a person did as a worker, how it was rated, and how far they are trusted.

    Jobs and their ratings are two lists in one order, that of completion; so the ratings of the latest jobs are among
    the latest ratings.

    Raises:
        NotFound: there is no such person.
    """
    profile = service.public(user_id)
    done = jobs.completed_work(user_id, LATEST)
    ratings = reviews.ratings_by_job(user_id, LATEST) if done else {}
    work = [
        WorkDone(
            job_id=row["id"],
            title=row["title"],
            category=row["category"],
            location=row["location"],
            completed_at=row["completedAt"],
            rating=ratings.get(row["id"]),
        )
        for row in done
    ]
    return resume_of(profile, work, now)
