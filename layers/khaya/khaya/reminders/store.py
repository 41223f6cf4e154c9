"""The Reminders table, keyed by `id`, with the indexes `byDue` and `byPerson`.

Only waiting reminders carry `dueShard` and `dueOrder`, and so are listed by `byDue`. A run reads only what is due, and
continues by itself what an earlier run left. Only people's own reminders carry `listOrder`, by which `byPerson` lists
them: first the waiting ones, soonest due first, then those that were sent. `person#<userId>` counts those that wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from khaya.platform.base import clock, ids
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reminders.model import KEEP_DAYS, MAX_WAITING, Reminder, Schedule

SHARDS: Final = 32
"""Shards of the index of due reminders, for each schedule; `docs/scale.md` has the arithmetic."""

_PAGE: Final = 50
_JUST_AFTER: Final = "$"
"""The character that sorts directly after the `#` between time and id in `dueOrder`."""


class Exists(Exception):
    """The reminder exists; `reminder` is its state, None if it was settled before it was planned."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("exists")
        self.reminder = read(item)


def key(reminder_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a reminder."""
    return settings().reminders_table, {"id": reminder_id}


def read(item: Item | None) -> Reminder | None:
    """The reminder in `item`; None if it was settled before it was planned."""
    return Reminder.model_validate(item) if item and "kind" in item else None


def create(reminder: Reminder) -> writes.Write:
    """Store a new reminder; refused as `Exists`."""
    return writes.put(
        settings().reminders_table, _item(reminder), condition="attribute_not_exists(#id)", refusal=Exists
    )


def create_own(reminder: Reminder) -> list[writes.Write]:
    """Store a person's own reminder; refused as `Conflict` if as many wait as a person may have."""
    return [
        create(reminder),
        writes.update(
            *_count_key(reminder.user_id),
            "ADD #waiting :one",
            condition="attribute_not_exists(#waiting) OR #waiting < :most",
            refusal=lambda _: Conflict(
                f"You have {MAX_WAITING} reminders that wait. Delete one first.",
                code="reminder_limit",
                params={"max": MAX_WAITING},
            ),
            values={"one": 1, "most": MAX_WAITING},
        ),
    ]


def send_own(before: Reminder, after: Reminder) -> list[writes.Write]:
    """Write that a person's own reminder was sent, and no longer waits."""
    return [change(before, after), _one_less(before.user_id)]


def change(before: Reminder, after: Reminder) -> writes.Write:
    """Write the difference, if the reminder's state, time and number are unchanged."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#status = :was AND #dueAt = :dueAt AND #number = :number",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status, "dueAt": before.due_at, "number": before.number},
    )


def settle(reminder_id: str, now: str) -> writes.Write:
    """Settle a reminder, also before it is planned; refused as `WriteConflict` if it is settled already."""
    return writes.update(
        *key(reminder_id),
        "SET #status = :settled, #expiresAt = :expires REMOVE #dueShard, #dueOrder",
        condition="attribute_not_exists(#status) OR #status <> :settled",
        refusal=lambda _: WriteConflict(),
        values={"settled": "settled", "expires": clock.epoch(clock.plus(now, days=KEEP_DAYS))},
    )


def remove_own(reminder: Reminder) -> list[writes.Write]:
    """Delete a person's own reminder, if it is still waiting or sent as it was read."""
    deletion = writes.delete(
        *key(reminder.id),
        condition="#status = :status",
        refusal=lambda _: WriteConflict(),
        values={"status": reminder.status},
    )
    return [deletion, _one_less(reminder.user_id)] if reminder.status == "waiting" else [deletion]


def remove_all_of(user_id: str, reminders: Sequence[Reminder]) -> None:
    """Delete reminders of an erased person, and the count; those that are gone already are ignored."""
    rows = [key(one.id) for one in reminders] + [_count_key(user_id)]
    dynamo.write_many([writes.delete(*row, condition=None, refusal=lambda _: WriteConflict()) for row in rows])


def of_person(user_id: str, page_request: PageRequest) -> PageResult[Reminder]:
    """A person's own reminders: the waiting ones, soonest due first, then those that were sent."""
    return lists.list_page(
        settings().reminders_table, "byPerson", "userId", user_id, page_request, order="listOrder", newest_first=False
    ).mapped(Reminder.model_validate)


def due(schedule: Schedule, shard: int, now: str) -> Iterator[list[Item]]:
    """Items of a shard's due reminders without `text`, longest overdue first, a page at a time."""
    until = f"{now}{_JUST_AFTER}"
    return lists.due_pages(settings().reminders_table, f"{schedule}#{shard}", until, order="dueOrder", limit=_PAGE)


def shard_of(reminder_id: str) -> int:
    """The shard of a reminder."""
    return ids.shard_of(reminder_id, SHARDS)


def _one_less(user_id: str) -> writes.Write:
    """Count one waiting reminder less; a missing count must not keep a reminder from being sent."""
    return writes.update(
        *_count_key(user_id),
        "SET #waiting = if_not_exists(#waiting, :one) - :one",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"one": 1},
    )


def _count_key(user_id: str) -> tuple[str, dict[str, str]]:
    return settings().reminders_table, {"id": f"person#{user_id}"}


def _item(reminder: Reminder) -> Item:
    """The item of a reminder, with its index attributes."""
    item = item_of(reminder)
    order = f"{reminder.due_at}#{reminder.id}"
    if reminder.status == "waiting":
        item |= {"dueShard": f"{reminder.recurrence.schedule}#{shard_of(reminder.id)}", "dueOrder": order}
    if reminder.kind == "own":
        item["listOrder"] = f"{0 if reminder.status == 'waiting' else 1}#{order}"
    return item
