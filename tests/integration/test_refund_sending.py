"""Refunds at the provider: each capture is given back once, whatever is lost, stuck or down, and the ledger agrees."""

from __future__ import annotations

from typing import Literal

import pytest

from khaya.chargebacks import service as chargebacks
from khaya.collections import service as collections
from khaya.payout_accounts import service as accounts
from khaya.payout_accounts.model import Problem
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.provider.errors import ProviderUnavailable, Refused, Unclear
from khaya.provider.model import BankAccount
from khaya.suspense import store as suspense
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.payments import (
    ACCOUNT,
    BUYER,
    cancel,
    cancelled_refund,
    check_money,
    deal,
    finish_refund,
    give_back,
    pay,
    pay_late,
    refund,
)
from tests.support.provider import FakeProvider
from tests.support.streams import follow, hint, run_due_payouts

OWNER = Person(BUYER, ("buyer",))


@pytest.fixture
def provider(fake: FakeProvider, money_agrees: None) -> FakeProvider:
    return fake


def test_a_refund_goes_over_both_captures_the_newest_first(provider: FakeProvider, clock: Clock) -> None:
    job_id = deal()
    pay(provider, job_id, "deposit")
    clock.tick(hours=1)
    pay(provider, job_id, "balance")
    cancel(job_id)
    first = give_back(job_id)
    assert [(part.cents, part.state) for part in first.parts] == [(73_500, "sent"), (31_500, "planned")]
    provider.decide_refund(f"{job_id}-1", "paid")
    second = give_back(job_id, hinted=True)
    assert [part.state for part in second.parts] == ["paid", "sent"]
    check_money()
    provider.decide_refund(f"{job_id}-2", "paid")
    assert give_back(job_id, hinted=True).status == "paid"
    assert provider.refunded_cents == 105_000
    assert provider.made("refund") == 2


def test_a_hint_at_a_collection_has_its_refund_looked_up(provider: FakeProvider) -> None:
    job_id = cancelled_refund(provider)
    give_back(job_id)
    part = refund(job_id).parts[0]
    provider.decide_refund(part.refund_id, "paid")
    hint("refunds", {"reference": part.collection, "providerId": "1"})
    assert [one.state for one in refund(job_id).parts] == ["paid", "sent"]


def test_a_refund_that_is_paid_at_once_takes_one_look(provider: FakeProvider) -> None:
    provider.default_refund = "paid"
    assert give_back(cancelled_refund(provider)).status == "paid"


@pytest.mark.parametrize("lost_at", [0, 1])
def test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice(
    provider: FakeProvider, clock: Clock, lost_at: int
) -> None:
    job_id = cancelled_refund(provider)
    if lost_at:
        give_back(job_id)
        provider.decide_refund(f"{job_id}-1", "paid")
    provider.fail("refund", Unclear("timeout"), after=True)
    assert give_back(job_id, hinted=True).reason == "unclear"
    clock.tick(minutes=2)
    assert give_back(job_id).parts[lost_at].state == "sent"
    finish_refund(provider, clock, job_id)
    assert (provider.made("refund"), provider.refunded_cents) == (2, 105_000)


def test_a_refund_that_stays_unclear_becomes_an_admins_after_half_an_hour(provider: FakeProvider, clock: Clock) -> None:
    job_id = cancelled_refund(provider)
    provider.fail("refund", Unclear("timeout"))
    give_back(job_id)
    for _ in range(14):
        clock.tick(minutes=2)
        assert give_back(job_id).status == "pending"
    clock.tick(minutes=2)
    stuck = give_back(job_id)
    assert (stuck.status, stuck.reason, stuck.for_admin) == ("needs_admin", "unclear", True)
    assert provider.refunds == {}


@pytest.mark.parametrize("error", [ProviderUnavailable("down"), None])
def test_a_refund_that_surely_was_not_made_is_asked_for_again(
    provider: FakeProvider, clock: Clock, error: Exception | None
) -> None:
    job_id = cancelled_refund(provider)
    if error is not None:
        provider.fail("refund", error)
    else:
        provider.balance_cents = 100
    held = give_back(job_id)
    assert held.reason == ("provider_unavailable" if error else "balance_too_low")
    assert held.parts[0].state == "planned"
    provider.balance_cents = 1_000_000
    clock.tick(minutes=31)
    finish_refund(provider, clock, job_id)
    assert provider.refunded_cents == 105_000


def test_the_provider_is_down_for_an_hour_and_refunds_go_on_by_themselves(provider: FakeProvider, clock: Clock) -> None:
    job_id = cancelled_refund(provider)
    provider.mode = "down"
    for _ in range(12):
        assert give_back(job_id).status == "pending"
        clock.tick(minutes=5)
    provider.mode = "up"
    finish_refund(provider, clock, job_id)
    assert provider.made("refund") == 2


@pytest.mark.parametrize("how", ["refused", "failed"])
def test_a_refund_that_the_provider_does_not_make_becomes_an_admins(provider: FakeProvider, how: str) -> None:
    job_id = cancelled_refund(provider)
    if how == "refused":
        provider.fail("refund", Refused("transaction_reversed"))
    else:
        give_back(job_id)
        provider.decide_refund(f"{job_id}-1", "failed")
    stuck = give_back(job_id, hinted=True)
    assert (stuck.status, stuck.reason) == ("needs_admin", how)
    assert give_back(job_id, hinted=True).status == "needs_admin"


# A refund that needs the buyer's account


def asking(provider: FakeProvider) -> str:
    job_id = cancelled_refund(provider)
    provider.default_refund = "needs_account"
    assert give_back(job_id).status == "needs_account"
    provider.default_refund = "pending"
    return job_id


def name(job_id: str, person: Person = OWNER, **fields: str) -> int:
    return person.put(f"/jobs/{job_id}/escrow/refund-account", {**ACCOUNT, **fields}).status


def test_the_buyer_names_their_account_and_the_refund_goes_on(provider: FakeProvider, clock: Clock) -> None:
    job_id = asking(provider)
    follow("notices")
    assert "refundNeedsAccount" in [item["kind"] for item in OWNER.get("/notifications").body["items"]]
    assert name(job_id) == 200
    after = give_back(job_id)
    assert (after.status, after.sealed) == ("sent", None)
    (given,) = provider.given_accounts.values()
    assert given.account_number == ACCOUNT["accountNumber"]
    finish_refund(provider, clock, job_id)
    assert provider.refunded_cents == 105_000
    follow("notices")
    assert "refundPaid" in [item["kind"] for item in OWNER.get("/notifications").body["items"]]


@pytest.mark.parametrize(("number", "problem"), [("62001234561", "somebody_else"), ("62001234562", "closed")])
def test_an_account_that_is_not_the_buyers_own_is_not_taken(provider: FakeProvider, number: str, problem: str) -> None:
    job_id = asking(provider)
    assert name(job_id, accountNumber=number) == 200
    again = give_back(job_id)
    assert (again.status, again.account_problem, again.sealed) == ("needs_account", problem, None)
    assert provider.given_accounts == {}
    assert name(job_id) == 200
    assert give_back(job_id).status == "sent"


def test_the_identity_number_of_somebody_else_is_not_taken(provider: FakeProvider, clock: Clock) -> None:
    # given a person whose payout account is verified, and a buyer who knows their number
    other = Person("other-1", ("worker",))
    assert other.put("/payouts/account", ACCOUNT).status == 202
    follow("payout_accounts")
    job_id = asking(provider)
    assert name(job_id, accountNumber="62009999999") == 200
    assert give_back(job_id).account_problem == "identity_taken"


def test_an_account_is_named_by_the_owner_only_and_only_while_it_is_asked_for(provider: FakeProvider) -> None:
    job_id = cancelled_refund(provider)
    assert name(job_id) == 409
    provider.default_refund = "needs_account"
    give_back(job_id)
    assert name(job_id, Person("worker-1", ("worker",))) == 403
    assert name("nothing") == 404
    assert name(job_id, bankCode="0") == 422
    assert name(job_id, identityNumber="8001015009088") == 422
    assert [name(job_id) for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_given_an_account_that_is_named_while_a_chargeback_is_open_then_the_provider_gets_it_only_if_it_is_won(
    provider: FakeProvider, clock: Clock, outcome: Literal["won", "lost"]
) -> None:
    job_id = asking(provider)
    taken = refund(job_id).parts[0]
    chargeback = provider.charge_back(taken.collection)
    chargebacks.apply(chargeback, khaya_clock.now())
    assert name(job_id) == 200
    held = give_back(job_id)
    assert (held.status, held.reason, provider.given_accounts) == ("needs_account", "chargeback", {})
    provider.decide_chargeback(chargeback, outcome)
    chargebacks.apply(chargeback, khaya_clock.now())
    clock.tick(minutes=31)
    finish_refund(provider, clock, job_id)
    given = sum(one.amount_cents for one in provider.refunds.values() if one.state == "paid")
    assert given == 105_000 - (taken.cents if outcome == "lost" else 0)
    assert len(provider.given_accounts) == (1 if outcome == "won" else 0)


def test_given_a_chargeback_that_is_opened_while_the_account_is_checked_then_the_provider_does_not_get_it(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = asking(provider)
    assert name(job_id) == 200
    check, reference = accounts.problem_at_provider, refund(job_id).parts[0].collection

    def charged_back_meanwhile(account: BankAccount) -> Problem | None:
        chargebacks.apply(provider.charge_back(reference), khaya_clock.now())
        return check(account)

    monkeypatch.setattr(accounts, "problem_at_provider", charged_back_meanwhile)
    assert (give_back(job_id).reason, provider.given_accounts) == ("chargeback", {})


def test_given_the_buyers_account_was_given_and_the_answer_lost_then_a_lost_chargeback_is_a_loss(
    provider: FakeProvider,
) -> None:
    job_id = asking(provider)
    assert name(job_id) == 200
    provider.fail("give_refund_account", Unclear("timeout"), after=True)
    given = give_back(job_id)
    assert given.coverable_cents(given.parts[0].collection) == 0
    other = asking(provider)
    assert name(other) == 200
    provider.fail("give_refund_account", ProviderUnavailable("down"))
    unreached = give_back(other)
    assert unreached.coverable_cents(unreached.parts[0].collection) == unreached.parts[0].cents


def test_a_buyer_who_names_nothing_is_reminded_and_then_it_is_an_admins(provider: FakeProvider, clock: Clock) -> None:
    job_id = asking(provider)
    reminded = []
    for _ in range(31):
        found = give_back(job_id)
        assert found.waiting is not None
        reminded.append(found.waiting.reminded)
        clock.tick(days=1)
    give_back(job_id)
    assert [reminded.index(number) for number in (1, 2, 3)] == [1, 7, 30]
    assert refund(job_id).for_admin
    follow("notices")
    told = [item["kind"] for item in OWNER.get("/notifications").body["items"]]
    assert told.count("refundNeedsAccount") >= 1
    # and the buyer may still name one
    assert name(job_id, Person(BUYER, ("buyer",), signed_in_at=10**10)) == 200
    assert give_back(job_id).status == "sent"


# Money in suspense


def test_money_that_came_too_late_goes_back_once(provider: FakeProvider, clock: Clock) -> None:
    # given a balance that is paid after the job was cancelled
    job_id = deal()
    pay(provider, job_id, "deposit")
    cancel(job_id)
    provider.default_refund = "paid"
    reference = pay_late(provider, job_id)
    held = suspense.find(reference)
    assert held is not None
    assert (held.status, held.reason) == ("returning", "late")
    # when the schedule runs, and the answer is lost
    provider.fail("refund", Unclear("timeout"), after=True)
    for _ in range(3):
        run_due_payouts()
        check_money()
        clock.tick(minutes=5)
    # then it is given back once, and suspense is empty
    after = suspense.find(reference)
    assert after is not None
    assert after.status == "returned"
    assert [one.amount_cents for one in provider.refunds.values() if one.collection == reference] == [73_500]


def test_money_in_another_currency_goes_back_outside_the_ledger(provider: FakeProvider) -> None:
    provider.default_refund = "paid"
    reference = "somebody-elses-reference"
    provider.pay(reference, 5_000, currency="USD")
    assert collections.apply(reference, khaya_clock.now()) == "returned"
    held = suspense.find(reference)
    assert held is not None

    now = khaya_clock.now()
    returning = held.model_copy(update={"status": "returning", "next_at": now, "version": held.version + 1})
    commit_now(suspense.change(held, returning))
    run_due_payouts()
    after = suspense.find(reference)
    assert after is not None
    assert after.status == "returned"
