"""Enqueues payouts, refunds and account checks that are due: every five minutes."""

from __future__ import annotations

from typing import Any

from khaya.disbursements import service
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import require
from khaya.platform.data.unit_of_work import connect

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on, since what was not handled is still due."""

require(queues=("provider",))
connect()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Enqueue what is due; returns the count."""
    del event
    left = context.get_remaining_time_in_millis
    report = {"enqueued": service.enqueue_due(clock.now(), lambda: left() > SAFETY_MILLISECONDS)}
    observability.logger().info("due payouts", extra=report)
    observability.count("PayoutEnqueued", report["enqueued"])
    observability.flush()
    return report
