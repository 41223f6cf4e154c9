"""The provider's settlements: each moves what was collected once, and marks its payments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.settlements import service as settlements
from tests.support.books import fee, platform_account
from tests.support.client import Person
from tests.support.escrow import DEPOSIT, agreed, pay
from tests.support.provider import FakeProvider
from tests.support.records import profile
from tests.support.stand_in import stored


@pytest.fixture(autouse=True)
def people(fake: FakeProvider) -> None:
    fake.usable_at_once, fake.balance_cents = False, 0
    profile("buyer-1", display_name="Thandi", phone="+27712345678", roles=["buyer"])
    profile("worker-1", display_name="Sipho", phone="+27712345679", roles=["worker"])


def test_a_settlement_is_booked_once_and_marks_its_payments(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    reference = pay(buyer, fake, job_id)
    settlement = fake.settle()
    assert [settlements.apply_new(khaya_clock.now()) for _ in range(3)] == [1, 0, 0]
    assert settlements.apply(settlement, khaya_clock.now()) is False
    (own,) = [item for item in stored("collections") if item["id"] == reference]
    assert own["settledAt"] == khaya_clock.now()
    net = DEPOSIT - fee(DEPOSIT)
    assert (platform_account("providerUnsettled"), platform_account("providerBalance")) == (0, -net)


@pytest.mark.parametrize(("change", "account"), [(-7, "providerFees"), (9, "suspense")])
def test_a_settlement_of_another_amount_is_booked_as_it_came(
    buyer: Person, worker: Person, fake: FakeProvider, change: int, account: str
) -> None:
    pay(buyer, fake, agreed(buyer, worker))
    before = platform_account(account)
    settlement = fake.settle()
    settlements.apply(replace(settlement, amount_cents=settlement.amount_cents + change), khaya_clock.now())
    assert platform_account("providerUnsettled") == 0
    assert platform_account(account) - before == change


def test_money_that_is_settled_to_the_bank_is_booked_there(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    pay(buyer, fake, agreed(buyer, worker))
    settlements.apply(replace(fake.settle(), destination="bank"), khaya_clock.now())
    assert platform_account("providerBank") == fee(DEPOSIT) - DEPOSIT
    assert platform_account("providerBalance") == 0


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_a_settlement_that_is_not_paid_moves_nothing(
    buyer: Person, worker: Person, fake: FakeProvider, state: Any
) -> None:
    pay(buyer, fake, agreed(buyer, worker))
    assert settlements.apply(replace(fake.settle(), state=state), khaya_clock.now()) is False
    assert platform_account("providerBalance") == 0


def test_a_settlement_that_was_interrupted_is_finished(
    buyer: Person, worker: Person, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(buyer, fake, agreed(buyer, worker))
    settlement = fake.settle()

    def crash(self: UnitOfWork, answer: Any = None) -> None:
        raise RuntimeError("the function was ended")

    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "commit", crash)
        with pytest.raises(RuntimeError):
            settlements.apply(settlement, khaya_clock.now())
    assert settlements.apply(settlement, khaya_clock.now()) is True
    assert platform_account("providerUnsettled") == 0
