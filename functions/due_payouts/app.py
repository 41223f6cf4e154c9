"""Every five minutes: enqueues payouts, refunds and account checks that are due; calls an operator if payouts wait."""

from __future__ import annotations

from typing import Any

from khaya.disbursements import service
from khaya.payouts import store as payouts
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import require
from khaya.platform.data.unit_of_work import connect

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on, since what was not handled is still due."""

LONGEST_WAIT_HOURS = 24
"""Age of a payout that waits for an admin at which an operator is called."""

require(queues=("provider",))
connect()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Enqueue what is due; returns the count."""
    del event
    now, left = clock.now(), context.get_remaining_time_in_millis
    report = {"enqueued": service.enqueue_due(now, lambda: left() > SAFETY_MILLISECONDS)}
    observability.logger().info("due payouts", extra=report)
    if payouts.waits_for_admin_since(clock.plus(now, hours=-LONGEST_WAIT_HOURS)):
        observability.call_operator("payout_waits")
    return report
