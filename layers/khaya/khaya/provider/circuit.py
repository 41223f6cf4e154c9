"""Calls of the payment provider behind a circuit breaker, for work that can wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from khaya.platform.work import circuit_breakers
from khaya.provider import payment_provider
from khaya.provider.errors import ProviderUnavailable, Unclear
from khaya.provider.port import PaymentProvider

Result = TypeVar("Result")

CIRCUIT = "payments"


def ask(operation: Callable[[PaymentProvider], Result]) -> Result:
    """What an operation on the payment provider returns, unless its circuit is open.

    Raises:
        ProviderUnavailable: the circuit is open, and the provider was not asked; or as the port says.
    """
    try:
        return circuit_breakers.call(CIRCUIT, (ProviderUnavailable, Unclear), lambda: operation(payment_provider()))
    except circuit_breakers.CircuitOpen as circuit:
        raise ProviderUnavailable("circuit open", circuit.seconds) from None
