"""Concurrent steps of one escrow: one outcome stands, and the ledger agrees with it."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.collections.model import new_collection
from khaya.escrows import service as escrows
from khaya.escrows.checkouts import Checkout
from khaya.money_timers import service as money_timers
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.settings import settings
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.platform.data.writes import plain_item
from khaya.provider import model as port
from tests.contention.clients import Call, at_once, in_threads
from tests.contention.conftest import empty
from tests.support import records
from tests.support.client import Person
from tests.support.escrow import ledger_balance
from tests.support.money import check_books

ROUNDS = int(os.environ.get("ROUNDS", "12"))
CLIENTS = 32
WORKER = Person("worker", ("worker",))
OFFER = {**records.OFFER, "amountCents": 100_000}
POSTING = {**records.POSTING, "budgetCents": 100_000, "payment": "escrow"}


def agreed() -> str:
    """Accept a bid on an escrow job; returns the job's id."""
    buyer = Person("buyer", ("buyer",))
    job_id: str = buyer.post("/jobs", POSTING).body["id"]
    bid = WORKER.post(f"/jobs/{job_id}/bids", OFFER).body
    assert buyer.post(f"/bids/{bid['id']}/acceptance").status == 200
    return job_id


def captured(job_id: str, cents: int) -> None:
    unit_of_work = UnitOfWork()
    deal = escrows.get_deal(job_id)
    escrows.capture(
        deal, cents, source=f"collection:{job_id}:{cents}", fee_cents=100, now=clock.now(), unit_of_work=unit_of_work
    )
    unit_of_work.commit()


def submitted(days_ago: float = 0) -> str:
    """A fully paid escrow whose work was submitted; returns the job's id."""
    job_id = agreed()
    captured(job_id, 31_500)
    captured(job_id, 73_500)
    deal = escrows.get_deal(job_id)
    then = clock.plus(clock.now(), days=-days_ago)
    unit_of_work = UnitOfWork()
    escrows.change_escrow(deal, deal.escrow.submitted(then), now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return job_id


def books(dynamodb: Any) -> None:
    rows = dynamodb.scan(TableName=settings().credits_table)["Items"]
    check_books([plain_item(row) for row in rows])


def test_given_32_confirmations_at_once_then_the_worker_is_paid_once(engine: None, dynamodb: Any) -> None:
    # given a paid and submitted job
    job_id = submitted()
    # when the buyer confirms it 32 times at once
    answers = at_once([Call(Person("buyer", ("buyer",)), "POST", f"/jobs/{job_id}/completion")] * CLIENTS)
    # then one succeeds, and the payout holds the worker's part
    assert Counter(answers) == {200: 1, 409: CLIENTS - 1}
    assert ledger_balance(f"payout#job-{job_id}") == 95_000
    assert ledger_balance(f"escrow#{job_id}") == 0
    books(dynamodb)


def test_given_32_look_ups_of_one_payment_at_once_then_it_is_booked_once(engine: None, dynamodb: Any) -> None:
    # given a checkout that was paid
    job_id = agreed()
    deal = escrows.get_deal(job_id)
    collection = new_collection(
        job_id=job_id,
        job_title="A job",
        buyer_id="buyer",
        part="deposit",
        attempt=1,
        amount_cents=31_500,
        now=clock.now(),
    )
    checkout = Checkout(part="deposit", attempt=1, expires_at=collection.expires_at)
    commit_now(escrows.note_checkout(deal, checkout, clock.now()), collection_store.create(collection))
    found = port.Collection(collection.id, "paid", 31_500, "ZAR", live=False, fee_cents=1_000, paid_at=clock.now())
    # when it is applied 32 times at once
    statuses = in_threads([lambda: _applied(collection.id, found)] * CLIENTS)
    # then it is booked once
    assert set(statuses) == {"paid"}
    assert ledger_balance(f"escrow#{job_id}") == 31_500
    books(dynamodb)


def _applied(reference: str, found: port.Collection) -> str:
    while True:
        try:
            return str(collections._apply(reference, found, clock.now()))
        except WriteConflict:
            continue


@dataclass(frozen=True)
class TimerRun:
    """A run of the money timers for one escrow."""

    job_id: str
    function: str = "due_items"

    def make(self) -> int:
        """Apply the timer; 200 if it was applied, 409 if not."""
        try:
            return 200 if money_timers.apply_timer(self.job_id, clock.now()) else 409
        except (Conflict, WriteConflict):
            return 409


def test_given_confirmation_dispute_and_timer_at_once_then_one_outcome_stands(engine: None, dynamodb: Any) -> None:
    for number in range(ROUNDS):
        _mixed_round(random.Random(number), dynamodb)  # noqa: S311 - the same rounds every time
        empty(dynamodb)


def _mixed_round(chance: random.Random, dynamodb: Any) -> None:
    # given a submission that nobody has answered for 73 hours
    job_id = submitted(days_ago=73 / 24)
    buyer = Person("buyer", ("buyer",))
    calls = [
        Call(buyer, "POST", f"/jobs/{job_id}/completion"),
        Call(buyer, "POST", f"/jobs/{job_id}/escrow/dispute", {"reason": "The tap still drips."}),
        Call(WORKER, "POST", f"/jobs/{job_id}/escrow/dispute", {"reason": "The buyer is not happy."}),
        Call(WORKER, "POST", f"/jobs/{job_id}/cancellation", {"reason": "Too far away."}),
        TimerRun(job_id),
        TimerRun(job_id),
    ] * 3
    chance.shuffle(calls)
    # when all of these happen at once
    answers = at_once(calls)
    # then one of them stands
    assert set(answers) <= {200, 409}
    assert answers.count(200) == 1
    deal = escrows.get_deal(job_id)
    status = deal.escrow.status
    assert status in ("released", "disputed")
    assert deal.job.status == ("completed" if status == "released" else "in_progress")
    assert ledger_balance(f"escrow#{job_id}") == deal.escrow.held_cents
    assert ledger_balance(f"payout#job-{job_id}") == (95_000 if status == "released" else 0)
    books(dynamodb)
