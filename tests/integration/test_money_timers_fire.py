"""Each timer about money fires: the data is made older, as `make age` does, and the schedule's function runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from khaya.escrows import service as escrows
from khaya.escrows.model import Timer
from khaya.payout_accounts import store as accounts
from khaya.payout_accounts.model import PayoutAccount
from khaya.platform.data.writes import typed_item
from khaya.suspense import store as suspense
from local.ageing import older
from tests.support import stand_in
from tests.support.client import Context, Person, app
from tests.support.escrow import agreed, check_out, pay
from tests.support.payments import (
    ACCOUNT,
    account,
    cancel,
    deal,
    known_card,
    pay_all,
    pay_late,
    payout,
    person,
    refund,
    release,
)
from tests.support.provider import FakeProvider
from tests.support.records import profile
from tests.support.streams import run_due_payouts
from tests.support.template import function_environment
from tests.support.uploads import uploaded

BUYER, WORKER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
DAYS = 24
"""Hours of a day."""


def age(hours: int) -> None:
    """Make the stored data older."""
    for variable, table in function_environment().items():
        if variable.endswith("_TABLE"):
            for item in stand_in.stored(variable.removesuffix("_TABLE")):
                key = {name: item[name] for name in ("id", "userId", "rowId") if name in item}
                aged = {**older(item, timedelta(hours=hours)), **key}
                stand_in.client("dynamodb").put_item(TableName=table, Item=typed_item(aged))


def checked_account() -> PayoutAccount:
    found = accounts.find("worker-1")
    assert found is not None
    return found


def due_items() -> None:
    report = app("due_items").handler({"schedule": "minute"}, Context(240_000))
    assert report["failed"] == 0


def started(fake: FakeProvider) -> str:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id)
    assert WORKER.post(f"/jobs/{job_id}/start").status == 200
    return job_id


def submitted(fake: FakeProvider) -> str:
    job_id = started(fake)
    body = {"note": "Done.", "photos": [uploaded(WORKER, "submission")]}
    assert WORKER.post(f"/jobs/{job_id}/submission", body).status == 200
    return job_id


def paid_and_submitted(fake: FakeProvider) -> str:
    job_id = submitted(fake)
    pay(BUYER, fake, job_id, "balance")
    return job_id


def disputed(fake: FakeProvider) -> str:
    job_id = submitted(fake)
    assert WORKER.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "They do not pay."}).status == 200
    return job_id


def accepted(_: FakeProvider) -> str:
    return agreed(BUYER, WORKER)


TIMERS: dict[Timer, tuple[Callable[[FakeProvider], str], int, str]] = {
    "deposit_overdue": (accepted, 72, "cancelled"),
    "work_overdue": (started, (3 + 14) * DAYS, "disputed"),
    "balance_overdue": (submitted, 72, "disputed"),
    "release_due": (paid_and_submitted, 72, "released"),
    "dispute_alarm": (disputed, 7 * DAYS, "disputed"),
    "dispute_decision": (disputed, 14 * DAYS, "released"),
}
"""By timer: how the job begins, hours until the timer is due, and the state of the escrow after it."""


@pytest.mark.parametrize("timer", TIMERS)
def test_each_timer_of_an_escrow_fires_in_its_hour_and_not_before(fake: FakeProvider, timer: Timer) -> None:
    profile("buyer-1", display_name="Thandi")
    profile("worker-1", display_name="Sipho")
    begin, hours, status = TIMERS[timer]
    job_id = begin(fake)
    age(hours - 1)
    due_items()
    before = escrows.get_deal(job_id).escrow
    assert timer in before.timers
    age(1)
    for _ in range(2):  # an alarm that is due as well goes first
        due_items()
    after = escrows.get_deal(job_id).escrow
    assert (after.status, timer in after.timers) == (status, False)


def test_every_timer_is_tried() -> None:
    assert set(TIMERS) == set(Timer.__args__)  # type: ignore[attr-defined]


def test_a_payment_without_a_webhook_is_found_after_two_minutes(fake: FakeProvider) -> None:
    profile("buyer-1", display_name="Thandi")
    profile("worker-1", display_name="Sipho")
    job_id = agreed(BUYER, WORKER)
    fake.pay(check_out(BUYER, job_id, "deposit").body["reference"])
    due_items()
    assert escrows.get_deal(job_id).escrow.status == "pending"
    age(1)
    due_items()
    assert escrows.get_deal(job_id).escrow.status == "deposit_paid"


def test_a_new_workers_payout_is_sent_after_seven_days(fake: FakeProvider) -> None:
    job_id = deal()
    account()
    known_card()
    pay_all(fake, job_id)
    earned = release(job_id)
    age(7 * DAYS - 1)
    run_due_payouts()
    assert (payout(earned).status, payout(earned).reason) == ("pending", "new_worker")
    age(1)
    run_due_payouts()
    assert payout(earned).status == "sent"


def test_a_refund_that_the_provider_did_not_answer_is_made_after_a_minute(fake: FakeProvider) -> None:
    job_id = deal()
    pay_all(fake, job_id)
    cancel(job_id)
    fake.mode = "down"
    run_due_payouts()
    fake.mode = "up"
    run_due_payouts()
    assert fake.refunds == {}
    age(1)
    run_due_payouts()
    assert refund(job_id).status == "sent"


def test_an_account_that_the_provider_did_not_answer_about_is_checked_again(fake: FakeProvider) -> None:
    person("worker-1")
    assert Person("worker-1", signed_in_at=10**10).put("/payouts/account", ACCOUNT).status == 202
    fake.mode = "down"
    run_due_payouts()
    assert not checked_account().verified
    fake.mode = "up"
    age(1)
    run_due_payouts()
    assert checked_account().verified


def test_money_that_came_too_late_goes_back_at_once(fake: FakeProvider) -> None:
    job_id = deal()
    cancel(job_id)
    reference = pay_late(fake, job_id)
    fake.default_refund = "paid"
    run_due_payouts()
    kept = suspense.find(reference)
    assert kept is not None
    assert kept.status == "returned"


def test_a_payment_that_was_missed_is_applied_by_the_reconciliation(fake: FakeProvider) -> None:
    profile("buyer-1", display_name="Thandi")
    profile("worker-1", display_name="Sipho")
    job_id = agreed(BUYER, WORKER)
    fake.pay(check_out(BUYER, job_id, "deposit").body["reference"])
    app("reconciliation").handler({}, Context(900_000))
    assert escrows.get_deal(job_id).escrow.status == "deposit_paid"
