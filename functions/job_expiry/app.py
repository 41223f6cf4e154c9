"""Every hour: open jobs expire after thirty days, and submitted cash jobs complete after seven."""

from __future__ import annotations

from collections import Counter
from typing import Any

from khaya.jobs import service
from khaya.platform.base import clock, observability
from khaya.platform.work.parallel import in_parallel

SAFETY_MILLISECONDS = 10_000
"""Time left at which a run ends; the next one goes on where it ended, since what is done is no longer due."""

AT_ONCE = 4
"""Jobs in hand at a time. On AWS that is some 400 a second, as fast as the feed's indexes let go of them."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Expire what is due, and report how much that was."""
    del event

    def expire(job_id: str) -> str:
        if context.get_remaining_time_in_millis() < SAFETY_MILLISECONDS:
            return "left"
        try:
            return service.apply_deadline(job_id, clock.now()) or "unchanged"
        except Exception as error:  # noqa: BLE001 - one job that cannot be expired must not keep the others
            observability.logger().error("job expiry failed", extra={"job": job_id, "error": type(error).__name__})
            return "failed"

    outcomes: Counter[str] = Counter()
    for page in service.due(clock.now()):
        outcomes.update(in_parallel(expire, page, AT_ONCE))
        if outcomes["left"]:
            break
    report = {name: outcomes[name] for name in ("expired", "completed", "failed")}
    observability.logger().info("job expiry", extra=report)
    observability.count("JobExpired", report["expired"])
    observability.count("JobCompletedByItself", report["completed"])
    observability.count_for_alarm("TaskFailed", report["failed"])
    observability.flush()
    return report
