"""Chargebacks: what the provider says of them changes escrow, job, counters and ledger once."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from khaya.chargebacks import service
from khaya.ledger import store as ledger
from khaya.platform.base import clock as khaya_clock
from khaya.users import store as users
from tests.conftest import Clock
from tests.support.books import platform_account
from tests.support.client import Answer, Context, Person, app
from tests.support.escrow import BALANCE, DEPOSIT, EARNED, TOTAL, agreed, escrow, ledger_balance, pay
from tests.support.events import batch
from tests.support.money import key
from tests.support.payments import account, experienced, give_back, known_card, payout
from tests.support.provider import FakeProvider
from tests.support.records import place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.streams import run_due_payouts
from tests.support.uploads import uploaded

ADMIN, OTHER_ADMIN = Person("admin-1", ("admin",)), Person("admin-2", ("admin",))
REASON = "The work was done, see the photos."


pytestmark = pytest.mark.usefixtures("parties", "money_agrees")


def now() -> str:
    return khaya_clock.now()


def held_job(buyer: Person, worker: Person, fake: FakeProvider) -> tuple[str, str, str]:
    """A fully paid job whose work is submitted: its id, and the references of both payments."""
    job_id = agreed(buyer, worker)
    deposit = pay(buyer, fake, job_id, "deposit")
    photo = uploaded(worker, "submission")
    assert worker.post(f"/jobs/{job_id}/submission", {"note": "Done.", "photos": [photo]}).status == 200
    return job_id, deposit, pay(buyer, fake, job_id, "balance")


def released_job(buyer: Person, worker: Person, fake: FakeProvider) -> tuple[str, str, str]:
    job_id, deposit, balance = held_job(buyer, worker, fake)
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    return job_id, deposit, balance


def listed(status: str = "open") -> list[dict[str, object]]:
    answer = ADMIN.get("/admin/payments/chargebacks", query={"status": status})
    assert answer.status == 200, answer.text
    found: list[dict[str, object]] = answer.body["items"]
    return found


def respond(chargeback_id: str, decision: str = "contest", admin: Person = ADMIN) -> Answer:
    body = {"decision": decision, "reason": REASON}
    return admin.post(f"/admin/payments/chargebacks/{chargeback_id}/response", body, headers=key())


def test_while_a_chargeback_is_open_nothing_is_released(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit, due_at="2026-11-23T10:00:00.000Z")
    for _ in range(3):
        assert service.apply(chargeback, now()) == "open"
    refused = buyer.post(f"/jobs/{job_id}/completion")
    assert (refused.status, refused.body["code"]) == (409, "chargeback_open")
    assert escrow(buyer, job_id)["chargeback"] == {"status": "open", "dueAt": "2026-11-23T10:00:00.000Z"}
    assert [(one["id"], one["amountCents"], one["status"]) for one in listed()] == [(chargeback, DEPOSIT, "open")]


def test_no_deadline_releases_money_while_a_chargeback_is_open(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    clock.tick(days=5)
    app("due_items").handler({"schedule": "minute"}, Context(240_000))
    assert escrow(buyer, job_id)["status"] == "held"
    fake.decide_chargeback(chargeback, "won")
    service.apply(chargeback, now())
    clock.tick(days=4)
    app("due_items").handler({"schedule": "minute"}, Context(240_000))
    assert escrow(buyer, job_id)["status"] == "released"
    assert ledger_balance(f"payout#job-{job_id}") == EARNED


def test_a_chargeback_that_is_won_lets_the_job_go_on(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    fake.decide_chargeback(chargeback, "won")
    assert [service.apply(chargeback, now()) for _ in range(2)] == ["won", "won"]
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    assert platform_account("losses") == 0


def test_given_a_chargeback_after_the_release_when_it_is_won_then_the_payout_goes_on(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    fake.default_payout = "paid"
    experienced("worker-1")
    known_card()
    account("worker-1")
    job_id, deposit, _ = released_job(buyer, worker, fake)
    fake.settle()
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    clock.tick(days=1)
    run_due_payouts()
    assert (payout(f"job-{job_id}").reason, fake.sent_cents) == ("chargeback", 0)
    fake.decide_chargeback(chargeback, "won")
    service.apply(chargeback, now())
    for _ in range(2):  # settlements are asked for at the first look
        clock.tick(hours=6)
        run_due_payouts()
    assert (fake.sent_cents, platform_account("losses")) == (EARNED, 0)
    assert worker.get("/profiles/worker-1").body["paidJobs"] == 4


def test_what_is_left_after_a_lost_chargeback_is_disputed(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    fake.decide_chargeback(chargeback, "lost")
    assert [service.apply(chargeback, now()) for _ in range(3)] == ["lost"] * 3
    found = escrow(buyer, job_id)
    assert (found["status"], found["heldCents"]) == ("disputed", BALANCE)
    assert (platform_account("providerBalance"), platform_account("losses")) == (DEPOSIT, 0)


@pytest.mark.parametrize("order", list(permutations((0, 1))))
def test_an_escrow_that_lost_everything_is_refunded_and_its_job_cancelled(
    buyer: Person, worker: Person, fake: FakeProvider, order: tuple[int, ...]
) -> None:
    job_id, *references = held_job(buyer, worker, fake)
    for number in order:
        chargeback = fake.charge_back(references[number])
        service.apply(chargeback, now())
        fake.decide_chargeback(chargeback, "lost")
        service.apply(chargeback, now())
    found = escrow(buyer, job_id)
    assert (found["status"], found["heldCents"]) == ("refunded", 0)
    assert buyer.get(f"/jobs/{job_id}").body["status"] == "cancelled"
    assert platform_account("providerBalance") == TOTAL
    assert stored("refunds") == []


def test_after_the_release_the_platform_bears_it_and_the_buyer_owes_it(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id, deposit, _ = released_job(buyer, worker, fake)
    assert Person("worker-1").get("/profiles/worker-1").body["paidJobs"] == 1
    chargeback = fake.charge_back(deposit)
    fake.decide_chargeback(chargeback, "lost")
    for _ in range(2):
        service.apply(chargeback, now())
    assert platform_account("losses") == -DEPOSIT
    assert Person("worker-1").get("/profiles/worker-1").body["paidJobs"] == 0
    assert listed("lost")[0]["lossCents"] == DEPOSIT
    assert ledger_balance(f"payout#job-{job_id}") == EARNED
    another = post_job(buyer, payment="escrow", budgetCents=100_000)
    bid = place_bid(worker, another, amountCents=100_000)
    refused = buyer.post(f"/bids/{bid}/acceptance")
    assert refused.status == 409, "a buyer with a debt accepts no bid"


def test_two_lost_chargebacks_of_one_job_undo_its_counters_once(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    _, *references = released_job(buyer, worker, fake)
    for reference in references:
        chargeback = fake.charge_back(reference)
        fake.decide_chargeback(chargeback, "lost")
        service.apply(chargeback, now())
    assert Person("worker-1").get("/profiles/worker-1").body["paidJobs"] == 0
    assert platform_account("losses") == -TOTAL
    (pair,) = [item for item in stored("escrows") if item["id"].startswith("pair#")]
    assert pair.get("paidAt", []) == []


def test_money_that_goes_back_anyway_is_not_paid_twice(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    deposit = pay(buyer, fake, job_id, "deposit")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    assert ledger_balance(f"refund#{job_id}") == DEPOSIT
    chargeback = fake.charge_back(deposit)
    fake.decide_chargeback(chargeback, "lost")
    service.apply(chargeback, now())
    assert ledger_balance(f"refund#{job_id}") == 0
    assert platform_account("losses") == 0
    assert stored("refunds")[0]["status"] == "charged_back"


def test_a_chargeback_of_a_payment_that_nobody_knows_is_kept(fake: FakeProvider) -> None:
    from khaya.provider import model as port  # noqa: PLC0415

    fake.collections["somebody-elses-1"] = port.Collection("somebody-elses-1", "waiting", 5_000, "ZAR", live=False)
    fake.pay("somebody-elses-1")
    chargeback = fake.charge_back("somebody-elses-1")
    assert service.apply(chargeback, now()) == "open"
    (found,) = listed()
    assert (found["jobId"], found["amountCents"]) == (None, 5_000)
    assert ADMIN.get(f"/admin/payments/chargebacks/{chargeback}/evidence").status == 409


def test_an_admin_contests_with_evidence_which_the_consumer_sends_once(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    _, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    answer = respond(chargeback)
    assert (answer.status, answer.body["answer"]["decision"]) == (200, "contest")
    assert respond(chargeback, "accept", OTHER_ADMIN).status == 409
    body = {"consumer": "chargebacks", "reference": deposit, "providerId": chargeback}
    for _ in range(3):
        assert app("provider").handler(batch("provider", json.dumps(body)), Context()) == {"batchItemFailures": []}
    assert fake.calls.count("contest") == 1
    assert listed()[0]["answered"] is True


@pytest.mark.parametrize("mode", ["down", "lossy"])
def test_an_answer_is_sent_again_until_the_provider_has_it(
    buyer: Person, worker: Person, fake: FakeProvider, mode: str
) -> None:
    _, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    assert respond(chargeback, "accept").status == 200
    fake.mode = mode  # type: ignore[assignment]
    body = {"consumer": "chargebacks", "reference": deposit, "providerId": chargeback}
    assert app("provider").handler(batch("provider", json.dumps(body)), Context())["batchItemFailures"]
    fake.mode = "up"
    assert app("provider").handler(batch("provider", json.dumps(body)), Context()) == {"batchItemFailures": []}
    assert listed()[0]["answer"]["sentAt"] is not None  # type: ignore[index]


def test_a_party_does_not_answer_about_its_own_job(worker: Person, fake: FakeProvider) -> None:
    buyer = Person("admin-3", ("buyer", "admin"))
    profile("admin-3", roles=["buyer", "admin"])
    _, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    assert respond(chargeback, admin=buyer).status == 403


def test_the_evidence_is_one_download(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    _, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    service.apply(chargeback, now())
    answer = ADMIN.get(f"/admin/payments/chargebacks/{chargeback}/evidence")
    assert answer.status == 303
    assert f"evidence/chargebacks/{chargeback}.pdf" in answer.headers["Location"]


def test_a_hint_without_an_id_makes_all_be_looked_at(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    _, deposit, _ = held_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    body = {"consumer": "chargebacks", "reference": deposit, "providerId": None}
    app("provider").handler(batch("provider", json.dumps(body)), Context())
    assert [one["id"] for one in listed()] == [chargeback]


def test_the_debt_of_a_lost_chargeback_stands_on_the_buyers_record(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    _, deposit, _ = released_job(buyer, worker, fake)
    chargeback = fake.charge_back(deposit)
    fake.decide_chargeback(chargeback, "lost")
    service.apply(chargeback, now())
    (record,) = [item for item in stored("users") if item["userId"] == "buyer-1"]
    assert record["unpaidBalances"] == 1
    assert users.key("buyer-1")[1] == {"userId": "buyer-1"}
    assert ledger.account("buyer-1").balance_cents == 0


def test_given_money_on_its_way_when_an_erasure_is_requested_then_409_names_it(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    # given a released job whose worker waits for a payout, and whose payment the buyer's bank takes back
    _, deposit, _ = released_job(buyer, worker, fake)
    chargeback_id = fake.charge_back(deposit)
    service.apply(chargeback_id, now())
    # then neither can leave
    assert buyer.delete("/profiles/me").body["params"] == {"open": ["chargebacks"]}
    assert worker.delete("/profiles/me").body["params"] == {"open": ["payouts", "chargebacks"]}
    # but the buyer can once it is decided
    fake.decide_chargeback(chargeback_id, "won")
    service.apply(chargeback_id, now())
    assert buyer.delete("/profiles/me").status == 202


def test_given_a_refund_on_its_way_when_its_buyer_requests_an_erasure_then_409_names_it(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "No longer needed."}).status == 200
    answer = buyer.delete("/profiles/me")
    assert (answer.status, answer.body["params"]) == (409, {"open": ["refunds"]})
    assert worker.delete("/profiles/me").status == 204


def test_a_refund_is_not_asked_for_on_a_payment_that_the_bank_took_back(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    # given a cancelled job, and a lost chargeback of its balance before anything was given back
    fake.default_refund = "paid"
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    clock.tick(minutes=1)
    balance = pay(buyer, fake, job_id, "balance")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed."}).status == 200
    chargeback = fake.charge_back(balance)
    fake.decide_chargeback(chargeback, "lost")
    assert service.apply(chargeback, now()) == "lost"
    # when the rest is given back
    assert give_back(job_id).status == "paid"
    # then it is the deposit's payment, which is all that the buyer is owed
    assert [one.amount_cents for one in fake.refunds.values()] == [DEPOSIT]
    assert platform_account("losses") == 0


def test_a_part_of_a_refund_that_is_not_asked_for_covers_its_lost_chargeback(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    # given a refund whose first part is on its way, and a lost chargeback of the payment behind its second
    job_id = agreed(buyer, worker)
    deposit = pay(buyer, fake, job_id, "deposit")
    clock.tick(minutes=1)
    pay(buyer, fake, job_id, "balance")
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed."}).status == 200
    assert give_back(job_id).status == "sent"
    chargeback = fake.charge_back(deposit)
    fake.decide_chargeback(chargeback, "lost")
    assert service.apply(chargeback, now()) == "lost"
    # when the first part has arrived
    fake.decide_refund(f"{job_id}-1", "paid")
    found = give_back(job_id, hinted=True)
    # then the refund is at its end, and nothing is lost
    assert (found.status, found.amount_cents, found.held_cents) == ("paid", BALANCE, 0)
    assert [one.amount_cents for one in fake.refunds.values()] == [BALANCE]
    assert platform_account("losses") == 0
    assert ledger_balance(f"refund#{job_id}") == 0
