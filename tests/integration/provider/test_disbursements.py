"""Payouts, refunds and account checks over HTTP, with the stand-in as the provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.collections.model import new_collection
from khaya.disbursements import payouts, refunds
from khaya.escrows import service as escrows
from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as account_store
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.pricing.model import Part
from tests.conftest import Clock
from tests.integration.provider.conftest import ACCOUNT as BANK_ACCOUNT
from tests.integration.provider.conftest import Provider
from tests.support.circuit_breakers import forget_failures
from tests.support.client import Person
from tests.support.payments import (
    BUYER,
    WORKER,
    cancel,
    check_money,
    deal,
    experienced,
    known_card,
    payout,
    refund,
    release,
    settle,
)

EARNER = Person(WORKER, ("worker",), signed_in_at=10**10)
OWNER = Person(BUYER, ("buyer",), signed_in_at=10**10)
DETAILS = {
    "bankCode": BANK_ACCOUNT.bank_code,
    "accountNumber": BANK_ACCOUNT.account_number,
    "accountName": BANK_ACCOUNT.account_name,
    "identityNumber": "8001015009087",
}


@pytest.fixture(autouse=True)
def books(tables: None, clock: Clock) -> Iterator[None]:
    forget_failures()
    yield
    forget_failures()
    check_money()


def pay(provider: Provider, job_id: str, part: Part) -> str:
    """Pay a part of an escrow at the stand-in, and have it settled."""
    escrow = escrows.get_deal(job_id).escrow
    now, cents = khaya_clock.now(), escrow.amounts.part_cents(part)
    made = new_collection(
        job_id=job_id, job_title="Tap", buyer_id=BUYER, part=part, attempt=1, amount_cents=cents, now=now
    )
    provider.paid(made.id, cents)
    commit_now(collection_store.create(made.opened("https://pay.example", now)))
    assert collections.apply(made.id, now) == "paid"
    settle(made.id)
    return made.id


def know_card_of(provider: Provider, reference: str) -> None:
    """Have the card of a payment have paid for another job long ago."""
    found = provider.port.find_collection(reference)
    assert found is not None
    known_card(found.card or "")


def earning(provider: Provider) -> str:
    """A payout that is due, to a verified account, with enough money at the provider."""
    experienced()
    assert EARNER.put("/payouts/account", DETAILS).status == 202
    accounts.check(WORKER, khaya_clock.now())
    job_id = deal()
    first = pay(provider, job_id, "deposit")
    pay(provider, job_id, "balance")
    know_card_of(provider, first)
    provider.funded()
    return release(job_id)


def test_an_account_is_verified_and_a_payout_arrives(provider: Provider, clock: Clock) -> None:
    earned = earning(provider)
    account = account_store.find(WORKER)
    assert account is not None
    assert (account.verified, account.sealed) == (True, None)
    clock.tick(hours=24)
    payouts.process(earned, khaya_clock.now())
    provider.later(seconds=2)
    clock.tick(minutes=5)
    payouts.process(earned, khaya_clock.now())
    assert payout(earned).status == "paid"
    (transfer,) = provider.books()["transfers"]
    assert (transfer["reference"], transfer["amountCents"], transfer["status"]) == (
        payout(earned).reference,
        95_000,
        "success",
    )


@pytest.mark.parametrize("mode", ["lossy", "down", "slow"])
def test_a_payout_is_sent_once_whatever_the_provider_does(provider: Provider, clock: Clock, mode: str) -> None:
    earned = earning(provider)
    clock.tick(hours=24)
    provider.mode(mode, **({"seconds": 1} if mode == "slow" else {}))
    for _ in range(3):
        payouts.process(earned, khaya_clock.now(), hinted=True)
        clock.tick(minutes=5)
    provider.mode("up")
    forget_failures()
    clock.tick(hours=1)
    payouts.process(earned, khaya_clock.now())
    provider.later(seconds=2)
    clock.tick(hours=7)
    payouts.process(earned, khaya_clock.now())
    assert payout(earned).status == "paid"
    assert len(provider.books()["transfers"]) == 1


@pytest.mark.parametrize("outcome", ["failed", "reversed"])
def test_a_transfer_that_ends_badly_is_not_lost_and_not_paid_twice(
    provider: Provider, clock: Clock, outcome: str
) -> None:
    earned = earning(provider)
    clock.tick(hours=24)
    payouts.process(earned, khaya_clock.now())
    reference = payout(earned).reference
    if outcome == "reversed":
        provider.later(seconds=2)
        payouts.process(earned, khaya_clock.now(), hinted=True)
        assert payout(earned).status == "paid"
    provider.control(f"transfers/{reference}", outcome=outcome)
    payouts.process(earned, khaya_clock.now(), hinted=True)
    found = payout(earned)
    assert (found.status, found.reason) == ("pending", "failed" if outcome == "failed" else "returned")


def test_too_little_balance_waits(provider: Provider, clock: Clock) -> None:
    experienced()
    assert EARNER.put("/payouts/account", DETAILS).status == 202
    accounts.check(WORKER, khaya_clock.now())
    clock.tick(hours=24)
    job_id = deal()
    first = pay(provider, job_id, "deposit")
    pay(provider, job_id, "balance")
    know_card_of(provider, first)
    earned = release(job_id)
    payouts.process(earned, khaya_clock.now())
    assert payout(earned).reason == "balance_too_low"
    provider.funded()
    clock.tick(minutes=30)
    payouts.process(earned, khaya_clock.now())
    assert payout(earned).status == "sent"
    assert len(provider.books()["transfers"]) == 1


@pytest.mark.parametrize("lossy", [False, True])
def test_a_refund_over_two_captures_is_made_once(provider: Provider, clock: Clock, lossy: bool) -> None:
    job_id = deal()
    pay(provider, job_id, "deposit")
    pay(provider, job_id, "balance")
    provider.funded()
    cancel(job_id)
    if lossy:
        provider.mode("lossy")
    refunds.process(job_id, khaya_clock.now())
    provider.mode("up")
    forget_failures()
    for _ in range(6):
        provider.later(minutes=5)
        clock.tick(minutes=5)
        refunds.process(job_id, khaya_clock.now(), hinted=True)
    assert refund(job_id).status == "paid"
    made = provider.books()["refunds"]
    assert sorted(one["amountCents"] for one in made) == [31_500, 73_500]
    assert {one["status"] for one in made} == {"processed"}


def test_a_refund_that_sticks_goes_to_the_account_that_the_buyer_names(provider: Provider, clock: Clock) -> None:
    job_id = deal()
    pay(provider, job_id, "deposit")
    provider.funded()
    cancel(job_id)
    refunds.process(job_id, khaya_clock.now())
    provider_id = refund(job_id).parts[0].provider_id
    provider.control(f"refunds/{provider_id}", outcome="needs-attention")
    refunds.process(job_id, khaya_clock.now(), hinted=True)
    assert refund(job_id).status == "needs_account"
    assert OWNER.put(f"/jobs/{job_id}/escrow/refund-account", DETAILS).status == 200
    refunds.process(job_id, khaya_clock.now(), hinted=True)
    assert refund(job_id).status == "sent"
    for _ in range(3):
        provider.later(minutes=5)
        clock.tick(minutes=5)
        refunds.process(job_id, khaya_clock.now(), hinted=True)
    assert refund(job_id).status == "paid"
