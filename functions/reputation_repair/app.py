"""Finds and corrects wrong directory ranks, nightly."""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock, observability
from khaya.platform.work import daily_tasks
from khaya.platform.work.daily_tasks import Task
from khaya.profiles import store as profiles
from khaya.reputation import service

DAYS_LOOKED_BACK = 7
"""Days for which the task may not have run without missing anybody."""

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends; the next one goes on from there."""

_AT_A_TIME = 100


def _changed_on(day: str, after: str | None) -> list[str]:
    return profiles.with_changed_reputation(day, _AT_A_TIME, after)


TASK = Task("reputation_repair", page=_changed_on, work=service.update_reputation)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Check everybody whose profile changed on the days that are over; returns how many were checked and mended."""
    del event
    today = clock.local_day(clock.now())
    days = clock.days_before(today, DAYS_LOOKED_BACK)
    report = daily_tasks.run_task(
        TASK, days, lambda: context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS
    ).as_counts()
    observability.logger().info("reputation repair", extra=report)
    observability.count("ReputationChecked", report["done"])
    observability.count("ReputationRepaired", report["changed"])
    observability.count("ReputationRepairFailed", report["failed"])
    observability.flush()
    return report
