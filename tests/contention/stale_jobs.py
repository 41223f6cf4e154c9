"""Creates open jobs past their expiry, and runs the expiry task."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from khaya.jobs import store
from khaya.jobs.model import JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from tests.support.client import Context, app
from tests.support.records import POSTING

DAYS = 5
"""The number of days over which the jobs became due."""


def post_stale_jobs(number: int) -> None:
    """Store `number` due jobs, one that is not due, and one that cannot be read."""

    posting = JobPosting.model_validate(POSTING)
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
    """The number of jobs by status."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName="khaya-jobs-test-1", ProjectionExpression="#s", ExpressionAttributeNames={"#s": "status"}
    )
    return Counter(item["status"]["S"] for page in pages for item in page["Items"])


def in_the_index(dynamodb: Any) -> int:
    """The number of jobs in the index `byDeadline`."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName="khaya-jobs-test-1", IndexName="byDeadline", Select="COUNT"
    )
    return sum(page["Count"] for page in pages)


class ShortOfTime(Context):
    """A Lambda context with time for `jobs` jobs."""

    def __init__(self, jobs: int) -> None:
        super().__init__()
        self.jobs = jobs

    def get_remaining_time_in_millis(self) -> int:
        self.jobs -= 1
        return 60_000 if self.jobs >= 0 else 0


def run(context: Context | None = None) -> dict[str, int]:
    """Run the expiry task once."""
    report: dict[str, int] = app("job_expiry").handler({}, context or Context())
    return report


@dataclass(frozen=True)
class Run:
    """A run in its own process. Its status is the number of expired jobs."""

    function: str = "job_expiry"

    def make(self) -> int:
        """Run the task."""
        return run()["expired"]
