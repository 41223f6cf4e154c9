"""Every five minutes, and every morning: reminders that are due are claimed, and deliveries that waited are released.

The event is `{"lane": "minute"}` or `{"lane": "daily"}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from khaya.deliveries import service as deliveries
from khaya.platform.base import clock, observability
from khaya.platform.data.unit_of_work import connect
from khaya.reminders import service
from khaya.reminders.model import Schedule

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on where it ended, since what is done is no longer due."""

connect()  # while Lambda makes the environment, with a whole processor


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep the lane that the event names, and report what that did."""
    lane: Schedule = event["lane"]
    if lane not in get_args(Schedule):
        raise ValueError(f"there is no lane {lane}")
    now, left = clock.now(), context.get_remaining_time_in_millis
    # Neither work may keep the other waiting for ever: the first one has at most half of the time.
    half = (left() - SAFETY_MILLISECONDS) // 2 + SAFETY_MILLISECONDS
    released = _release(now, lambda: left() > half) if lane == "minute" else {}
    report = service.claim_due(lane, now, lambda: left() > SAFETY_MILLISECONDS).as_counts()
    report = {**report, **released, "failed": report["failed"] + released.get("failed", 0)}
    observability.logger().info("sweep", extra={"lane": lane, **report})
    observability.count("ReminderClaimed", report["claimed"])
    observability.count("ReminderDropped", report["dropped"])
    observability.count("DeliveryReleased", report.get("released", 0))
    observability.count("SweepFailed", report["failed"])
    observability.count("SweepUnfinished", report["unfinished"])
    observability.flush()
    return report


def _release(now: str, time_is_left: Callable[[], bool]) -> dict[str, int]:
    """Release what waited for the morning. Should that fail, reminders are swept all the same."""
    try:
        return {"released": deliveries.release_due(now, time_is_left)}
    except Exception as error:  # noqa: BLE001 - one work must not keep the other
        observability.logger().error("the release of deliveries failed", extra={"error": type(error).__name__})
        return {"released": 0, "failed": 1}
