"""Every night: compares the ledger with itself, with our items and with the payment provider's books."""

from __future__ import annotations

from typing import Any, Final

from khaya import provider
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import KeySettings, ProviderSettings, require
from khaya.provider.errors import ProviderUnavailable
from khaya.reconciliation import service

SAFETY_MILLISECONDS: Final = 60_000
"""Time left at which no further day is begun."""

require(KeySettings, ProviderSettings, queues=("provider",))


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Reconcile, and report what was found. A run may be repeated at any time."""
    del event
    provider.check_at_start()
    try:
        report = service.run(
            clock.now(), lambda: context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS
        ).as_counts()
    except ProviderUnavailable:
        observability.count("ReconciliationUnanswered")
        observability.call_operator("reconciliation_differences", service.count_open())
        observability.flush()
        raise
    observability.logger().info("reconciliation", extra=report)
    observability.call_operator("reconciliation_differences", report["open"])
    observability.count("ReconciliationUnfinished", report["unfinished"])
    observability.flush()
    return report
