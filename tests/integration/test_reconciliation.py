"""The nightly reconciliation: zero differences after what went well, and each thing that does not agree is found once."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from khaya.ledger.model import guarded
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base.errors import RetryLater
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from khaya.provider import model as port
from khaya.provider.errors import ProviderUnavailable
from khaya.restores import store as restores
from tests.conftest import Clock
from tests.support.books import ADMIN, differences, fee, move, overwrite, platform_account
from tests.support.client import Context, Person, app
from tests.support.escrow import AMOUNT, DEPOSIT, TOTAL, agreed, check_out, escrow, pay
from tests.support.money import check_books, key
from tests.support.payments import give_back, refund
from tests.support.provider import FakeProvider
from tests.support.records import profile
from tests.support.stand_in import stored
from tests.support.uploads import uploaded

REASON = "Explained by the office."


@pytest.fixture(autouse=True)
def people(fake: FakeProvider) -> None:
    fake.usable_at_once, fake.balance_cents = False, 0
    profile("buyer-1", display_name="Thandi", phone="+27712345678", roles=["buyer"])
    profile("worker-1", display_name="Sipho", phone="+27712345679", roles=["worker"])


def reconcile() -> dict[str, int]:
    report: dict[str, int] = app("reconciliation").handler({}, Context(900_000))
    return report


def facts(status: str = "open") -> list[tuple[str, str]]:
    return sorted((one["kind"], one["reason"]) for one in differences(status))


def completed(buyer: Person, worker: Person, fake: FakeProvider) -> str:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    photo = uploaded(worker, "submission")
    assert worker.post(f"/jobs/{job_id}/submission", {"note": "Done.", "photos": [photo]}).status == 200
    pay(buyer, fake, job_id, "balance")
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    return job_id


def test_what_went_well_has_no_difference(buyer: Person, worker: Person, fake: FakeProvider, clock: Clock) -> None:
    completed(buyer, worker, fake)
    fake.settle()
    for _ in range(3):
        clock.tick(days=1)
        assert reconcile()["open"] == 0
        assert reconcile()["found"] == 0
    check_books(stored("credits"))
    assert platform_account("providerUnsettled") == 0
    assert platform_account("providerBalance") == -fake.balance_cents


def test_a_payment_that_we_missed_is_applied(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    fake.pay(check_out(buyer, job_id, "deposit").body["reference"])
    assert reconcile()["open"] == 0
    assert escrow(buyer, job_id)["status"] == "deposit_paid"


def test_a_payment_for_nothing_that_we_know_goes_to_suspense_and_is_explained(fake: FakeProvider) -> None:
    fake.collections["nobody-knows-it-1"] = port.Collection("nobody-knows-it-1", "waiting", 12_345, "ZAR", live=False)
    fake.pay("nobody-knows-it-1")
    assert reconcile()["open"] == 0
    answer = ADMIN.get("/admin/payments/suspense")
    assert [(one["id"], one["reason"], one["amountCents"]) for one in answer.body["items"]] == [
        ("nobody-knows-it-1", "unknown", 12_345)
    ]


def test_a_chargeback_that_we_missed_is_applied(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    reference = pay(buyer, fake, job_id)
    fake.charge_back(reference)
    assert reconcile()["open"] == 0
    assert escrow(buyer, job_id)["chargeback"]["status"] == "open"  # type: ignore[index]


def test_a_payment_of_which_the_provider_knows_nothing_is_found(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    reference = pay(buyer, fake, agreed(buyer, worker))
    del fake.collections[reference]
    reconcile()
    assert facts() == [("collection", "not_at_provider")]


def test_a_payment_of_another_amount_is_found(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    reference = pay(buyer, fake, agreed(buyer, worker))
    fake.collections[reference] = replace(fake.collections[reference], amount_cents=DEPOSIT + 1)
    reconcile()
    (found,) = differences()
    assert (found["kind"], found["reason"]) == ("collection", "other_amount")
    assert (found["oursCents"], found["otherCents"]) == (DEPOSIT, DEPOSIT + 1)


@pytest.mark.parametrize("cents", [-1, 1, 5_000])
def test_another_balance_at_the_provider_is_found(
    buyer: Person, worker: Person, fake: FakeProvider, cents: int
) -> None:
    pay(buyer, fake, agreed(buyer, worker))
    fake.settle()
    fake.balance_cents += cents
    reconcile()
    (found,) = differences()
    assert found["kind"] == "provider_balance"
    assert found["otherCents"] - found["oursCents"] == cents


def test_an_escrow_that_holds_another_amount_is_found(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id)
    overwrite(settings().escrows_table, {"id": job_id}, "heldCents", 1)
    reconcile()
    (found,) = differences()
    assert (found["kind"], found["object"], found["reason"]) == ("escrow", job_id, "balance_not_what_state_says")
    assert (found["oursCents"], found["otherCents"]) == (DEPOSIT, 1)


def test_money_without_an_item_is_found(fake: FakeProvider) -> None:
    move("odd:1", ("losses", -500), (guarded("refund", "job-x"), 500))
    reconcile()
    assert facts() == [("refund", "item_missing")]


def test_a_movement_that_does_not_sum_to_zero_and_legs_that_are_missing_are_found(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    reference = pay(buyer, fake, agreed(buyer, worker))
    table = settings().credits_table
    movement = dynamo.get(table, {"id": f"movement#collection:{reference}"}) or {}
    legs = [{**leg, "cents": leg["cents"] + (leg["account"] == "providerFees")} for leg in movement["legs"]]
    overwrite(table, {"id": f"movement#collection:{reference}"}, "legs", legs)
    clock.tick(days=1)
    reconcile()
    assert facts() == [("account", "legs_missing"), ("movement", "not_zero")]


def test_a_difference_is_kept_until_an_admin_closes_it_and_not_reported_again(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    reference = pay(buyer, fake, agreed(buyer, worker))
    del fake.collections[reference]
    assert reconcile()["open"] == 1
    clock.tick(days=1)
    assert (reconcile()["found"], len(differences())) == (0, 1)
    path = f"/admin/payments/differences/{differences()[0]['id']}/closing"
    assert ADMIN.post(path, {"reason": "short"}).status == 422
    closed = ADMIN.post(path, {"reason": REASON})
    assert (closed.status, closed.body["status"], closed.body["closingReason"]) == (200, "closed", REASON)
    assert ADMIN.post(path, {"reason": REASON}).status == 409
    assert ADMIN.post("/admin/payments/differences/none/closing", {"reason": REASON}).status == 404
    clock.tick(days=1)
    assert reconcile()["open"] == 0
    assert len(differences("closed")) == 1


def test_in_prod_every_answer_must_say_that_it_is_live(
    buyer: Person, worker: Person, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khaya.reconciliation import provider_check  # noqa: PLC0415

    pay(buyer, fake, agreed(buyer, worker))
    monkeypatch.setattr(provider_check, "is_prod", lambda: True)
    reconcile()
    assert facts() == [("collection", "not_live")]


def test_a_provider_that_is_down_leaves_the_ledger_checked_and_fails_the_run(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id)
    overwrite(settings().escrows_table, {"id": job_id}, "heldCents", 1)
    fake.mode = "down"
    with pytest.raises(ProviderUnavailable):
        reconcile()
    assert facts() == [("escrow", "balance_not_what_state_says")]
    clock.tick(hours=1)
    fake.mode = "up"
    assert reconcile()["found"] == 0


def test_totals_of_a_month_come_out_of_its_closings(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    completed(buyer, worker, fake)
    fake.settle()
    reconcile()
    clock.tick(days=1)
    reconcile()
    totals = ADMIN.get("/admin/payments/totals", query={"month": "2026-11"})
    assert totals.status == 200, totals.text
    fees = fee(DEPOSIT) + fee(TOTAL - DEPOSIT)
    wanted = {
        "collectedCents": TOTAL,
        "settledCents": TOTAL - fees,
        "earnedCents": 95_000,
        "platformFeesCents": TOTAL - 95_000,
        "providerFeesCents": fees,
        "lossesCents": 0,
        "refundedCents": 0,
        "lastDay": "2026-11-21",
    }
    assert {name: totals.body[name] for name in wanted} == wanted
    assert totals.body["balances"]["providerBalance"] == fees - TOTAL
    assert ADMIN.get("/admin/payments/totals", query={"month": "2026-13"}).status == 422
    assert ADMIN.get("/admin/payments/totals", query={"month": "2025-01"}).body["days"] == 0


def test_after_a_restore_nothing_is_sent_until_it_has_run(fake: FakeProvider) -> None:
    restores.require_reconciled()
    reconcile()
    restores.require_reconciled()
    overwrite(settings().books_table, {"id": "run#latest"}, "tables", "khaya-credits-local-0")
    with pytest.raises(RetryLater):
        restores.require_reconciled()
    reconcile()
    restores.require_reconciled()


@pytest.mark.parametrize(("generation", "may_leave"), [("1", True), ("2", False), ("11", False)])
def test_given_tables_that_were_never_reconciled_then_money_leaves_only_those_of_the_first_generation(
    monkeypatch: pytest.MonkeyPatch, generation: str, may_leave: bool
) -> None:
    present = settings()
    named = present.model_copy(update={"credits_table": f"khaya-credits-local-{generation}"})
    monkeypatch.setattr(restores, "settings", lambda: named)
    with nullcontext() if may_leave else pytest.raises(RetryLater):
        restores.require_reconciled()


def test_a_suspense_refund_needs_a_reason_a_key_and_somebody_else(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    reference = check_out(buyer, agreed(buyer, worker), "deposit").body["reference"]
    fake.pay(reference, DEPOSIT + 5)
    reconcile()
    path = f"/admin/payments/suspense/{reference}/refund"
    assert ADMIN.post(path, {"reason": REASON}).status == 400
    assert ADMIN.post(path, {"reason": "x"}, headers=key()).status == 422
    assert buyer.post(path, {"reason": REASON}, headers=key()).status == 403
    done = ADMIN.post(path, {"reason": REASON}, headers=key())
    assert (done.status, done.body["status"], done.body["decidedBy"]) == (200, "returning", "admin-1")
    assert ADMIN.post(path, {"reason": REASON}, headers=key()).status == 409
    assert ADMIN.get("/admin/payments/suspense").body["items"] == []
    assert AMOUNT > DEPOSIT


def test_a_payout_and_a_refund_that_nobody_asked_for_are_found(fake: FakeProvider) -> None:
    fake.payouts["payout-job-x-1"] = port.Payout("payout-job-x-1", "paid", 700, "ZAR", live=False)
    fake.refunds["9"] = port.Refund("9", None, "somebody-elses-1", "paid", 300, "ZAR", live=False)
    reconcile()
    assert facts() == [("payout", "not_in_our_books"), ("refund", "not_in_our_books")]


def test_given_a_refund_that_failed_and_was_given_back_by_hand_then_there_is_no_difference(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    completed(buyer, worker, fake)  # so that there is money at the provider
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id)
    fake.settle()
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    give_back(job_id)
    fake.decide_refund(f"{job_id}-1", "failed")
    assert give_back(job_id, hinted=True).status == "needs_admin"
    body = {"decision": "given_back", "reason": "Given back in the dashboard."}
    path = f"/admin/payments/refunds/{job_id}/decision"
    assert ADMIN.post(path, body, headers=key()).status == 200
    fake.default_refund = "paid"
    fake.refund(port.RefundRequest(f"{job_id}-1", refund(job_id).parts[0].collection, DEPOSIT))  # in the dashboard
    reconcile()
    assert facts() == []


def test_given_a_refund_that_failed_and_a_lost_chargeback_instead_then_there_is_no_difference(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    completed(buyer, worker, fake)  # so that there is money at the provider
    job_id = agreed(buyer, worker)
    reference = pay(buyer, fake, job_id)
    fake.settle()
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    give_back(job_id)
    fake.decide_refund(f"{job_id}-1", "failed")
    assert give_back(job_id, hinted=True).status == "needs_admin"
    fake.decide_chargeback(fake.charge_back(reference), "lost")
    reconcile()
    assert (facts(), refund(job_id).status) == ([], "charged_back")


def test_a_payout_under_way_is_no_difference(buyer: Person, worker: Person, fake: FakeProvider, clock: Clock) -> None:
    from khaya.disbursements import payouts as sending  # noqa: PLC0415
    from khaya.payouts import store as payouts  # noqa: PLC0415
    from khaya.payouts.model import earning_id  # noqa: PLC0415
    from khaya.pricing.provider_fees import payout_fee_cents  # noqa: PLC0415

    job_id = completed(buyer, worker, fake)
    fake.settle()
    reconcile()
    pending = payouts.find(earning_id(job_id))
    assert pending is not None
    sent = pending.bound("recipient-1", khaya_clock.now())
    dynamo.update_now(payouts.change(pending, sent))
    fake.payouts[sent.reference] = port.Payout(sent.reference, "sent", sent.amount_cents, "ZAR", live=False)
    fake.balance_cents -= sent.amount_cents + payout_fee_cents()
    assert reconcile()["open"] == 0
    fake.payouts[sent.reference] = replace(fake.payouts[sent.reference], state="paid")
    clock.tick(minutes=5)
    sending.process(sent.id, khaya_clock.now(), hinted=True)
    assert reconcile()["open"] == 0
    check_books(stored("credits"))
