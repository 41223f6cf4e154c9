"""Claims due reminders, releases held deliveries, applies the timers of escrows, and begins erasures that waited.

The event is `{"schedule": "minute"}`, every five minutes, or `{"schedule": "daily"}`, in the morning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

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
    now, left = clock.now(), context.get_remaining_time_in_millis
    # Each task has at most its part of the time, so that none keeps the others waiting.
    third = (left() - SAFETY_MILLISECONDS) // 3
    released, money, erasures = {}, {}, {}
    if schedule == "daily":
        erasures = _erase(now, lambda: left() > 2 * third + SAFETY_MILLISECONDS)
    if schedule == "minute":
        money = _apply_timers(now, lambda: left() > 2 * third + SAFETY_MILLISECONDS)
        released = _release(now, lambda: left() > third + SAFETY_MILLISECONDS)
    report = service.claim_due(schedule, now, lambda: left() > SAFETY_MILLISECONDS).as_counts()
    failed = report["failed"] + released.get("failed", 0) + money.get("failed", 0) + erasures.get("failed", 0)
    report = {**report, **released, **money, **erasures, "failed": failed}
    observability.logger().info("due items", extra={"schedule": schedule, **report})
    observability.count("ReminderClaimed", report["claimed"])
    observability.count("ReminderDropped", report["dropped"])
    observability.count("DeliveryReleased", report.get("released", 0))
    observability.count("DueItemsFailed", report["failed"])
    observability.count("DueItemsUnfinished", report["unfinished"])
    observability.flush()
    return report


def _apply_timers(now: str, time_is_left: Callable[[], bool]) -> dict[str, int]:
    """Apply the timers of escrows. A failure does not keep reminders from being claimed."""
    try:
        return money_timers.run_due(now, time_is_left).as_counts()
    except Exception as error:  # noqa: BLE001 - one task must not stop the others
        observability.logger().error("the timers of escrows failed", extra={"error": type(error).__name__})
        return {"failed": 1}


def _erase(now: str, time_is_left: Callable[[], bool]) -> dict[str, int]:
    """Begin the erasures that waited for this day. A failure does not keep reminders from being claimed."""
    try:
        return {"erasures": scheduled.run_due(now, time_is_left)}
    except Exception as error:  # noqa: BLE001 - one task must not stop the others
        observability.logger().error("erasures were not begun", extra={"error": type(error).__name__})
        return {"failed": 1}


def _release(now: str, time_is_left: Callable[[], bool]) -> dict[str, int]:
    """Release what waited for the morning. A failure does not keep reminders from being claimed."""
    try:
        return {"released": deliveries.release_due(now, time_is_left)}
    except Exception as error:  # noqa: BLE001 - one work must not keep the other
        observability.logger().error("the release of deliveries failed", extra={"error": type(error).__name__})
        return {"released": 0, "failed": 1}
