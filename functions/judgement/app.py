"""Every night: whatever follows from people's facts is brought in line, where a message about them was lost."""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock, observability
from khaya.platform.work import daily_tasks
from khaya.platform.work.daily_tasks import Task
from khaya.profiles import store as profiles
from khaya.reputation import service

DAYS_LOOKED_BACK = 7
"""For how many days the task may not have run without anybody being forgotten."""

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends; the next one goes on from there."""

_AT_A_TIME = 100


def _judged(day: str, after: str | None) -> list[str]:
    return profiles.with_changed_reputation(day, _AT_A_TIME, after)


TASK = Task("judgement", page=_judged, work=service.update_reputation)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Look at everybody whose facts changed on the days that are over, and report how many were put right."""
    del event
    today = clock.local_day(clock.now())
    days = clock.days_before(today, DAYS_LOOKED_BACK)
    report = daily_tasks.run_task(
        TASK, days, lambda: context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS
    ).as_counts()
    observability.logger().info("judgement", extra=report)
    observability.count("PersonJudged", report["done"])
    observability.count("StandingPutRight", report["changed"])
    observability.count("JudgementFailed", report["failed"])
    observability.flush()
    return report
