"""Tables of an earlier moment meet the provider's books: nothing is paid twice, and nothing stays missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaya.escrows import service as escrows
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Context, Person, app
from tests.support.escrow import DEPOSIT, EARNED, TOTAL, agreed, check_out, pay, submit
from tests.support.payments import account, check_money, experienced, known_card, payout, refund
from tests.support.provider import FakeProvider
from tests.support.streams import hint, run_due_payouts

pytestmark = pytest.mark.usefixtures("parties", "money_agrees")

ADMIN = Person("admin-1", ("admin",))


@pytest.fixture(autouse=True)
def real_books(fake: FakeProvider) -> None:
    """Money has to be settled before it can be paid out, and payouts cost something."""
    fake.usable_at_once, fake.balance_cents, fake.payout_fee_cents = False, 0, 345
    fake.default_payout, fake.default_refund = "paid", "paid"


def reconcile() -> int:
    """The number of open differences after a run."""
    report: dict[str, int] = app("reconciliation").handler({}, Context(900_000))
    return report["open"]


@pytest.fixture
def released(buyer: Person, worker: Person, fake: FakeProvider) -> Iterator[str]:
    """A released job whose payout is due; the books agree in the end."""
    experienced("worker-1")
    known_card()
    account("worker-1")
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    submit(worker, job_id)
    pay(buyer, fake, job_id, "balance")
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    fake.settle()
    assert reconcile() == 0
    yield job_id
    assert reconcile() == 0


def test_given_tables_from_before_a_payout_then_it_is_booked_and_not_sent_again(
    released: str, fake: FakeProvider, clock: Clock
) -> None:
    before = stand_in.snapshot()
    run_due_payouts()
    assert payout(f"job-{released}").status == "paid"
    stand_in.restore(before)
    clock.tick(hours=1)
    assert reconcile() == 1, "the provider has sent what we have not"
    for _ in range(2):
        run_due_payouts()
        clock.tick(hours=1)
    assert (payout(f"job-{released}").status, fake.sent_cents) == ("paid", EARNED)
    (found,) = ADMIN.get("/admin/payments/differences").body["items"]
    assert (found["kind"], found["reason"]) == ("payout", "other_state")
    closing = {"reason": "The payout is booked now."}
    assert ADMIN.post(f"/admin/payments/differences/{found['id']}/closing", closing).status == 200


def test_given_tables_from_before_a_refund_then_it_is_found_and_not_made_again(
    released: str, buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    fake.settle()
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    before = stand_in.snapshot()
    hint("refunds", {"refundId": job_id, "hinted": True})
    assert refund(job_id).status == "paid"
    stand_in.restore(before)
    clock.tick(minutes=5)
    hint("refunds", {"refundId": job_id, "hinted": True}, cause="again")
    assert (refund(job_id).status, fake.refunded_cents, fake.made("refund")) == ("paid", DEPOSIT, 1)


def test_given_tables_from_before_a_payment_then_the_reconciliation_books_it(
    released: str, buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    before = stand_in.snapshot()
    fake.pay(reference)
    hint("collections", {"reference": reference})
    assert escrows.get_deal(job_id).escrow.status == "deposit_paid"
    stand_in.restore(before)
    assert reconcile() == 0
    assert escrows.get_deal(job_id).escrow.status == "deposit_paid"
    assert sum(one.amount_cents for one in fake.collections.values() if one.state == "paid") == TOTAL + DEPOSIT
    check_money(fake)
