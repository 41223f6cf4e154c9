"""A circuit breaker for each channel: a provider that fails is left alone for a while, and then asked once.

Powertools' own, with its state in the Tasks table so that all running functions share it. What they count stays with
each of them, so a healthy provider costs no write.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from khaya.channels import ChannelDown
from khaya.deliveries import store
from khaya.notifications.choices import Channel
from khaya.platform.base import observability

FAILURES: Final = 5
"""In a row, in one running function, after which the circuit opens."""
OPEN_SECONDS: Final = 30
"""How long it stays so before one message is let through to see."""
_PROBING_SECONDS: Final = 5


class Open(Exception):
    """The channel is left alone at the moment; `seconds` until it is worth asking."""

    def __init__(self, seconds: int) -> None:
        super().__init__("circuit open")
        self.seconds = seconds


def guarded(channel: Channel, send: Callable[[], None]) -> None:
    """Send, unless the channel's circuit is open. `ChannelDown` counts as a failure, and nothing else.

    Raises:
        Open: it is, and nothing was done.
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
        handled_exceptions=ChannelDown,
    )
    protected = circuit_breaker(f"circuit#{channel}", store.circuit_states(), on_transition=_noted, config=config)(send)
    try:
        protected()
    except CircuitBreakerOpenError as error:
        opened_at = error.circuit.opened_at if error.circuit else None
        left = opened_at + OPEN_SECONDS - int(time.time()) if opened_at is not None else 0
        raise Open(left if left > 0 else _PROBING_SECONDS) from None


def _noted(transition: Any) -> None:
    state = str(transition.to_state)
    observability.logger().warning("circuit", extra={"circuit": transition.circuit_name, "state": state})
    if state == "OPEN":
        observability.count("CircuitOpened")
