"""Reminders that are due by now, in any number, and sweeps for them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.client import Context, app
from tests.support.template import table_name

NOT_DUE = 200


@dataclass(frozen=True)
class Sweep:
    """A sweep of what is due every few minutes; its status is how many reminders it claimed."""

    function: str = "sweep"

    def make(self) -> int:
        """Sweep, with more time left than that can take."""
        report = app("sweep").handler({"lane": "minute"}, Context(600_000))
        assert report["failed"] == 0, report
        return int(report["claimed"])


def set_due(number: int) -> list[str]:
    """So many reminders that are due by now, and some that are not; answers the names of those that are."""
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base.ids import new_id  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set
    from khaya.reminders import store  # noqa: PLC0415
    from khaya.reminders.model import Reminder  # noqa: PLC0415

    def reminder(due_at: str) -> Reminder:
        return Reminder(id=new_id(), user_id="person", kind="own", text="Call Sipho", due_at=due_at)

    chance = random.Random(5)  # noqa: S311 - the same in every run
    due = [reminder(clock.plus(clock.now(), seconds=-chance.randint(1, 86_400))) for _ in range(number)]
    later = [reminder(clock.plus(clock.now(), days=1)) for _ in range(NOT_DUE)]
    dynamo.write_many([store.create(one) for one in [*due, *later]])
    return [one.id for one in due]


def rows(dynamodb: Any) -> dict[str, dict[str, Any]]:
    """Every reminder as it is stored, by its name."""
    from khaya.platform.data.writes import plain_item  # noqa: PLC0415 - after the environment is set

    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name("RemindersTable"), ConsistentRead=True)
    return {item["id"]: item for page in pages for item in map(plain_item, page["Items"])}


def number_sent(dynamodb: Any) -> int:
    """How many reminders were sent by now."""
    return sum(row["status"] == "sent" for row in rows(dynamodb).values())


def check_sent_once(dynamodb: Any, due: Sequence[str]) -> None:
    """What was due was sent, once, and stands in no list of what is due; everything else waits as before."""
    found, wanted = rows(dynamodb), {*due}
    states = Counter(
        (name in wanted, row["status"], row["number"], "dueShard" in row, "due" in row) for name, row in found.items()
    )
    assert states == {(True, "sent", 1, False, False): len(due), (False, "waiting", 0, True, True): NOT_DUE}
