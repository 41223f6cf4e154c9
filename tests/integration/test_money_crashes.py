"""A run that ends at any call leaves nothing half-done, and later runs finish it: payouts, refunds, returns, accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as account_store
from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.support import stand_in
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

pytestmark = pytest.mark.exhaustive


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake
    check_money(fake)


def at_every_change(
    crash: Crashes,
    clock: Clock,
    fake: FakeProvider,
    begin: Callable[[], str],
    step: Callable[[str], object],
    finish: Callable[[str], None],
) -> int:
    """End `step` before its first call and after each that changed something, and let `finish` go on; returns how many
    calls it makes. Each time all starts from what `begin` left."""
    begun = begin()
    tables, books, moment = stand_in.snapshot(), fake.snapshot(), clock.moment
    crash.arm(None)
    step(begun)
    calls, changes = len(crash.calls), crash.changes()
    crash.arm(None)
    finish(begun)
    check_money()
    for position, after in [(0, False), *((position, True) for position in changes)]:
        stand_in.restore(tables)
        fake.restore(books)
        clock.moment = moment
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

    def begin() -> str:
        return earning(provider, 20_000 + 50_000)

    def finish(payout_id: str) -> None:
        send(payout_id)
        provider.decide_payout(payout(payout_id).reference, "paid")
        assert send(payout_id, hinted=True).status == "paid"
        assert provider.sent_cents == 66_500
        assert len(provider.payouts) == 1

    with crashes(monkeypatch) as crash:
        assert at_every_change(crash, clock, provider, begin, send, finish) >= 7


def test_a_payout_whose_outcome_is_interrupted_at_any_call_is_booked_once(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Person(WORKER, ("worker",), signed_in_at=10**10)
    grant(WORKER, 400_000)
    payout_account(WORKER)
    provider.default_payout = "sent"

    def begin() -> str:
        answer = withdraw(worker, 10_000)
        assert answer.status == 201, answer.text
        payout_id: str = answer.body["id"]
        send(payout_id)
        provider.decide_payout(payout(payout_id).reference, "paid")
        return payout_id

    def finish(payout_id: str) -> None:
        assert send(payout_id, hinted=True).status == "paid"

    with crashes(monkeypatch) as crash:
        assert at_every_change(crash, clock, provider, begin, lambda one: send(one, hinted=True), finish) >= 5


def test_a_return_that_is_interrupted_at_any_call_is_booked_once(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Person(WORKER, ("worker",), signed_in_at=10**10)
    grant(WORKER, 400_000)
    payout_account(WORKER)
    provider.default_payout = "paid"

    def begin() -> str:
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
        assert at_every_change(crash, clock, provider, begin, lambda one: send(one, hinted=True), finish) >= 5


def test_a_refund_that_is_interrupted_at_any_call_is_made_once_or_becomes_an_admins(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.default_refund = "paid"

    def begin() -> str:
        job_id = deal(100_000)
        pay_all(provider, job_id)
        return cancel(job_id)

    def finish(job_id: str) -> None:
        for _ in range(12):
            if give_back(job_id).is_final:
                break
            clock.tick(minutes=4)
        found = refund(job_id)
        made = sum(one.amount_cents for one in provider.refunds.values())
        if found.status == "paid":
            assert made == 105_000
        else:  # the run ended between the intent and the call, and nothing tells that from a lost answer
            assert (found.status, found.reason) == ("needs_admin", "unclear")
            assert made == sum(part.cents for part in found.parts if part.state == "paid")

    with crashes(monkeypatch) as crash:
        assert at_every_change(crash, clock, provider, begin, give_back, finish) >= 10


def test_an_account_check_that_is_interrupted_at_any_call_is_finished(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:

    def begin() -> str:
        asked = Person(BUYER, signed_in_at=10**10).put("/payouts/account", ACCOUNT)
        assert asked.status == 202, asked.text
        return BUYER

    def finish(user_id: str) -> None:
        accounts.check(user_id, khaya_clock.now())
        found = account_store.find(user_id)
        assert found is not None
        assert (found.verified, found.sealed) == (True, None)

    with crashes(monkeypatch) as crash:
        step = lambda user_id: accounts.check(user_id, khaya_clock.now())  # noqa: E731
        assert at_every_change(crash, clock, provider, begin, step, finish) >= 4
