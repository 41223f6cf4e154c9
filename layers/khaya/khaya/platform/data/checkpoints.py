"""How far a daily task has come with each day, in the Tasks table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, Model, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

_KEEP_DAYS = 40


class Overtaken(Exception):
    """Another run has taken up the same day."""


class Checkpoint(Model):
    """How far a task has come with a day.

    Attributes:
        place: the last thing that was done; None at the beginning.
        through: whether the end of the list was reached.
        failed: what is to be tried again.
        version: counts how often it was written down.
    """

    task: str
    day: str
    place: str | None = None
    through: bool = False
    failed: tuple[str, ...] = ()
    version: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.through and not self.failed


def checkpoints_of(task: str, days: Sequence[str]) -> list[Checkpoint]:
    """How far a task has come with each of at most a hundred days."""
    items = dynamo.get_many([_key(task, day) for day in days])
    return [_read(item, task, day) for item, day in zip(items, days, strict=True)]


def _read(item: Item | None, task: str, day: str) -> Checkpoint:
    return Checkpoint.model_validate({**(item or {}), "task": task, "day": day})


def save(before: Checkpoint, **moved: Any) -> Checkpoint:
    """Write down how far the task has come.

    Raises:
        Overtaken: another run has done so since.
    """
    after = before.model_copy(update={**moved, "version": before.version + 1})
    table, key = _key(after.task, after.day)
    expires_at = clock.epoch(clock.plus(clock.now(), days=_KEEP_DAYS))
    write = writes.put(
        table,
        {**item_of(after), **key, "expiresAt": expires_at},
        condition="attribute_not_exists(#id) OR #version = :was",
        refusal=lambda _: Overtaken(),
        values={"was": before.version},
    )
    dynamo.commit([write], new_id())
    return after


def _key(task: str, day: str) -> tuple[str, dict[str, str]]:
    return settings().tasks_table, {"id": f"task#{task}#{day}"}
