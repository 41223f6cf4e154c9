"""Where a daily task stands: it goes on where an earlier run stopped, and each day's work is done once.

A task works through a list, page by page, and writes down after each how far it has come. A run that is short of time
leaves the rest to the next one. What failed is tried once more by the next run, and keeps the day unfinished until it
succeeds. Days that nobody finished are taken up later.

Two runs at once do no harm: the work may be done twice, and of two that write down how far they are the slower stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from khaya.platform.base import observability
from khaya.platform.data.checkpoints import Checkpoint, Overtaken, checkpoints_of, save

MOST_FAILED = 100
"""Failures of a day that are tried again; of more there is word only in the log, so that they hold nothing up."""


@dataclass
class Report:
    """What a run did: things done, how many of these were changed by it, how many failed, and days finished."""

    done: int = 0
    changed: int = 0
    failed: int = 0
    days: int = 0

    def as_counts(self) -> dict[str, int]:
        """The report as a function answers it."""
        return {"done": self.done, "changed": self.changed, "failed": self.failed, "days": self.days}


@dataclass(frozen=True)
class Task:
    """What is to be done for a day.

    Attributes:
        name: under which its place is kept.
        page: names of the next things of a day after one of them (None: the first), in an order that stays; none at
            the end.
        work: does one of them, and answers whether it had to change anything. May be done again.
    """

    name: str
    page: Callable[[str, str | None], Sequence[str]]
    work: Callable[[str], bool]


def work_through(task: Task, days: Sequence[str], time_is_left: Callable[[], bool]) -> Report:
    """Do what is left to do for these days, in their order, while time is left."""
    report = Report()
    for checkpoint in checkpoints_of(task.name, days):
        if checkpoint.finished:
            continue
        try:
            finished = _work(task, checkpoint, report, time_is_left)
        except Overtaken:
            observability.logger().info("another run is at it", extra={"task": task.name, "day": checkpoint.day})
            break
        report.days += finished
        if not time_is_left():
            break
    return report


def _work(task: Task, checkpoint: Checkpoint, report: Report, time_is_left: Callable[[], bool]) -> bool:
    """Work at one day: first at what failed before, then on from the place. Answers whether the day is finished."""
    if checkpoint.failed:
        begun, failed = _try(task, checkpoint.failed, report, time_is_left)
        checkpoint = save(checkpoint, failed=(*failed, *checkpoint.failed[begun:]))
    while not checkpoint.through and time_is_left():
        things = task.page(checkpoint.day, checkpoint.place)
        if not things:
            checkpoint = save(checkpoint, through=True)
            continue
        begun, failed = _try(task, things, report, time_is_left)
        if begun:
            remembered = (*checkpoint.failed, *failed)[:MOST_FAILED]
            checkpoint = save(checkpoint, place=things[begun - 1], failed=remembered)
    return checkpoint.finished


def _try(
    task: Task, things: Sequence[str], report: Report, time_is_left: Callable[[], bool]
) -> tuple[int, tuple[str, ...]]:
    """Do things while time is left; answers how many were begun, and which of these failed."""
    failed: list[str] = []
    for number, thing in enumerate(things):
        if not time_is_left():
            return number, tuple(failed)
        if not _do(task, thing, report):
            failed.append(thing)
    return len(things), tuple(failed)


def _do(task: Task, thing: str, report: Report) -> bool:
    try:
        changed = task.work(thing)
    except Exception as error:  # noqa: BLE001 - one that cannot be done must not keep the others
        report.failed += 1
        extra = {"task": task.name, "thing": thing, "error": type(error).__name__}
        observability.logger().error("one of a task's things failed", extra=extra)
        return False
    report.done += 1
    report.changed += changed
    return True
