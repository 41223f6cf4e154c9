"""Claims due reminders, releases held deliveries, applies the timers of escrows, and begins erasures that waited.

The event is `{"schedule": "minute"}`, every five minutes, or `{"schedule": "daily"}`, in the morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

from khaya import provider
from khaya.deliveries import service as deliveries
from khaya.erasure import scheduled
from khaya.money_timers import service as money_timers
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import KeySettings, ProviderSettings, require
from khaya.platform.data.unit_of_work import connect
from khaya.reminders import service
from khaya.reminders.model import Schedule

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on where it ended, since what is done is no longer due."""

require(KeySettings, ProviderSettings, queues=("deliveries",))
connect()  # while Lambda makes the environment, with a whole processor


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Claim the due items of the schedule in the event; returns the counts."""
    schedule: Schedule = event["schedule"]
    if schedule not in get_args(Schedule):
        raise ValueError(f"there is no schedule {schedule}")
    provider.check_at_start()
    now, left = clock.now(), context.get_remaining_time_in_millis
    # Each task has at most its part of the time, so that none keeps the others waiting.
    third = (left() - SAFETY_MILLISECONDS) // 3

    def until(parts_left: int) -> Callable[[], bool]:
        return lambda: left() > parts_left * third + SAFETY_MILLISECONDS

    report: Counter[str] = Counter()
    if schedule == "daily":
        report.update(erasures=0)
        report.update(_attempt("erasures", lambda: {"erasures": scheduled.run_due(now, until(2))}))
    else:
        report.update(released=0)
        report.update(_attempt("timers of escrows", lambda: money_timers.run_due(now, until(2)).as_counts()))
        report.update(_attempt("release of deliveries", lambda: {"released": deliveries.release_due(now, until(1))}))
    report.update(service.claim_due(schedule, now, until(0)).as_counts())
    observability.logger().info("due items", extra={"schedule": schedule, **report})
    observability.count_for_alarm("TaskFailed", report["failed"])
    observability.count("DueItemsUnfinished", report["unfinished"])
    observability.flush()
    return dict(report)


def _attempt(task: str, run: Callable[[], dict[str, int]]) -> dict[str, int]:
    """The counts of a task. One that fails counts as one failure, and does not keep the others from running."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - one task must not stop the others
        observability.logger().error("task failed", extra={"task": task, "error": type(error).__name__})
        return {"failed": 1}
