"""Every call of the payment provider passes the circuit breaker."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from khaya.platform.work import circuit_breakers
from khaya.platform.work.circuit_breakers import CircuitOpen
from khaya.provider import circuit, payment_provider
from khaya.provider.errors import ProviderUnavailable, Unclear
from khaya.provider.port import PaymentProvider

METHODS = [name for name, _ in inspect.getmembers(PaymentProvider, inspect.isfunction) if not name.startswith("_")]
ASKING = sorted({*METHODS} - circuit.ASK_NOBODY)


class Adapter:
    """An adapter that notes its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., str]:
        def method(*arguments: object) -> str:
            self.calls.append(name)
            return f"{name}{arguments}"

        return method


def test_only_what_asks_nobody_is_without_the_circuit_breaker() -> None:
    assert {*METHODS} > circuit.ASK_NOBODY
    assert {*METHODS} - {*ASKING} == {"check_key", "events_of"}


@pytest.mark.parametrize("name", ASKING)
def test_given_an_open_circuit_then_no_method_of_the_port_reaches_the_adapter(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(*_: object) -> None:
        raise CircuitOpen(7)

    monkeypatch.setattr(circuit_breakers, "call", refuse)
    adapter = Adapter()
    with pytest.raises(ProviderUnavailable) as refused:
        getattr(circuit.guarded(adapter), name)("argument")  # type: ignore[arg-type]
    assert refused.value.retry_after == 7
    assert adapter.calls == []


@pytest.mark.parametrize("name", ASKING)
def test_given_a_closed_circuit_then_the_adapter_answers_and_its_failures_are_counted(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    counted: list[tuple[str, Any]] = []

    def call(circuit_name: str, failures: Any, operation: Callable[[], Any]) -> Any:
        counted.append((circuit_name, failures))
        return operation()

    monkeypatch.setattr(circuit_breakers, "call", call)
    assert getattr(circuit.guarded(Adapter()), name)("argument") == f"{name}('argument',)"  # type: ignore[arg-type]
    assert counted == [("payments", (ProviderUnavailable, Unclear))]


@pytest.mark.parametrize("name", sorted(circuit.ASK_NOBODY))
def test_a_method_that_asks_nobody_works_with_an_open_circuit(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(circuit_breakers, "call", lambda *_: pytest.fail("asked the circuit"))
    assert getattr(circuit.guarded(Adapter()), name)() == f"{name}()"  # type: ignore[arg-type]


def test_the_provider_of_the_deployment_is_handed_out_behind_the_circuit_breaker() -> None:
    assert isinstance(payment_provider(), type(circuit.guarded(Adapter())))  # type: ignore[arg-type]
