"""Open jobs whose thirty days are over, many of them, and runs of the hourly expiry over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.support.client import Context, app

DAYS = 5
"""Over how many days the jobs' time ran out."""


def post_stale_jobs(number: int) -> None:
    """Jobs that were due to expire over the last days, one that is not due, and one that cannot be read."""
    from khaya.jobs import store  # noqa: PLC0415
    from khaya.jobs.model import JobPosting, new_job  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base.errors import WriteConflict  # noqa: PLC0415
    from khaya.platform.base.settings import settings  # noqa: PLC0415
    from khaya.platform.data import dynamo, writes  # noqa: PLC0415 - after the environment is set

    posting = JobPosting.model_validate(
        {
            "title": "Fix a leaking tap",
            "description": "The kitchen tap drips all night long.",
            "category": "plumbing",
            "budgetCents": 50_000,
            "location": "Durban",
        }
    )
    ages = [31 + one % DAYS for one in range(number)]
    moments = [clock.plus(clock.now(), days=-age) for age in (*ages, 29, 32)]
    jobs = [new_job(posting, buyer_id="buyer-1", buyer_name="Thandi", now=moment) for moment in moments]
    items = [store._item(job) for job in jobs]
    del items[-1]["buyerId"]
    puts = [
        writes.put(settings().jobs_table, item, condition=None, refusal=lambda _: WriteConflict()) for item in items
    ]
    dynamo.write_many(puts)


def states(dynamodb: Any) -> Counter[str]:
    """How many jobs are in each state."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName="khaya-jobs-test", ProjectionExpression="#s", ExpressionAttributeNames={"#s": "status"}
    )
    return Counter(item["status"]["S"] for page in pages for item in page["Items"])


def in_the_index(dynamodb: Any) -> int:
    """How many jobs the index of what expires still holds."""
    pages = dynamodb.get_paginator("scan").paginate(TableName="khaya-jobs-test", IndexName="byExpiry", Select="COUNT")
    return sum(page["Count"] for page in pages)


class ShortOfTime(Context):
    """Lambda's word to a run that has time for so many jobs."""

    def __init__(self, jobs: int) -> None:
        super().__init__()
        self.jobs = jobs

    def get_remaining_time_in_millis(self) -> int:
        self.jobs -= 1
        return 60_000 if self.jobs >= 0 else 0


def run(context: Context | None = None) -> dict[str, int]:
    """One run of the expiry."""
    report: dict[str, int] = app("expiry").handler({}, context or Context())
    return report


@dataclass(frozen=True)
class Run:
    """A run in a process of its own; its status is how many jobs it expired."""

    function: str = "expiry"

    def make(self) -> int:
        """Run."""
        return run()["expired"]
