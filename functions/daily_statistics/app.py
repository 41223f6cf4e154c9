"""Every night, writes the statistics of the days that are over: one row for each day."""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock, observability
from khaya.platform.work import daily_tasks
from khaya.platform.work.daily_tasks import Task
from khaya.statistics import service
from khaya.statistics.model import DAYS

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on from there."""


def _days(today: str, after: str | None) -> list[str]:
    """The days to write: all of the series again, since events may come late."""
    return [day for day in clock.days_before(today, DAYS) if after is None or day > after]


TASK = Task("daily_statistics", page=_days, work=service.close_day)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Write the rows of the days before today; returns how many."""
    del event
    today = clock.local_day(clock.now())
    report = daily_tasks.run_task(
        TASK, [today], lambda: context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS
    ).as_counts()
    observability.logger().info("daily statistics", extra=report)
    observability.count_for_alarm("TaskFailed", report["failed"])
    observability.flush()
    return report
