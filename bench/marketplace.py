"""Creates the template's tables on an engine, with many jobs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from khaya.jobs import store as jobs
from khaya.jobs.model import JobPosting, new_job
from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from khaya.platform.data.writes import typed_item
from tests.support.template import table_requests

POSTING: dict[str, Any] = {
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night long. It has a single lever, and the valve under the sink works. "
    * 3,
    "category": "plumbing",
    "budgetCents": 50_000,
    "location": "Durban North",
    "coordinates": {"lat": -29.85, "lng": 31.02},
}
_BATCH = 25


@contextmanager
def tables_on(address: str) -> Iterator[None]:
    """Create the template's tables on the engine at `address` for the block, and point `khaya` to it."""
    os.environ["AWS_ENDPOINT_URL"] = address
    clients.clear()
    names = [request["TableName"] for request in table_requests()]
    try:
        for request in table_requests():
            dynamo.client().create_table(**request)
        yield
    finally:
        for name in names:
            dynamo.client().delete_table(TableName=name)
        del os.environ["AWS_ENDPOINT_URL"]
        clients.clear()


def post_many(number: int) -> list[str]:
    """Store `number` open jobs, and return their ids."""
    posting = JobPosting.model_validate_json(json.dumps(POSTING))
    now = clock.now()
    made = [new_job(posting, buyer_id=f"buyer-{one % 100}", buyer_name="Thandi", now=now) for one in range(number)]
    put_many(settings().jobs_table, [jobs._item(job) for job in made])  # noqa: SLF001 - the stored form
    return [job.id for job in made]


def put_many(table: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Write items in batches."""
    for first in range(0, len(items), _BATCH):
        puts = [{"PutRequest": {"Item": typed_item(item)}} for item in items[first : first + _BATCH]]
        left = {table: puts}
        while left:
            left = dynamo.client().batch_write_item(RequestItems=left)["UnprocessedItems"]
