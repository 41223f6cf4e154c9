"""Reminders for tests, and the task that sends them."""

from __future__ import annotations

from typing import Any

from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from khaya.reminders import store
from tests.support import stand_in
from tests.support.client import Context, Person, app

DUE_AT = "2026-12-01T08:00:00.000Z"


def remind(person: Person, text: str = "Call Sipho", due_at: str = DUE_AT) -> str:
    """Set a reminder; returns its id."""
    answer = person.post("/reminders", {"text": text, "dueAt": due_at})
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def sent(reminder_id: str) -> None:
    """Claim a reminder as sent."""

    reminder = store.read(dynamo.get(*store.key(reminder_id)))
    assert reminder is not None
    dynamo.commit(store.send_own(reminder, reminder.claimed(reminder.due_at)), new_id())


def claim_due(schedule: str = "minute", milliseconds: int = 60_000) -> dict[str, int]:
    """Run the task of a schedule; returns its report."""
    counts: dict[str, int] = app("due_items").handler({"schedule": schedule}, Context(milliseconds))
    return counts


def expected(schedule: str = "minute", **counts: int) -> dict[str, int]:
    """The report of a run in which these counts, and no others, are above zero."""
    of_schedule = {"minute": ["released", "applied", "postponed", "looked_up"], "daily": ["erasures"]}
    names = ["claimed", "dropped", "failed", "unfinished", *of_schedule[schedule]]
    return {**dict.fromkeys(names, 0), **counts}


def waiting() -> dict[str, str]:
    """The due times of waiting reminders, by id."""
    return {row["id"]: row["dueAt"] for row in stand_in.stored("reminders") if row.get("status") == "waiting"}


def row(reminder_id: str) -> dict[str, Any]:
    """A reminder's item."""
    return next(row for row in stand_in.stored("reminders") if row["id"] == reminder_id)
