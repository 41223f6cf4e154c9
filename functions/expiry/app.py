"""Every hour: jobs on which no bid was accepted in thirty days expire."""

from __future__ import annotations

from typing import Any

from khaya import clock, observability
from khaya.jobs import service

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on where it ended, since what is done is no longer due."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Expire what is due, and report how much that was."""
    del event
    expired = failed = 0
    for job_id in service.due(clock.now()):
        if context.get_remaining_time_in_millis() < SAFETY_MILLISECONDS:
            break
        try:
            expired += service.expire(job_id, clock.now())
        except Exception as error:  # noqa: BLE001 - one job that cannot be expired must not keep the others
            failed += 1
            observability.logger().error("expiry failed", extra={"job": job_id, "error": type(error).__name__})
    report = {"expired": expired, "failed": failed}
    observability.logger().info("expiry", extra=report)
    observability.count("JobExpired", expired)
    observability.count("JobExpiryFailed", failed)
    observability.flush()
    return report
