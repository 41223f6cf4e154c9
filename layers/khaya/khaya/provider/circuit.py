"""The circuit breaker around a payment provider's adapter: no call can be made beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from khaya.platform.work import circuit_breakers
from khaya.provider.errors import ProviderUnavailable, Unclear
from khaya.provider.port import PaymentProvider

CIRCUIT: Final = "payments"

ASK_NOBODY: Final = frozenset({"check_key", "events_of"})
"""The methods of the port that do not call the provider, so that its circuit says nothing about them."""


def guarded(adapter: PaymentProvider) -> PaymentProvider:
    """The adapter behind the circuit breaker. With an open circuit each call raises `ProviderUnavailable`."""
    return cast("PaymentProvider", _Guarded(adapter))


class _Guarded:
    """Passes each call of the port on, so that a method that is added to the port is guarded too."""

    def __init__(self, adapter: PaymentProvider) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._adapter, name)
        return method if name in ASK_NOBODY else _guarded_method(method)


def _guarded_method(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return circuit_breakers.call(CIRCUIT, (ProviderUnavailable, Unclear), lambda: method(*arguments, **named))
        except circuit_breakers.CircuitOpen as circuit:
            raise ProviderUnavailable("circuit open", circuit.seconds) from None

    return call
