"""Refunds at the provider: each capture is given back once, whatever is lost, stuck or down, and the ledger agrees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaya.chargebacks import service as chargebacks
from khaya.collections import service as collections
from khaya.disbursements import refunds
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.provider.errors import ProviderUnavailable, Refused, Unclear
from khaya.suspense import store as suspense
from tests.conftest import Clock
from tests.support.client import Answer, Person
from tests.support.escrow import ledger_balance
from tests.support.money import REASON, key
from tests.support.payments import (
    ACCOUNT,
    BUYER,
    WORKER,
    cancel,
    check_money,
    deal,
    give_back,
    pay,
    pay_all,
    pay_late,
    refund,
)
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import known
from tests.support.stand_in import stored
from tests.support.streams import follow, hint, run_due_payouts

OWNER = Person(BUYER, ("buyer",))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake
    check_money(fake)


def cancelled(provider: FakeProvider) -> str:
    """A refund of a deposit of R315 and a balance of R735."""
    job_id = deal()
    pay_all(provider, job_id)
    return cancel(job_id)


def finish(provider: FakeProvider, clock: Clock, job_id: str) -> None:
    """Let the provider give every part back."""
    for _ in range(6):
        for part in refund(job_id).parts:
            if part.state == "sent":
                provider.decide_refund(part.refund_id, "paid")
        give_back(job_id, hinted=True)
        clock.tick(hours=1)
    assert refund(job_id).status == "paid"


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
    job_id = cancelled(provider)
    give_back(job_id)
    part = refund(job_id).parts[0]
    provider.decide_refund(part.refund_id, "paid")
    hint("refunds", {"reference": part.collection, "providerId": "1"})
    assert [one.state for one in refund(job_id).parts] == ["paid", "sent"]


def test_a_refund_that_is_paid_at_once_takes_one_look(provider: FakeProvider) -> None:
    provider.default_refund = "paid"
    assert give_back(cancelled(provider)).status == "paid"


@pytest.mark.parametrize("lost_at", [0, 1])
def test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice(
    provider: FakeProvider, clock: Clock, lost_at: int
) -> None:
    job_id = cancelled(provider)
    if lost_at:
        give_back(job_id)
        provider.decide_refund(f"{job_id}-1", "paid")
    provider.fail("refund", Unclear("timeout"), after=True)
    assert give_back(job_id, hinted=True).reason == "unclear"
    clock.tick(minutes=2)
    assert give_back(job_id).parts[lost_at].state == "sent"
    finish(provider, clock, job_id)
    assert (provider.made("refund"), provider.refunded_cents) == (2, 105_000)


def test_a_refund_that_stays_unclear_becomes_an_admins_after_half_an_hour(provider: FakeProvider, clock: Clock) -> None:
    job_id = cancelled(provider)
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
    job_id = cancelled(provider)
    if error is not None:
        provider.fail("refund", error)
    else:
        provider.balance_cents = 100
    held = give_back(job_id)
    assert held.reason == ("provider_unavailable" if error else "balance_too_low")
    assert held.parts[0].state == "planned"
    provider.balance_cents = 1_000_000
    clock.tick(minutes=31)
    finish(provider, clock, job_id)
    assert provider.refunded_cents == 105_000


def test_the_provider_is_down_for_an_hour_and_refunds_go_on_by_themselves(provider: FakeProvider, clock: Clock) -> None:
    job_id = cancelled(provider)
    provider.mode = "down"
    for _ in range(12):
        assert give_back(job_id).status == "pending"
        clock.tick(minutes=5)
    provider.mode = "up"
    finish(provider, clock, job_id)
    assert provider.made("refund") == 2


@pytest.mark.parametrize("how", ["refused", "failed"])
def test_a_refund_that_the_provider_does_not_make_becomes_an_admins(provider: FakeProvider, how: str) -> None:
    job_id = cancelled(provider)
    if how == "refused":
        provider.fail("refund", Refused("transaction_reversed"))
    else:
        give_back(job_id)
        provider.decide_refund(f"{job_id}-1", "failed")
    stuck = give_back(job_id, hinted=True)
    assert (stuck.status, stuck.reason) == ("needs_admin", how)
    assert give_back(job_id, hinted=True).status == "needs_admin"


def failed(provider: FakeProvider) -> str:
    """A refund that the provider began and did not make; returns its id."""
    job_id = cancelled(provider)
    give_back(job_id)
    provider.decide_refund(f"{job_id}-1", "failed")
    assert give_back(job_id, hinted=True).reason == "failed"
    return job_id


def test_given_a_refund_that_failed_when_an_admin_has_it_made_again_then_its_money_goes_back_once(
    provider: FakeProvider, clock: Clock
) -> None:
    job_id = failed(provider)
    assert decide(ADMINS[0], job_id, "again").status == 200
    provider.fail("refund", Unclear("timeout"), after=True)  # and the answer to the second try is lost
    finish(provider, clock, job_id)
    assert sorted(one.state for one in provider.refunds.values()) == ["failed", "paid", "paid"]
    assert provider.refunded_cents == 105_000


def test_given_a_refund_that_fails_again_when_an_admin_has_it_made_again_then_it_waits_for_an_admin_again(
    provider: FakeProvider, clock: Clock
) -> None:
    job_id = failed(provider)
    for number in range(2):
        assert decide(ADMINS[0], job_id, "again", f"decision {number}").status == 200
        give_back(job_id)
        provider.decide_refund(f"{job_id}-1", "failed")
        assert give_back(job_id, hinted=True).reason == "failed"
    assert decide(ADMINS[0], job_id, "again", "the last").status == 200
    finish(provider, clock, job_id)
    assert provider.refunded_cents == 105_000


@pytest.mark.parametrize("how", ["refused", "failed"])
def test_given_a_stuck_refund_when_a_chargeback_of_its_payment_is_lost_then_nobody_gets_the_money_twice(
    provider: FakeProvider, how: str
) -> None:
    job_id = stuck(provider) if how == "refused" else failed(provider)
    taken, left = refund(job_id).parts
    chargeback = provider.charge_back(taken.collection)
    provider.decide_chargeback(chargeback, "lost")
    assert chargebacks.apply(chargeback, khaya_clock.now()) == "lost"
    after = refund(job_id)
    assert (after.status, after.amount_cents, after.parts) == ("needs_admin", left.cents, (left,))
    assert sum(row["cents"] for row in stored("credits") if row.get("account") == "losses") == 0
    provider.default_refund = "paid"
    assert decide(ADMINS[0], job_id, "again").status == 200
    assert give_back(job_id).status == "paid"
    assert provider.refunded_cents == left.cents


ADMINS = (Person("admin-1", ("admin",)), Person("admin-2", ("admin",)))


def decide(admin: Person, refund_id: str, decision: str, name: str = "decided") -> Answer:
    known(admin.user_id or "", roles=["admin"])
    body = {"decision": decision, "reason": REASON}
    return admin.post(f"/admin/payments/refunds/{refund_id}/decision", body, headers=key(name))


def stuck(provider: FakeProvider, cents: int = 100_000) -> str:
    """A refund that the provider refused, so that an admin has to act; returns its id."""
    job_id = deal(cents)
    pay_all(provider, job_id)
    cancel(job_id)
    provider.fail("refund", Refused("transaction_reversed"))
    assert give_back(job_id).status == "needs_admin"
    return job_id


def test_a_stuck_refund_is_in_the_list_of_admins_and_its_buyer_is_told(provider: FakeProvider) -> None:
    job_id = stuck(provider)
    (listed,) = ADMINS[0].get("/admin/payments/refunds").body["items"]
    assert (listed["id"], listed["reason"], listed["waitsForAdmin"]) == (job_id, "refused", True)
    assert OWNER.get("/admin/payments/refunds").status == 403
    follow("notices")
    assert "refundHeld" in [item["kind"] for item in OWNER.get("/notifications").body["items"]]


def test_a_small_stuck_refund_goes_on_by_the_decision_of_one_admin(provider: FakeProvider, clock: Clock) -> None:
    job_id = stuck(provider)
    answer = decide(ADMINS[0], job_id, "again")
    assert (answer.status, answer.body["status"], answer.body["decidedBy"]) == (200, "pending", ["admin-1"])
    follow("notices", "audit")
    assert "refundResumed" in [item["kind"] for item in OWNER.get("/notifications").body["items"]]
    assert ("refund.decided", "admin-1") in [(row["action"], row.get("actor")) for row in stored("audit")]
    finish(provider, clock, job_id)
    assert provider.refunded_cents == 105_000


@pytest.mark.parametrize("decision", ["again", "given_back", "given_back_from_bank"])
def test_a_large_stuck_refund_needs_the_same_decision_of_two_admins(provider: FakeProvider, decision: str) -> None:
    job_id = stuck(provider, 600_000)
    first = decide(ADMINS[0], job_id, decision, "first")
    assert (first.body["status"], first.body["proposal"]["by"]) == ("needs_admin", "admin-1")
    again = decide(ADMINS[0], job_id, decision, "again")
    assert (again.status, again.body["code"]) == (403, "own_proposal")
    second = decide(ADMINS[1], job_id, decision, "second")
    assert second.body["status"] == ("pending" if decision == "again" else "paid")
    assert (second.body["proposal"], second.body["decidedBy"]) == (None, ["admin-1", "admin-2"])


def test_what_was_given_back_by_hand_is_booked_once(provider: FakeProvider) -> None:
    # given a refund over two captures, of which the first was made and the second is stuck
    job_id = cancelled(provider)
    give_back(job_id)
    provider.decide_refund(f"{job_id}-1", "paid")
    provider.fail("refund", Refused("transaction_reversed"))
    assert give_back(job_id, hinted=True).status == "needs_admin"
    held = refund(job_id).held_cents
    assert 0 < held < 105_000
    # when an admin says that it was given back by hand, then the rest is booked, and its buyer is told
    answer = decide(ADMINS[0], job_id, "given_back")
    assert (answer.status, answer.body["status"]) == (200, "paid")
    assert ledger_balance(f"refund#{job_id}") == 0
    provider.balance_cents -= held  # as the refund in the dashboard does
    follow("notices")
    assert "refundPaid" in [item["kind"] for item in OWNER.get("/notifications").body["items"]]
    # and nobody decides again
    answer = decide(ADMINS[0], job_id, "given_back", "third")
    assert (answer.status, answer.body["code"]) == (409, "refund_status")


@pytest.mark.parametrize(
    ("decision", "account"), [("given_back", "providerBalance"), ("given_back_from_bank", "providerBank")]
)
def test_what_was_given_back_by_hand_is_booked_out_of_the_account_that_paid_it(
    provider: FakeProvider, decision: str, account: str
) -> None:
    job_id = stuck(provider)
    assert decide(ADMINS[0], job_id, decision).body["status"] == "paid"
    legs = [row for row in stored("credits") if row.get("source") == f"refund:{job_id}:by-hand" and "account" in row]
    assert {row["account"]: row["cents"] for row in legs if row["account"].startswith("provider")} == {account: 105_000}


def test_money_in_suspense_that_was_given_back_by_hand_is_returned(provider: FakeProvider) -> None:
    reference = pay_late(provider, cancelled(provider))
    begun = refunds.return_suspense(reference, khaya_clock.now())
    assert begun is not None
    provider.fail("refund", Refused("transaction_reversed"))
    assert give_back(begun.id).status == "needs_admin"
    assert decide(ADMINS[0], begun.id, "given_back").status == 200
    held = suspense.find(reference)
    assert held is not None
    assert held.status == "returned"


def test_no_admin_decides_about_a_refund_of_theirs_or_one_that_needs_no_admin(provider: FakeProvider) -> None:
    job_id = stuck(provider)
    for party in (BUYER, WORKER):
        answer = decide(Person(party, ("admin",)), job_id, "again", party)
        assert (answer.status, answer.body["code"]) == (403, "own_affair")
    assert decide(ADMINS[0], "nothing", "again", "nothing").status == 404
    assert decide(ADMINS[0], cancelled(provider), "again", "under way").status == 409


def test_while_a_chargeback_is_open_nothing_is_booked_as_given_back(provider: FakeProvider) -> None:
    job_id = stuck(provider)
    reference = refund(job_id).parts[0].collection
    chargebacks.apply(provider.charge_back(reference), khaya_clock.now())
    answer = decide(ADMINS[0], job_id, "given_back")
    assert (answer.status, answer.body["code"]) == (409, "chargeback_open")


def test_an_admin_lets_a_stuck_refund_go_on_and_it_is_looked_for_first(provider: FakeProvider, clock: Clock) -> None:
    # given two refunds that became an admin's: one was not made, the other appears at the provider later
    lost, late = cancelled(provider), cancelled(provider)
    provider.fail("refund", Unclear("timeout"))
    give_back(lost)
    provider.fail("refund", Unclear("timeout"), after=True)
    give_back(late)
    hidden, provider.refunds = provider.refunds, {}
    clock.tick(minutes=31)
    assert {give_back(one).status for one in (lost, late)} == {"needs_admin"}
    provider.refunds = hidden
    # when an admin lets both go on
    for number, one in enumerate((lost, late)):
        assert decide(ADMINS[0], one, "again", f"decision {number}").status == 200
        finish(provider, clock, one)
    # then each was given back once
    assert provider.refunded_cents == 2 * 105_000


# A refund that needs the buyer's account


def asking(provider: FakeProvider) -> str:
    job_id = cancelled(provider)
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
    finish(provider, clock, job_id)
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
    job_id = cancelled(provider)
    assert name(job_id) == 409
    provider.default_refund = "needs_account"
    give_back(job_id)
    assert name(job_id, Person("worker-1", ("worker",))) == 403
    assert name("nothing") == 404
    assert name(job_id, bankCode="0") == 422
    assert name(job_id, identityNumber="8001015009088") == 422
    assert [name(job_id) for _ in range(4)] == [200, 200, 200, 429]


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
