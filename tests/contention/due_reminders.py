"""Creates due reminders, and runs the task that sends them."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from khaya.platform.data.writes import plain_item
from khaya.reminders import store
from khaya.reminders.model import Reminder
from tests.support.client import Context, app
from tests.support.template import table_name

NOT_DUE = 200
PER_PERSON = 20
"""Reminders of one person; nobody has many."""


@dataclass(frozen=True)
class ClaimDue:
    """A run of the task for due reminders. Its status is the number of claimed reminders."""

    function: str = "due_items"

    def make(self) -> int:
        """Run the task with ample remaining time."""
        report = app("due_items").handler({"schedule": "minute"}, Context(600_000))
        assert report["failed"] == 0, report
        return int(report["claimed"])


def set_due(number: int) -> list[str]:
    """Create `number` due reminders and some that are not due, and return the ids of the due ones."""

    def reminder(due_at: str) -> Reminder:
        person = f"person-{next(numbers) // PER_PERSON}"
        return Reminder(id=new_id(), user_id=person, kind="own", text="Call Sipho", due_at=due_at)

    numbers = itertools.count()
    chance = random.Random(5)  # noqa: S311 - the same in every run
    due = [reminder(clock.plus(clock.now(), seconds=-chance.randint(1, 86_400))) for _ in range(number)]
    later = [reminder(clock.plus(clock.now(), days=1)) for _ in range(NOT_DUE)]
    dynamo.write_many([store.create(one) for one in [*due, *later]])
    return [one.id for one in due]


def rows(dynamodb: Any) -> dict[str, dict[str, Any]]:
    """The stored reminders by id."""

    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name("RemindersTable"), ConsistentRead=True)
    return {item["id"]: item for page in pages for item in map(plain_item, page["Items"]) if "kind" in item}


def number_sent(dynamodb: Any) -> int:
    """The number of sent reminders."""
    return sum(row["status"] == "sent" for row in rows(dynamodb).values())


def check_sent_once(dynamodb: Any, due: Sequence[str]) -> None:
    """Check that each due reminder was sent once and left the index, and that the others are unchanged."""
    found, wanted = rows(dynamodb), {*due}
    states = Counter(
        (name in wanted, row["status"], row["number"], "dueShard" in row, "dueOrder" in row)
        for name, row in found.items()
    )
    assert states == {(True, "sent", 1, False, False): len(due), (False, "waiting", 0, True, True): NOT_DUE}
