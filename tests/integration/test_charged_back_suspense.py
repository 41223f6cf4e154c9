"""Money in suspense whose payment is charged back: it waits, and then goes back or is lost."""

from __future__ import annotations

import pytest

from khaya.chargebacks import service
from khaya.collections import service as collections
from khaya.disbursements import refunds
from khaya.platform.base import clock as khaya_clock
from khaya.provider.model import ChargebackState
from tests.support.books import platform_account
from tests.support.client import Person
from tests.support.escrow import DEPOSIT, agreed, check_out
from tests.support.money import key
from tests.support.provider import FakeProvider
from tests.support.streams import run_due_payouts

ADMIN = Person("admin-1", ("admin",))
REASON = "The work was done, see the photos."

pytestmark = pytest.mark.usefixtures("parties", "money_agrees")


def now() -> str:
    return khaya_clock.now()


def late_money(buyer: Person, worker: Person, fake: FakeProvider) -> str:
    """A deposit that is paid after the job was cancelled, so that it goes back by itself; returns its reference."""
    job_id = agreed(buyer, worker)
    reference: str = check_out(buyer, job_id, "deposit").body["reference"]
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed any more."}).status == 200
    fake.pay(reference)
    collections.apply(reference, now())
    return reference


@pytest.mark.parametrize("state", ["won", "lost"])
def test_a_payment_in_suspense_is_frozen_until_its_chargeback_is_decided(
    buyer: Person, worker: Person, fake: FakeProvider, state: str
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    fake.pay(reference, DEPOSIT - 1)
    collections.apply(reference, now())
    chargeback = fake.charge_back(reference)
    service.apply(chargeback, now())
    path = f"/admin/payments/suspense/{reference}/refund"
    assert ADMIN.post(path, {"reason": REASON}, headers=key()).status == 409
    fake.decide_chargeback(chargeback, state)  # type: ignore[arg-type]
    service.apply(chargeback, now())
    expected = (0, 409) if state == "lost" else (DEPOSIT - 1, 200)
    answer = ADMIN.post(path, {"reason": REASON}, headers=key())
    assert (platform_account("suspense"), answer.status) == expected


def test_given_late_money_that_was_charged_back_when_the_platform_wins_then_it_goes_back_by_itself(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    fake.default_refund = "paid"
    reference = late_money(buyer, worker, fake)
    chargeback = fake.charge_back(reference)
    service.apply(chargeback, now())
    run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (0, DEPOSIT)
    fake.decide_chargeback(chargeback, "won")
    service.apply(chargeback, now())
    for _ in range(2):
        run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (DEPOSIT, 0)


def test_given_an_admins_decision_before_a_chargeback_when_the_platform_wins_then_the_money_goes_back(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    fake.default_refund = "paid"
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    fake.pay(reference, DEPOSIT - 1)
    collections.apply(reference, now())
    path = f"/admin/payments/suspense/{reference}/refund"
    assert ADMIN.post(path, {"reason": REASON}, headers=key()).status == 200
    chargeback = fake.charge_back(reference)
    service.apply(chargeback, now())
    fake.decide_chargeback(chargeback, "won")
    service.apply(chargeback, now())
    run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (DEPOSIT - 1, 0)


def test_given_two_chargebacks_of_late_money_when_the_first_is_won_then_it_waits_for_the_second(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    fake.default_refund = "paid"
    reference = late_money(buyer, worker, fake)
    first, second = fake.charge_back(reference), fake.charge_back(reference)
    for chargeback in (first, second):
        service.apply(chargeback, now())
    fake.decide_chargeback(first, "won")
    service.apply(first, now())
    run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (0, DEPOSIT)
    fake.decide_chargeback(second, "won")
    service.apply(second, now())
    for _ in range(2):
        run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (DEPOSIT, 0)


def lose(fake: FakeProvider, chargeback: str) -> None:
    fake.decide_chargeback(chargeback, "lost")
    assert service.apply(chargeback, now()) == "lost"


@pytest.mark.parametrize("begun", [False, True])
def test_given_late_money_of_which_some_is_charged_back_when_it_is_lost_then_the_rest_goes_back(
    buyer: Person, worker: Person, fake: FakeProvider, begun: bool
) -> None:
    fake.default_refund = "paid"
    reference = late_money(buyer, worker, fake)
    if begun:
        assert refunds.return_suspense(reference, now()) is not None
    chargeback = fake.charge_back(reference, cents=10_000)
    service.apply(chargeback, now())
    lose(fake, chargeback)
    assert platform_account("suspense") == DEPOSIT - 10_000
    for _ in range(2):
        run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (DEPOSIT - 10_000, 0)
    assert platform_account("losses") == 0


def test_given_money_that_waits_for_an_admin_when_some_is_charged_back_and_lost_then_the_admin_gives_the_rest_back(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    fake.default_refund = "paid"
    reference = check_out(buyer, agreed(buyer, worker), "deposit").body["reference"]
    fake.pay(reference, DEPOSIT - 1)
    collections.apply(reference, now())
    lose(fake, fake.charge_back(reference, cents=10_000))
    (listed,) = ADMIN.get("/admin/payments/suspense").body["items"]
    assert (listed["status"], listed["amountCents"], listed["chargedBackCents"]) == ("waiting", DEPOSIT - 1, 10_000)
    answer = ADMIN.post(f"/admin/payments/suspense/{reference}/refund", {"reason": REASON}, headers=key())
    assert answer.status == 200
    for _ in range(2):
        run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (DEPOSIT - 10_001, 0)


@pytest.mark.parametrize("second", ["won", "lost"])
def test_given_two_chargebacks_of_late_money_when_the_first_is_lost_then_the_rest_waits_for_the_second(
    buyer: Person, worker: Person, fake: FakeProvider, second: ChargebackState
) -> None:
    fake.default_refund = "paid"
    reference = late_money(buyer, worker, fake)
    opened = [fake.charge_back(reference, cents=cents) for cents in (10_000, DEPOSIT - 10_000)]
    for chargeback in opened:
        service.apply(chargeback, now())
    lose(fake, opened[0])
    run_due_payouts()
    assert (fake.refunded_cents, platform_account("suspense")) == (0, DEPOSIT - 10_000)
    fake.decide_chargeback(opened[1], second)
    service.apply(opened[1], now())
    for _ in range(2):
        run_due_payouts()
    assert fake.refunded_cents == (DEPOSIT - 10_000 if second == "won" else 0)
    assert (platform_account("suspense"), platform_account("losses")) == (0, 0)
