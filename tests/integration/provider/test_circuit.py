"""After repeated failures the provider is left alone for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaya.platform.work.circuit_breakers import FAILURES, OPEN_SECONDS
from khaya.provider import payment_provider
from khaya.provider.errors import ProviderError, ProviderUnavailable, Refused, Unclear
from tests.integration.provider.conftest import Provider
from tests.integration.provider.test_methods import PAYOUT
from tests.support.circuit_breakers import BreakerClock, forget_failures, stopped_clock


@pytest.fixture(autouse=True)
def no_failures() -> Iterator[None]:
    forget_failures()
    yield
    forget_failures()


@pytest.fixture
def breaker_clock(monkeypatch: pytest.MonkeyPatch) -> BreakerClock:
    return stopped_clock(monkeypatch)


def fail(provider: Provider, times: int = FAILURES) -> None:
    for _ in range(times):
        with pytest.raises(ProviderError):
            payment_provider().balance()


@pytest.mark.parametrize("mode", ["down", "lossy"])
def test_given_an_open_circuit_then_the_provider_is_not_asked(
    provider: Provider,
    breaker_clock: BreakerClock,
    mode: str,
) -> None:
    provider.mode(mode)
    fail(provider)
    provider.mode("up")
    before = len(provider.stand_in.asked)
    with pytest.raises(ProviderUnavailable) as refused:
        payment_provider().balance()
    assert 0 < refused.value.retry_after <= OPEN_SECONDS
    assert len(provider.stand_in.asked) == before
    # when the pause is over, then one good call closes the circuit
    breaker_clock.tick(OPEN_SECONDS + 1)
    assert payment_provider().balance().amount_cents == 0
    assert payment_provider().banks()


def test_an_unclear_payout_counts_as_a_failure(provider: Provider, breaker_clock: BreakerClock) -> None:
    provider.funded()
    request = provider.payout(PAYOUT)
    provider.mode("nonsense")
    for _ in range(FAILURES):
        with pytest.raises(Unclear):
            payment_provider().pay_out(request)
    with pytest.raises(ProviderUnavailable):
        payment_provider().pay_out(request)


def test_refusals_do_not_open_the_circuit(provider: Provider, breaker_clock: BreakerClock) -> None:
    for _ in range(FAILURES + 2):
        with pytest.raises(Refused):
            payment_provider().refund(provider.refund("collection-of-nobody"))
    assert payment_provider().balance().amount_cents == 0
