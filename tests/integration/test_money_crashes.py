"""A run that ends at any call leaves nothing half-done, and later runs finish it: payouts, refunds, returns, accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as account_store
from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.crashes import Crash, Crashes, crashes
from tests.support.money import grant, payout_account, withdraw
from tests.support.payments import (
    ACCOUNT,
    BUYER,
    WORKER,
    account,
    cancel,
    check_money,
    deal,
    earning,
    give_back,
    pay_all,
    payout,
    refund,
    send,
)
from tests.support.provider import FakeProvider, fake_provider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake
    check_money()


def at_every_call(
    crash: Crashes, clock: Clock, begin: Callable[[], str], step: Callable[[str], object], finish: Callable[[str], None]
) -> int:
    """End `step` at each of its calls, before and after the effect, and let `finish` go on; returns how many calls."""
    begun = begin()
    crash.arm(None)
    step(begun)
    calls = len(crash.calls)
    crash.arm(None)
    finish(begun)
    for position in range(calls):
        for after in (False, True):
            begun = begin()
            crash.arm(position, after=after)
            with pytest.raises(Crash):
                step(begun)
            crash.arm(None)
            check_money()
            clock.tick(minutes=3)
            finish(begun)
            check_money()
    return calls


def test_a_payout_that_is_interrupted_at_any_call_is_sent_once(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    account()
    sent: list[str] = []

    def begin() -> str:
        clock.tick(days=1)
        sent.append(earning(provider, 20_000 + 50_000))
        return sent[-1]

    def finish(payout_id: str) -> None:
        send(payout_id)
        provider.decide_payout(payout(payout_id).reference, "paid")
        assert send(payout_id, hinted=True).status == "paid"

    with crashes(monkeypatch) as crash:
        assert at_every_call(crash, clock, begin, send, finish) >= 7
    assert provider.sent_cents == len(sent) * 66_500
    assert len(provider.payouts) == len(sent)


def test_a_payout_whose_outcome_is_interrupted_at_any_call_is_booked_once(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Person(WORKER, ("worker",), signed_in_at=10**10)
    grant(WORKER, 400_000)
    payout_account(WORKER)
    provider.default_payout = "sent"

    def begin() -> str:
        clock.tick(days=1)
        answer = withdraw(worker, 10_000)
        assert answer.status == 201, answer.text
        payout_id: str = answer.body["id"]
        send(payout_id)
        provider.decide_payout(payout(payout_id).reference, "paid")
        return payout_id

    def finish(payout_id: str) -> None:
        assert send(payout_id, hinted=True).status == "paid"

    with crashes(monkeypatch) as crash:
        assert at_every_call(crash, clock, begin, lambda one: send(one, hinted=True), finish) >= 5


def test_a_return_that_is_interrupted_at_any_call_is_booked_once(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Person(WORKER, ("worker",), signed_in_at=10**10)
    grant(WORKER, 400_000)
    payout_account(WORKER)
    provider.default_payout = "paid"

    def begin() -> str:
        clock.tick(days=1)
        answer = withdraw(worker, 10_000)
        assert answer.status == 201, answer.text
        payout_id: str = answer.body["id"]
        send(payout_id)
        provider.decide_payout(payout(payout_id).reference, "returned")
        return payout_id

    def finish(payout_id: str) -> None:
        found = send(payout_id, hinted=True)
        assert (found.status, found.reason) == ("pending", "returned")

    with crashes(monkeypatch) as crash:
        assert at_every_call(crash, clock, begin, lambda one: send(one, hinted=True), finish) >= 5


def test_a_refund_that_is_interrupted_at_any_call_is_made_once_or_becomes_an_admins(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.default_refund = "paid"
    ended: list[str] = []

    def begin() -> str:
        job_id = deal(100_000, buyer=f"buyer-{len(ended)}")
        pay_all(provider, job_id)
        ended.append(cancel(job_id, by=f"buyer-{len(ended)}"))
        return job_id

    def finish(job_id: str) -> None:
        for _ in range(12):
            give_back(job_id)
            clock.tick(minutes=4)
        found = refund(job_id)
        made = sum(one.amount_cents for one in provider.refunds.values() if (one.refund_id or "").startswith(job_id))
        if found.status == "paid":
            assert made == 105_000
        else:  # the run ended between the intent and the call, and nothing tells that from a lost answer
            assert (found.status, found.reason) == ("needs_admin", "unclear")
            assert made == sum(part.cents for part in found.parts if part.state == "paid")

    with crashes(monkeypatch) as crash:
        assert at_every_call(crash, clock, begin, give_back, finish) >= 10


def test_an_account_check_that_is_interrupted_at_any_call_is_finished(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(62_000_000_010, 62_000_000_990, 10))

    def begin() -> str:
        clock.tick(days=1)
        number = str(next(numbers))
        asked = Person(BUYER, signed_in_at=10**10).put("/payouts/account", {**ACCOUNT, "accountNumber": number})
        assert asked.status == 202, asked.text
        return BUYER

    def finish(user_id: str) -> None:
        accounts.check(user_id, khaya_clock.now())
        found = account_store.find(user_id)
        assert found is not None
        assert (found.verified, found.sealed) == (True, None)

    with crashes(monkeypatch) as crash:
        step = lambda user_id: accounts.check(user_id, khaya_clock.now())  # noqa: E731
        assert at_every_call(crash, clock, begin, step, finish) >= 4
