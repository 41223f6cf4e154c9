"""Checkpoints of daily tasks in the Tasks table: one for each task and day, and positions inside of long items."""

from collections.abc import Mapping, Sequence
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, Model, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

_KEEP_DAYS = 40


class CheckpointConflict(Exception):
    """Another run has saved the same checkpoint in the meantime."""


class Checkpoint(Model):
    """The progress of a task for one day.

    Attributes:
        position: the last item that was processed; None before the first.
        list_ended: whether the end of the list was reached.
        failed: items to try again.
        version: the number of times that the checkpoint was saved.
    """

    task: str
    day: str
    position: str | None = None
    list_ended: bool = False
    failed: tuple[str, ...] = ()
    version: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.list_ended and not self.failed


def checkpoints_of(task: str, days: Sequence[str]) -> list[Checkpoint]:
    """The checkpoints of a task for at most 100 days, in one read."""
    items = dynamo.get_many([_key(task, day) for day in days])
    return [_read(item, task, day) for item, day in zip(items, days, strict=True)]


def _read(item: Item | None, task: str, day: str) -> Checkpoint:
    return Checkpoint.model_validate({**(item or {}), "task": task, "day": day})


def save(before: Checkpoint, **changes: Any) -> Checkpoint:
    """Save the checkpoint with `changes`, and return it.

    Raises:
        CheckpointConflict: another run has saved it since it was read.
    """
    after = before.model_copy(update={**changes, "version": before.version + 1})
    table, key = _key(after.task, after.day)
    expires_at = clock.epoch(clock.plus(clock.now(), days=_KEEP_DAYS))
    write = writes.put(
        table,
        {**item_of(after), **key, "expiresAt": expires_at},
        condition="attribute_not_exists(#id) OR #version = :was",
        refusal=lambda _: CheckpointConflict(),
        values={"was": before.version},
    )
    dynamo.commit([write], new_id())
    return after


def positions_in(thing: str) -> dict[str, Any]:
    """Where the steps of an unfinished item go on, by the step's name; empty for most items."""
    (item,) = dynamo.get_many([_positions_key(thing)])
    found: dict[str, Any] = item["positions"] if item else {}
    return found


def save_positions(thing: str, positions: Mapping[str, Any]) -> None:
    """Save where the steps of an item go on."""
    table, key = _positions_key(thing)
    expires_at = clock.epoch(clock.plus(clock.now(), days=_KEEP_DAYS))
    item = {**key, "positions": positions, "expiresAt": expires_at}
    dynamo.commit([writes.put(table, item, condition=None, refusal=lambda _: CheckpointConflict())], new_id())


def _positions_key(thing: str) -> tuple[str, dict[str, str]]:
    return settings().tasks_table, {"id": f"positions#{thing}"}


def _key(task: str, day: str) -> tuple[str, dict[str, str]]:
    return settings().tasks_table, {"id": f"task#{task}#{day}"}
