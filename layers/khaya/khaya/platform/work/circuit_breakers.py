"""A circuit breaker for each provider: after repeated failures it stops calling for a while, then tries one call.

Powertools' circuit breaker. Its state is an item in the Tasks table, shared by all execution environments. Each of them
counts failures in memory, so a healthy provider costs no write.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from khaya.platform.base import observability
from khaya.platform.data import circuit_states

Result = TypeVar("Result")

FAILURES: Final = 5
"""Failures in a row, in one execution environment, after which the circuit opens."""
OPEN_SECONDS: Final = 30
"""Seconds until an open circuit lets one call through as a probe."""
_PROBE_SECONDS: Final = 5


class CircuitOpen(Exception):
    """The provider's circuit is open; `seconds` until the next probe."""

    def __init__(self, seconds: int) -> None:
        super().__init__("circuit open")
        self.seconds = seconds


def call(name: str, failures: type[Exception] | tuple[type[Exception], ...], operation: Callable[[], Result]) -> Result:
    """What `operation` returns, unless the circuit `name` is open. Only `failures` count as failures.

    Raises:
        CircuitOpen: `operation` was not called.
    """
    from aws_lambda_powertools.utilities.circuit_breaker import (  # noqa: PLC0415 - brings boto3, slow to import
        CircuitBreakerConfig,
        CircuitBreakerOpenError,
        circuit_breaker,
    )

    config = CircuitBreakerConfig(
        failure_threshold=FAILURES,
        recovery_timeout=OPEN_SECONDS,
        success_threshold=1,
        handled_exceptions=failures,
    )
    breaker = circuit_breaker(f"circuit#{name}", circuit_states.persistence(), on_transition=_report, config=config)
    try:
        result: Result = breaker(operation)()
    except CircuitBreakerOpenError as error:
        opened_at = error.circuit.opened_at if error.circuit else None
        left = opened_at + OPEN_SECONDS - int(time.time()) if opened_at is not None else 0
        raise CircuitOpen(left if left > 0 else _PROBE_SECONDS) from None
    return result


def _report(transition: Any) -> None:
    state = str(transition.to_state)
    observability.logger().warning("circuit changed", extra={"circuit": transition.circuit_name, "state": state})
    if state == "OPEN":
        observability.count("CircuitOpened")
