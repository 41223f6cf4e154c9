"""Daily tasks that resume at their last checkpoint and process each item of a day once.

A task reads its list page by page and saves a checkpoint after each page. A run that is short of time leaves the rest
to the next run. Failed and unfinished items are tried once more by the next run; until they succeed the day stays
unfinished. Later runs also process earlier days that are not finished.

Concurrent runs are safe: items may be processed twice, and the run that saves its checkpoint last stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from khaya.platform.base import observability
from khaya.platform.data.checkpoints import Checkpoint, CheckpointConflict, checkpoints_of, save

HasTime: TypeAlias = Callable[[], bool]

MAX_FAILED = 500
"""Failed and unfinished items of a day that are tried again. Further ones are only logged, so that the list ends."""


class Unfinished(Exception):
    """An item is not finished, without a fault: the next run takes it up again."""


@dataclass
class TaskCounts:
    """Counts of a run: items processed, items changed, items failed or left unfinished, and days finished."""

    done: int = 0
    changed: int = 0
    failed: int = 0
    unfinished: int = 0
    days: int = 0

    def __add__(self, other: "TaskCounts") -> "TaskCounts":
        """The counts of two runs together."""
        ours, theirs = self.as_counts(), other.as_counts()
        return TaskCounts(**{name: ours[name] + theirs[name] for name in ours})

    def as_counts(self) -> dict[str, int]:
        """The counts by name, as the function returns them."""
        return asdict(self)


@dataclass(frozen=True)
class Task:
    """A daily task.

    Attributes:
        name: the name in checkpoints and logs.
        page: returns the next item ids of a day after an id (None: the first), in a stable order; empty at the end.
        work: processes one item, and returns whether it changed anything; raises `Unfinished` if the next run has to
            go on with it. Must be idempotent.
    """

    name: str
    page: Callable[[str, str | None], Sequence[str]]
    work: Callable[[str], bool]


def run_task(task: Task, days: Sequence[str], has_time: HasTime) -> TaskCounts:
    """Process the unfinished items of `days`, in this order, while `has_time`."""
    report = TaskCounts()
    for checkpoint in checkpoints_of(task.name, days):
        if checkpoint.finished:
            continue
        try:
            finished = _process_day(task, checkpoint, report, has_time)
        except CheckpointConflict:
            observability.logger().info("concurrent run", extra={"task": task.name, "day": checkpoint.day})
            break
        report.days += finished
        if not has_time():
            break
    return report


def _process_day(task: Task, checkpoint: Checkpoint, report: TaskCounts, has_time: HasTime) -> bool:
    """Process the failed items and then the rest of the list; returns whether the day is finished."""
    if checkpoint.failed:
        begun, failed = _process_items(task, checkpoint.failed, report, has_time)
        checkpoint = save(checkpoint, failed=(*failed, *checkpoint.failed[begun:]))
    while not checkpoint.list_ended and has_time():
        items = task.page(checkpoint.day, checkpoint.position)
        if not items:
            checkpoint = save(checkpoint, list_ended=True)
            continue
        begun, failed = _process_items(task, items, report, has_time)
        if begun:
            kept = (*checkpoint.failed, *failed)[:MAX_FAILED]
            checkpoint = save(checkpoint, position=items[begun - 1], failed=kept)
    return checkpoint.finished


def _process_items(
    task: Task, items: Sequence[str], report: TaskCounts, has_time: HasTime
) -> tuple[int, tuple[str, ...]]:
    """Process items while `has_time`; returns the number of items begun, and the failed ones among them."""
    failed: list[str] = []
    for number, item in enumerate(items):
        if not has_time():
            return number, tuple(failed)
        if not _process(task, item, report):
            failed.append(item)
    return len(items), tuple(failed)


def _process(task: Task, item: str, report: TaskCounts) -> bool:
    try:
        changed = task.work(item)
    except Unfinished:
        report.unfinished += 1
        return False
    except Exception as error:  # noqa: BLE001 - a failed item must not stop the others
        report.failed += 1
        extra = {"task": task.name, "item": item, "error": type(error).__name__}
        observability.logger().error("task item failed", extra=extra)
        return False
    report.done += 1
    report.changed += changed
    return True
