"""Statistics from concurrent consumers, with repeated events and DynamoDB faults."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from tests.contention.clients import at_once
from tests.contention.faults import faults
from tests.support.client import Context, Person, app

EVENTS = 160


def message(number: int, at: str) -> dict[str, Any]:
    """One of many events. Every fourth job is cancelled after it was posted."""
    job = f"job-{number // 4}"
    if number % 4 == 3:
        kind, detail = "job.cancelled", {"jobId": job, "buyerId": "buyer-1", "by": "buyer-1", "was": "open"}
    else:
        kind = "job.posted"
        what: dict[str, Any] = {"category": "other", "location": "Durban", "budgetCents": 5000, "payment": "cash"}
        detail = {"jobId": job, "buyerId": "buyer-1", **what}
    event = {"id": f"event-{number}", "kind": kind, "version": 1, "at": at, "object": f"jobs/{job}", "detail": detail}
    return {"consumer": "statistics", "event": event}


@dataclass(frozen=True)
class Batch:
    """A batch of messages that the queue delivers until it succeeds."""

    numbers: tuple[int, ...]
    at: str
    seed: int
    function: str = "records"

    def make(self) -> int:
        """Deliver the batch until it succeeds. Returns the number of deliveries."""
        records = [
            {
                "messageId": str(number),
                "receiptHandle": "handle",
                "body": json.dumps(message(number, self.at)),
                "eventSource": "aws:sqs",
                "attributes": {},
            }
            for number in self.numbers
        ]
        with faults(random.Random(self.seed)):  # noqa: S311 - the same faults every time
            for times in range(1, 50):
                try:
                    answer = app(self.function).handler({"Records": records}, Context())
                except Exception:  # noqa: BLE001, S112 - the queue delivers the batch again
                    continue
                if not answer["batchItemFailures"]:
                    return times
        raise AssertionError("never counted")


def test_each_event_counts_once_under_concurrent_and_repeated_delivery(engine: None) -> None:
    # given each event in three different batches
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set

    at = clock.now()
    chance, batches = random.Random(3), []  # noqa: S311 - the same batches every time
    for _ in range(3):
        numbers = [*range(EVENTS)]
        chance.shuffle(numbers)
        batches += [tuple(numbers[first : first + 10]) for first in range(0, EVENTS, 10)]
    # when many consumers process them concurrently
    at_once([Batch(numbers, at, seed) for seed, numbers in enumerate(batches)])
    # then each event counts once
    answer = Person("admin-1", ("admin",)).get("/admin/statistics")
    posted, cancelled = EVENTS * 3 // 4, EVENTS // 4
    assert (answer.body["jobs"]["open"], answer.body["jobs"]["cancelled"]) == (posted - cancelled, cancelled)
    assert sum(day["jobsPosted"] for day in answer.body["days"]) == posted
