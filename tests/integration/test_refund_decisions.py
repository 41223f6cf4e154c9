"""What admins do about refunds that do not go on by themselves."""

from __future__ import annotations

from typing import Literal

import pytest

from khaya.chargebacks import service as chargebacks
from khaya.disbursements import refunds
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.provider.errors import Refused, Unclear
from khaya.refunds import store as refund_store
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
    cancelled_refund,
    deal,
    finish_refund,
    give_back,
    pay_all,
    pay_late,
    refund,
)
from tests.support.provider import FakeProvider
from tests.support.records import known
from tests.support.stand_in import stored
from tests.support.streams import follow

OWNER = Person(BUYER, ("buyer",))
ADMINS = (Person("admin-1", ("admin",)), Person("admin-2", ("admin",)))


@pytest.fixture
def provider(fake: FakeProvider, money_agrees: None) -> FakeProvider:
    return fake


def failed(provider: FakeProvider) -> str:
    """A refund that the provider began and did not make; returns its id."""
    job_id = cancelled_refund(provider)
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
    finish_refund(provider, clock, job_id)
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
    finish_refund(provider, clock, job_id)
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
    parts = () if how == "refused" else (left,)  # what was never asked for is shared out afresh
    assert (after.status, after.amount_cents, after.parts) == ("needs_admin", left.cents, parts)
    assert sum(row["cents"] for row in stored("credits") if row.get("account") == "losses") == 0
    provider.default_refund = "paid"
    assert decide(ADMINS[0], job_id, "again").status == 200
    assert give_back(job_id).status == "paid"
    assert provider.refunded_cents == left.cents


def test_given_too_little_is_left_for_a_refund_when_a_chargeback_is_lost_then_the_platform_loses_nothing(
    provider: FakeProvider,
) -> None:
    # given a refund that could not be shared out
    job_id = deal()
    references = pay_all(provider, job_id)
    cancel(job_id)
    commit_now(refund_store.change(refund(job_id), refund(job_id).planned([], khaya_clock.now())))
    assert refund(job_id).reason == "too_little_left"
    # when a chargeback of the deposit is lost
    chargeback = provider.charge_back(references[0])
    provider.decide_chargeback(chargeback, "lost")
    assert chargebacks.apply(chargeback, khaya_clock.now()) == "lost"
    # then it is taken from the refund, and the rest goes back once
    assert refund(job_id).held_cents == 73_500
    assert sum(row["cents"] for row in stored("credits") if row.get("account") == "losses") == 0
    provider.default_refund = "paid"
    assert decide(ADMINS[0], job_id, "again").status == 200
    assert give_back(job_id).status == "paid"
    assert provider.refunded_cents == 73_500


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
    finish_refund(provider, clock, job_id)
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
    job_id = cancelled_refund(provider)
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
    reference = pay_late(provider, cancelled_refund(provider))
    begun = refunds.return_suspense(reference, khaya_clock.now())
    assert begun is not None
    provider.fail("refund", Refused("transaction_reversed"))
    assert give_back(begun.id).status == "needs_admin"
    assert decide(ADMINS[0], begun.id, "given_back").status == 200
    held = suspense.find(reference)
    assert held is not None
    assert held.status == "returned"


@pytest.mark.parametrize("cents", [100_000, 600_000])
@pytest.mark.parametrize("decision", ["given_back", "given_back_from_bank"])
def test_given_a_refund_that_is_an_admins_when_its_buyer_names_an_account_then_no_admin_gives_it_back(
    provider: FakeProvider, clock: Clock, decision: str, cents: int
) -> None:
    # given a refund whose buyer named no account for so long that it is an admin's, and perhaps one decision about it
    job_id = deal(cents)
    pay_all(provider, job_id)
    cancel(job_id)
    provider.default_refund = "needs_account"
    for _ in range(32):
        give_back(job_id)
        clock.tick(days=1)
    assert refund(job_id).for_admin
    if cents == 600_000:
        assert decide(ADMINS[0], job_id, decision, "first").body["proposal"] is not None
    # when the buyer names one, then no admin decides while it waits, nor while the provider sends the money
    provider.default_refund = "pending"
    buyer = Person(BUYER, ("buyer",), signed_in_at=10**10)
    assert buyer.put(f"/jobs/{job_id}/escrow/refund-account", ACCOUNT).status == 200
    assert refund(job_id).proposal is None
    assert decide(ADMINS[1], job_id, decision, "waits").status == 409
    assert give_back(job_id).status == "sent"
    assert decide(ADMINS[1], job_id, decision, "is sent").status == 409
    finish_refund(provider, clock, job_id)
    assert provider.refunded_cents == cents * 105 // 100


@pytest.mark.parametrize("state", ["pending", "paid"])
def test_given_an_admins_refund_that_the_provider_makes_then_no_admin_gives_it_back(
    provider: FakeProvider, clock: Clock, state: Literal["pending", "paid"]
) -> None:
    job_id = cancelled_refund(provider)
    provider.default_refund = "needs_account"
    for _ in range(32):
        give_back(job_id)
        clock.tick(days=1)
    provider.default_refund = "pending"
    provider.decide_refund(f"{job_id}-1", state)  # as it does with an account that was entered in its dashboard
    assert give_back(job_id, hinted=True).status == "sent"
    assert decide(ADMINS[0], job_id, "given_back").status == 409


def test_no_admin_decides_about_a_refund_of_theirs_or_one_that_needs_no_admin(provider: FakeProvider) -> None:
    job_id = stuck(provider)
    for party in (BUYER, WORKER):
        answer = decide(Person(party, ("admin",)), job_id, "again", party)
        assert (answer.status, answer.body["code"]) == (403, "own_affair")
    assert decide(ADMINS[0], "nothing", "again", "nothing").status == 404
    assert decide(ADMINS[0], cancelled_refund(provider), "again", "under way").status == 409


def test_while_a_chargeback_is_open_nothing_is_booked_as_given_back(provider: FakeProvider) -> None:
    job_id = stuck(provider)
    reference = refund(job_id).parts[0].collection
    chargebacks.apply(provider.charge_back(reference), khaya_clock.now())
    answer = decide(ADMINS[0], job_id, "given_back")
    assert (answer.status, answer.body["code"]) == (409, "chargeback_open")


def test_an_admin_lets_a_stuck_refund_go_on_and_it_is_looked_for_first(provider: FakeProvider, clock: Clock) -> None:
    # given two refunds that became an admin's: one was not made, the other appears at the provider later
    lost, late = cancelled_refund(provider), cancelled_refund(provider)
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
        finish_refund(provider, clock, one)
    # then each was given back once
    assert provider.refunded_cents == 2 * 105_000
