"""Attempts to abuse payments: each test shows who bears what in the end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from khaya.chargebacks import service as chargebacks
from khaya.collections import service as collections
from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.escrow import (
    DEPOSIT,
    EARNED,
    TOTAL,
    agreed,
    check_out,
    escrow,
    ledger_balance,
    pay,
    run_timers,
    submit,
)
from tests.support.money import key
from tests.support.payments import ACCOUNT, account, experienced, known_card, payout, refund
from tests.support.provider import FEE_PERMILLE, FakeProvider
from tests.support.records import place_bid, post_job
from tests.support.stand_in import stored
from tests.support.streams import follow, hint, run_due_payouts
from tests.support.uploads import uploaded

pytestmark = pytest.mark.usefixtures("parties", "money_agrees")

ADMIN = Person("admin-1", ("admin",))
LATER = 10**10
"""A sign-in that is recent whenever the test asks."""


@dataclass(frozen=True)
class Shares:
    """Who got or lost how much: what left for the worker and the buyer, the platform's fees, and its losses."""

    worker: int = 0
    buyer: int = 0
    fees: int = 0
    losses: int = 0


def platform(name: str) -> int:
    return sum(row["cents"] for row in stored("credits") if row.get("account") == name)


def shares(fake: FakeProvider) -> Shares:
    return Shares(fake.sent_cents, fake.refunded_cents, platform("fees"), -platform("losses"))


def charge_fees(*payments: int) -> int:
    """What the provider keeps of payments."""
    return sum(cents * FEE_PERMILLE // 1000 for cents in payments)


def paid_and_submitted(buyer: Person, worker: Person, fake: FakeProvider, card: str = "card-1") -> tuple[str, str, str]:
    """A fully paid job whose work was handed in: its id, and the references of both payments."""
    job_id = agreed(buyer, worker)
    deposit = pay(buyer, fake, job_id, "deposit", card)
    submit(worker, job_id)
    return job_id, deposit, pay(buyer, fake, job_id, "balance", card)


def test_given_two_accounts_of_one_person_then_the_second_is_not_paid_out(
    worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    # given somebody who is both parties of a job, with one identity number
    buyer = Person("buyer-1", ("buyer", "worker"), signed_in_at=LATER)
    second = Person("worker-1", ("worker",), signed_in_at=LATER)
    for person, number in ((buyer, "62001234560"), (second, "62001234570")):
        assert person.put("/payouts/account", {**ACCOUNT, "accountNumber": number}).status == 202
        follow("payout_accounts")
    assert second.get("/payouts/account").body["problem"] == "identity_taken"
    # when they pay themselves
    job_id, *_ = paid_and_submitted(buyer, worker, fake)
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    clock.tick(days=8)
    run_due_payouts()
    # then the platform has its fees, and the money waits for an account of somebody else
    assert payout(f"job-{job_id}").reason == "account_not_verified"
    assert shares(fake) == Shares(fees=TOTAL - EARNED)
    assert ledger_balance(f"payout#job-{job_id}") == EARNED


def test_given_a_stolen_card_and_an_accomplice_then_the_platform_bears_it_and_the_accomplice_gets_nothing(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    # given a job that was paid by a card that nobody has seen before, and confirmed at once
    experienced("worker-1")
    account("worker-1")
    job_id, *references = paid_and_submitted(buyer, worker, fake, "stolen")
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    fake.settle()
    clock.tick(days=3)
    run_due_payouts()
    assert payout(f"job-{job_id}").reason == "new_worker"
    # when the owner of the card complains while the money waits
    opened = [fake.charge_back(one) for one in references]
    for one in opened:
        hint("chargebacks", {"reference": references[0], "providerId": one}, cause=one)
    clock.tick(days=6)
    run_due_payouts()
    assert payout(f"job-{job_id}").reason == "chargeback"
    hold = {"decision": "hold", "reason": "The card was stolen."}
    assert ADMIN.post(f"/admin/payouts/job-{job_id}/decision", hold, headers=key()).status == 200
    for one in opened:
        fake.decide_chargeback(one, "lost")
        assert chargebacks.apply(one, khaya_clock.now()) == "lost"
    clock.tick(days=30)
    run_due_payouts()
    # then the platform has lost what it gave back, its fees are what is left, and nothing went to the accomplice
    assert shares(fake) == Shares(fees=TOTAL - EARNED, losses=TOTAL)
    assert payout(f"job-{job_id}").reason == "admin_hold"
    # and the buyer owes it, and the job counts for nobody
    another = post_job(buyer, payment="escrow", budgetCents=100_000)
    refused = buyer.post(f"/bids/{place_bid(worker, another, amountCents=100_000)}/acceptance")
    assert (refused.status, refused.body["code"]) == (409, "balance_owed")
    assert worker.get("/profiles/worker-1").body["paidJobs"] == 3


def test_given_a_buyer_who_never_pays_the_balance_then_the_deposit_is_the_workers(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    experienced("worker-1")
    known_card()
    account("worker-1")
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    submit(worker, job_id)
    clock.tick(hours=72)
    run_timers()
    refused = buyer.post(f"/bids/{place_bid(worker, post_job(buyer))}/acceptance")
    assert (refused.status, refused.body["code"]) == (409, "balance_owed")
    clock.tick(days=14)
    for _ in range(2):  # the alarm, then the decision
        run_timers()
    fake.settle()
    run_due_payouts()
    clock.tick(hours=1)
    run_due_payouts()
    assert shares(fake) == Shares(worker=28_500, fees=3_000)


def test_given_a_worker_who_submits_nothing_then_the_buyer_gets_everything_and_the_platform_bears_the_charges(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    fake.default_refund = "paid"
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    pay(buyer, fake, job_id, "balance")
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    clock.tick(days=3 + 14)
    run_timers()
    assert escrow(buyer, job_id)["status"] == "disputed"
    clock.tick(days=14)
    for _ in range(2):
        run_timers()
    run_due_payouts()
    assert shares(fake) == Shares(buyer=TOTAL)
    assert platform("providerFees") == -charge_fees(DEPOSIT, TOTAL - DEPOSIT)


def test_given_somebody_who_tries_cards_then_five_fail_and_no_money_moves(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id, other = agreed(buyer, worker), agreed(buyer, worker)
    for _ in range(5):
        reference = check_out(buyer, job_id, "deposit").body["reference"]
        fake.end(reference, "failed")
        assert collections.apply(reference, khaya_clock.now()) == "failed"
    refused = check_out(buyer, job_id, "deposit")
    assert (refused.status, refused.body["code"]) == (409, "too_many_failed_cards")
    assert check_out(buyer, other, "deposit").status == 429, "nor does another job give a page in that hour"
    assert shares(fake) == Shares()
    assert stored("credits") == []


def test_given_evidence_of_another_job_or_person_then_it_is_refused_and_does_not_count(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    # given a dispute about work that was not done, and photos of another job and of the buyer
    fake.default_refund = "paid"
    other = agreed(buyer, worker)
    pay(buyer, fake, other, "deposit")
    of_other_job = uploaded(worker, "submission")
    body = {"note": "Done.", "photos": [of_other_job]}
    assert worker.post(f"/jobs/{other}/submission", body).status == 200
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    assert buyer.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "Nobody came to the house."}).status == 200
    path = f"/jobs/{job_id}/escrow/evidence"
    photo = uploaded(buyer, "evidence")
    # when the worker hands them in, then they are refused; the buyer's own is taken
    for foreign in (of_other_job, photo):
        assert worker.post(path, {"text": "This is my work.", "photos": [foreign]}).status == 422
    assert buyer.post(path, {"text": "The wall as it is.", "photos": [photo]}).status == 200
    assert Person("stranger").post(path, {"text": "I saw them work."}).status == 404
    # and the dispute is decided for the buyer, who bears nothing
    clock.tick(days=14)
    for _ in range(4):
        run_timers()
    assert escrow(buyer, job_id)["status"] == "refunded"
    run_due_payouts()
    assert refund(job_id).status == "paid"
    assert (ledger_balance(f"payout#job-{job_id}"), fake.refunded_cents) == (0, DEPOSIT)


def test_given_the_account_of_somebody_else_for_a_refund_then_the_money_stays_until_it_is_the_buyers_own(
    worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    buyer = Person("buyer-1", ("buyer",), signed_in_at=LATER)
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    fake.default_refund = "needs_account"
    run_due_payouts()
    path = f"/jobs/{job_id}/escrow/refund-account"
    assert worker.put(path, ACCOUNT).status == 403
    assert buyer.put(path, {**ACCOUNT, "accountNumber": "62001234561"}).status == 200
    run_due_payouts()
    assert (refund(job_id).status, refund(job_id).account_problem) == ("needs_account", "somebody_else")
    assert fake.given_accounts == {}
    assert ledger_balance(f"refund#{job_id}") == DEPOSIT
    # when it is their own, then it goes there once
    assert buyer.put(path, ACCOUNT).status == 200
    run_due_payouts()
    fake.decide_refund(f"{job_id}-1", "paid")
    clock.tick(days=1)
    run_due_payouts()
    assert [one.account_number for one in fake.given_accounts.values()] == [ACCOUNT["accountNumber"]]
    assert shares(fake) == Shares(buyer=DEPOSIT)
