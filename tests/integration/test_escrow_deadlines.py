"""Deadlines of escrows: what passes by itself, and what it waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.unit_of_work import commit_now
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.escrow import (
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
from tests.support.provider import FakeProvider
from tests.support.records import place_bid, post_job
from tests.support.stand_in import stored

ADMIN = Person("admin-1", ("admin",))
pytestmark = pytest.mark.usefixtures("parties", "money_agrees")


def test_an_unpaid_deposit_cancels_the_job_after_72_hours(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    clock.tick(hours=71)
    assert run_timers()["applied"] == 0
    clock.tick(hours=1)
    assert run_timers()["applied"] == 1
    assert buyer.get(f"/jobs/{job_id}").body["status"] == "cancelled"
    assert escrow(buyer, job_id)["status"] == "cancelled"


def test_a_deposit_that_was_paid_unnoticed_is_booked_before_its_deadline_passes(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    fake.pay(reference)
    clock.tick(hours=73)
    run_timers()
    assert escrow(buyer, job_id)["status"] == "deposit_paid"


def test_a_deadline_waits_while_the_provider_is_down_but_not_for_ever(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    check_out(buyer, job_id, "deposit")
    fake.mode = "down"
    clock.tick(hours=73)
    assert run_timers()["postponed"] == 1
    assert escrow(buyer, job_id)["status"] == "pending"
    clock.tick(hours=24)
    assert run_timers()["applied"] == 1
    assert escrow(buyer, job_id)["status"] == "cancelled"


def test_given_a_charge_under_way_when_the_deadline_comes_then_it_waits_for_the_bank_but_not_for_ever(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    fake.collections[reference] = replace(fake.collections[reference], under_way=True)
    clock.tick(hours=73)
    assert run_timers()["postponed"] == 1
    clock.tick(hours=22)
    assert run_timers()["postponed"] == 1
    assert escrow(buyer, job_id)["status"] == "pending"
    clock.tick(hours=1)
    assert run_timers()["applied"] == 1
    assert escrow(buyer, job_id)["status"] == "cancelled"
    # and what the bank takes after that goes back by itself
    fake.pay(reference)
    assert collections.apply(reference, khaya_clock.now()) == "returned"
    assert [one["status"] for one in stored("refunds")] == ["returning"]


def test_given_a_page_opened_just_before_the_deadline_then_it_waits_an_hour_for_the_buyer(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    clock.tick(hours=71, minutes=45)
    check_out(buyer, job_id, "deposit")
    clock.tick(minutes=15)
    assert run_timers()["postponed"] == 1
    clock.tick(minutes=45)
    assert run_timers()["applied"] == 1
    assert escrow(buyer, job_id)["status"] == "cancelled"


def test_given_a_payment_on_an_earlier_page_when_the_deadline_comes_then_it_is_booked(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    first = check_out(buyer, job_id, "deposit").body["reference"]
    clock.tick(hours=30)
    assert check_out(buyer, job_id, "deposit").body["reference"] != first
    clock.tick(hours=42)
    before = collection_store.find(first)
    assert before is not None
    commit_now(collection_store.change(before, before.model_copy(update={"next_at": None})))  # no look at it is due
    fake.pay(first)
    run_timers()
    assert escrow(buyer, job_id)["status"] == "deposit_paid"


@pytest.mark.parametrize("party", ["buyer-1", "worker-1"])
def test_given_a_suspended_party_then_the_release_waits_until_the_suspension_ends(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock, party: str
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    pay(buyer, fake, job_id, "balance")
    submit(worker, job_id)
    stand_in.pool_with(ADMIN, buyer, worker)
    suspension = {"status": "suspended", "reason": "Invented jobs, again."}
    assert ADMIN.patch(f"/admin/users/{party}", suspension).status == 200
    for _ in range(3):
        clock.tick(days=30)
        assert run_timers()["postponed"] == 1
    assert ledger_balance(f"escrow#{job_id}") == TOTAL
    assert ADMIN.patch(f"/admin/users/{party}", {**suspension, "status": "active"}).status == 200
    clock.tick(minutes=15)
    assert run_timers()["applied"] == 1
    assert ledger_balance(f"payout#job-{job_id}") == EARNED


def test_unanswered_work_is_released_after_72_hours(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    pay(buyer, fake, job_id, "balance")
    submit(worker, job_id)
    clock.tick(hours=72)
    assert run_timers()["applied"] == 1
    assert buyer.get(f"/jobs/{job_id}").body["status"] == "completed"
    assert ledger_balance(f"payout#job-{job_id}") == EARNED


def test_an_unpaid_balance_is_a_dispute_and_its_buyer_accepts_no_other_bid(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    submit(worker, job_id)
    clock.tick(hours=72)
    assert run_timers()["applied"] == 1
    assert escrow(worker, job_id)["status"] == "disputed"
    other = post_job(buyer)
    refused = buyer.post(f"/bids/{place_bid(worker, other)}/acceptance")
    assert (refused.status, refused.body["code"]) == (409, "balance_owed")
    pay(buyer, fake, job_id, "balance")
    assert escrow(worker, job_id)["status"] == "held"
    other_bid = worker.get("/bids/mine").body["items"][0]["id"]
    assert buyer.post(f"/bids/{other_bid}/acceptance").status == 200
