"""The Reminders table, keyed by `id`, and its indexes: what is due, and each person's own reminders.

Only what waits carries `dueShard` and `due` and so stands in the index of what is due, in one of many parts. So a sweep
reads nothing but what is due, and takes up by itself what an earlier one left. Only people's own reminders carry
`position`, by which they are listed: what waits, soonest due first, and then what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from khaya.platform.base import clock, ids
from khaya.platform.base.errors import NotFound, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reminders.model import KEEP_DAYS, Lane, Reminder

SHARDS: Final = 32
"""In how many parts what is due stands in the index, for each lane; `docs/data.md` has the arithmetic."""

_PAGE: Final = 50
_JUST_AFTER: Final = "$"
"""The sign that sorts right after the one between the time and the id in `due`."""


class Exists(Exception):
    """The reminder is there already; `reminder` as it is, None where all that is known is that it was settled."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("exists")
        self.reminder = read(item)


def key(reminder_id: str) -> tuple[str, dict[str, str]]:
    """Where the reminder stands, for a read together with others."""
    return settings().reminders_table, {"id": reminder_id}


def read(item: Item | None) -> Reminder | None:
    """The reminder in `item`; one that was settled before it was planned is none."""
    return Reminder.model_validate(item) if item and "kind" in item else None


def create(reminder: Reminder) -> writes.Write:
    """Store a new reminder; refused as `Exists`."""
    return writes.put(
        settings().reminders_table, _item(reminder), condition="attribute_not_exists(#id)", refusal=Exists
    )


def change(before: Reminder, after: Reminder) -> writes.Write:
    """Write what differs, if the reminder is as it was read: in the same state and due at the same time."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#status = :was AND #dueAt = :dueAt AND #number = :number",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status, "dueAt": before.due_at, "number": before.number},
    )


def settle(reminder_id: str, now: str) -> writes.Write:
    """It is done and not to be reminded of, even if that is planned only later; refused as `Raced` where it was so."""
    return writes.update(
        *key(reminder_id),
        "SET #status = :settled, #expiresAt = :expires REMOVE #dueShard, #due",
        condition="attribute_not_exists(#status) OR #status <> :settled",
        refusal=lambda _: WriteConflict(),
        values={"settled": "settled", "expires": clock.epoch(clock.plus(now, days=KEEP_DAYS))},
    )


def remove_own(reminder_id: str, user_id: str) -> writes.Write:
    """Delete a person's own reminder, waiting or sent."""
    return writes.delete(
        *key(reminder_id),
        condition="#userId = :person AND #kind = :own",
        refusal=lambda _: NotFound("There is no such reminder."),
        values={"person": user_id, "own": "own"},
    )


def remove(reminders: Sequence[Reminder]) -> None:
    """Delete reminders for good, whether or not they are still there."""
    dynamo.write_many(
        [writes.delete(*key(one.id), condition=None, refusal=lambda _: WriteConflict()) for one in reminders]
    )


def of_person(user_id: str, page_request: PageRequest) -> PageResult[Reminder]:
    """A person's own reminders: what waits, soonest due first, and then what was sent."""
    found = lists.list_page(
        settings().reminders_table, "byPerson", "userId", user_id, page_request, order="position", newest_first=False
    )
    return PageResult([Reminder.model_validate(row) for row in found.items], found.after)


def due(lane: Lane, shard: int, now: str) -> Iterator[list[Item]]:
    """What is due in one part of a lane, the longest overdue first, a page at a time; without its text, for `read`."""
    start: dict[str, Any] | None = None
    while True:
        rows = dynamo.query(
            settings().reminders_table,
            "byDue",
            "#dueShard = :shard AND #due < :after",
            limit=_PAGE,
            newest_first=False,
            start=start,
            values={"shard": f"{lane}#{shard}", "after": f"{now}{_JUST_AFTER}"},
        )
        if rows:
            yield rows
        if len(rows) < _PAGE:
            return
        start = {name: rows[-1][name] for name in ("id", "dueShard", "due")}


def shard_of(reminder_id: str) -> int:
    """The part of its lane in which a reminder is due."""
    return ids.shard_of(reminder_id, SHARDS)


def _item(reminder: Reminder) -> Item:
    """The reminder with the attributes that its indexes are made of."""
    item = item_of(reminder)
    order = f"{reminder.due_at}#{reminder.id}"
    if reminder.status == "waiting":
        item |= {"dueShard": f"{reminder.rhythm.lane}#{shard_of(reminder.id)}", "due": order}
    if reminder.kind == "own":
        item["position"] = f"{0 if reminder.status == 'waiting' else 1}#{order}"
    return item
