"""A job of the demo that was forgotten: it was given to a worker long ago, and waits for an admin to close it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.ageing import age_one
from local.demo.jobs import DemoBid, DemoJob, bring_about, own_jobs
from local.demo.visit import Visits
from local.people import THANDI, THEMBA

JOB = DemoJob(
    THANDI, "Whitewash the outside wall", "Eight metres along the street, two coats; the lime is in the garage.",
    "painting", 900, "Umhlanga", fate="in_progress",
    bids=(DemoBid(THEMBA, 850, 2, "Two mornings, before the wall gets hot in the sun."),),
)  # fmt: skip
AGE = timedelta(days=40)
"""More than the two days of the bid and the fourteen after which it counts as stuck."""


def load(visits: Visits) -> None:
    """Post the job, give it to its worker and make it old, as far as that was not done before."""
    bring_about(visits, JOB, _posted(visits))
    posted = _posted(visits)
    if posted and datetime.fromisoformat(posted["acceptedAt"]) > datetime.now(UTC) - AGE / 2:
        age_one(visits.port, "jobs", posted["id"], AGE)


def _posted(visits: Visits) -> dict[str, Any] | None:
    return next((job for job in own_jobs(visits.of(THANDI)) if job["title"] == JOB.title), None)
