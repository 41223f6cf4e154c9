"""Reminders as tests set, back-date and sweep them."""

from __future__ import annotations

from typing import Any

from tests.support import stand_in
from tests.support.client import Context, Person, app

DUE_AT = "2026-12-01T08:00:00.000Z"


def remind(person: Person, text: str = "Call Sipho", due_at: str = DUE_AT) -> str:
    """Set a reminder and answer its id."""
    answer = person.post("/reminders", {"text": text, "dueAt": due_at})
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def sent(reminder_id: str) -> None:
    """Have a reminder sent, as a sweep does when it is due."""
    from khaya.platform.base.ids import new_id  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set
    from khaya.reminders import store  # noqa: PLC0415

    reminder = store.read(dynamo.get(*store.key(reminder_id)))
    assert reminder is not None
    dynamo.commit([store.change(reminder, reminder.claimed(reminder.due_at))], new_id())


def sweep(lane: str = "minute", milliseconds: int = 60_000) -> dict[str, int]:
    """Run the sweep of a lane and answer its report."""
    report: dict[str, int] = app("due_items").handler({"lane": lane}, Context(milliseconds))
    return report


def waiting() -> dict[str, str]:
    """When what waits is due, by its name."""
    return {row["id"]: row["dueAt"] for row in stand_in.stored("reminders") if row["status"] == "waiting"}


def row(reminder_id: str) -> dict[str, Any]:
    """A reminder as it is stored."""
    return next(row for row in stand_in.stored("reminders") if row["id"] == reminder_id)
