"""Failures of DynamoDB and of the provider at every call of every step of an escrow: nothing is half-done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

import pytest

from khaya.collections import service as collections
from khaya.money_timers import service as money_timers
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base.errors import Unavailable
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.escrow import agreed, check_out, ledger_balance, pay
from tests.support.faults import FAULTS, Fault, faulty
from tests.support.money import check_books, key
from tests.support.provider import FakeProvider
from tests.support.records import place_bid, post_job, profile
from tests.support.uploads import uploaded

pytestmark = pytest.mark.usefixtures("money_agrees")

BUYER, WORKER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
ADMIN = Person("admin-1", ("admin",))
MOST_CALLS = 9
TRIED: tuple[Fault, ...] = FAULTS if os.environ.get("ROUNDS") else ("answer lost",)
"""The faults of a run; `make soak` tries all of them."""

Send = Callable[[], Any]
"""One step of an escrow; it may be repeated."""


def require_consistent() -> None:
    """Check that the ledger balances, and that job, escrow, payout and refund say the same."""
    check_books(stand_in.stored("credits"))
    jobs = {job["id"]: job for job in stand_in.stored("jobs")}
    payouts = {item["jobId"]: item for item in stand_in.stored("payouts")}
    refunds = {item["id"]: item for item in stand_in.stored("refunds") if "#" not in item["id"]}
    for escrow in stand_in.stored("escrows"):
        if "heldCents" not in escrow:
            continue
        job = jobs[escrow["id"]]
        assert escrow["heldCents"] == ledger_balance(f"escrow#{escrow['id']}")
        assert job["escrow"]["status"] == escrow["status"]
        assert (escrow["status"] == "released") == (job["status"] == "completed")
        assert (escrow["status"] in ("refunded", "cancelled")) == (job["status"] == "cancelled")
        assert (escrow["releasedCents"] > 0) == (escrow["id"] in payouts)
        if escrow["id"] in payouts:
            assert payouts[escrow["id"]]["amountCents"] == escrow["releasedCents"]
            assert ledger_balance(f"payout#job-{escrow['id']}") == escrow["releasedCents"]
        if escrow["id"] in refunds:
            assert refunds[escrow["id"]]["amountCents"] == escrow["refundedCents"]
    accepted = {bid["jobId"] for bid in stand_in.stored("bids") if bid.get("status") == "accepted"}
    assert accepted == {escrow["id"] for escrow in stand_in.stored("escrows") if "heldCents" in escrow}


def acceptance(_: FakeProvider) -> tuple[Send, str]:
    bid = place_bid(WORKER, post_job(BUYER, payment="escrow"), amountCents=100_000)
    return _request(BUYER, f"/bids/{bid}/acceptance"), "pending"


def checkout(_: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    return _request(BUYER, f"/jobs/{job_id}/escrow/checkouts", {"part": "deposit"}), "pending"


def deposit(fake: FakeProvider) -> tuple[Send, str]:
    reference = check_out(BUYER, agreed(BUYER, WORKER), "deposit").body["reference"]
    fake.pay(reference)
    return lambda: collections.apply(reference, khaya_clock.now()), "deposit_paid"


def balance(fake: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id, "deposit")
    reference = check_out(BUYER, job_id, "balance").body["reference"]
    fake.pay(reference)
    return lambda: collections.apply(reference, khaya_clock.now()), "held"


def late_payment(fake: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    reference = check_out(BUYER, job_id, "deposit").body["reference"]
    assert BUYER.post(f"/jobs/{job_id}/cancellation", {"reason": "Not needed."}).status == 200
    fake.pay(reference)
    return lambda: collections.apply(reference, khaya_clock.now()), "cancelled"


def cancellation(fake: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id, "deposit")
    return _request(WORKER, f"/jobs/{job_id}/cancellation", {"reason": "I cannot come."}), "refunded"


def start(fake: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id, "deposit")
    return _request(WORKER, f"/jobs/{job_id}/start"), "deposit_paid"


def submission(fake: FakeProvider) -> tuple[Send, str]:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id, "deposit")
    body = {"note": "Done.", "photos": [uploaded(WORKER, "submission")]}
    return _request(WORKER, f"/jobs/{job_id}/submission", body), "deposit_paid"


def submitted(fake: FakeProvider) -> str:
    job_id = agreed(BUYER, WORKER)
    pay(BUYER, fake, job_id, "deposit")
    pay(BUYER, fake, job_id, "balance")
    photo = uploaded(WORKER, "submission")
    assert WORKER.post(f"/jobs/{job_id}/submission", {"photos": [photo]}).status == 200
    return job_id


def sent_back(fake: FakeProvider) -> tuple[Send, str]:
    return _request(BUYER, f"/jobs/{submitted(fake)}/changes", {"reason": "It still drips."}), "held"


def confirmation(fake: FakeProvider) -> tuple[Send, str]:
    return _request(BUYER, f"/jobs/{submitted(fake)}/completion"), "released"


def dispute(fake: FakeProvider) -> tuple[Send, str]:
    return _request(BUYER, f"/jobs/{submitted(fake)}/escrow/dispute", {"reason": "It still drips."}), "disputed"


def agreement(fake: FakeProvider) -> tuple[Send, str]:
    send, _ = dispute(fake)
    send()
    (job_id,) = (job["id"] for job in stand_in.stored("jobs"))
    path = f"/jobs/{job_id}/escrow/settlement"
    assert BUYER.post(path, {"refundCents": 50_000}, headers=key()).status == 200
    return _request(WORKER, f"{path}/acceptance", {"refundCents": 50_000}), "released"


def decision(fake: FakeProvider) -> tuple[Send, str]:
    send, _ = dispute(fake)
    send()
    (job_id,) = (job["id"] for job in stand_in.stored("jobs"))
    body = {"workerCents": 0, "refundCents": 105_000, "platformCents": 0, "note": "Nobody came to the house."}
    return _request(ADMIN, f"/jobs/{job_id}/escrow/resolution", body), "refunded"


def release_by_itself(fake: FakeProvider) -> tuple[Send, str]:
    job_id = submitted(fake)
    return _timer(job_id, hours=72), "released"


def deposit_overdue(_: FakeProvider) -> tuple[Send, str]:
    return _timer(agreed(BUYER, WORKER), hours=72), "cancelled"


def balance_overdue(fake: FakeProvider) -> tuple[Send, str]:
    send, _ = submission(fake)
    send()
    (job_id,) = (job["id"] for job in stand_in.stored("jobs"))
    return _timer(job_id, hours=72), "disputed"


STEPS = {
    step.__name__: step
    for step in (
        acceptance,
        checkout,
        deposit,
        balance,
        late_payment,
        cancellation,
        start,
        submission,
        sent_back,
        confirmation,
        dispute,
        agreement,
        decision,
        release_by_itself,
        deposit_overdue,
        balance_overdue,
    )
}


def _request(person: Person, path: str, body: Any = None) -> Send:
    """Send a request with one `Idempotency-Key`, however often it is repeated.

    Raises:
        Unavailable: the answer is 503.
    """
    headers = key()

    def send() -> Answer:
        answer = person.post(path, body, headers=headers)
        if answer.status == 503:
            raise Unavailable
        assert answer.status < 300, answer.text
        return answer

    return send


def _timer(job_id: str, *, hours: int) -> Send:
    due = khaya_clock.plus(khaya_clock.now(), hours=hours)
    return lambda: money_timers.apply_timer(job_id, due)


@pytest.mark.parametrize("fault", TRIED)
@pytest.mark.parametrize("name", STEPS)
def test_given_a_failure_at_any_call_then_nothing_is_half_done_and_a_repeat_completes_the_step(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, fake: FakeProvider, name: str, fault: Fault
) -> None:
    profile("buyer-1", display_name="Thandi")
    profile("worker-1", display_name="Sipho")
    send, status = STEPS[name](fake)
    tables, books, moment = stand_in.snapshot(), fake.snapshot(), clock.moment
    for position in range(MOST_CALLS):
        stand_in.restore(tables)
        fake.restore(books)
        clock.moment = moment
        with faulty(monkeypatch) as dynamodb:
            # when one call fails
            dynamodb.fail(position, fault)
            with contextlib.suppress(Unavailable):
                send()
            struck = dynamodb.struck
            dynamodb.heal()
            # then nothing is half-done
            require_consistent()
            # and a repeat completes the step once
            clock.tick(minutes=1)
            send()
        require_consistent()
        (escrow,) = (item for item in stand_in.stored("escrows") if "heldCents" in item)
        assert escrow["status"] == status
        if not struck:
            return
    pytest.fail(f"{name} makes more than {MOST_CALLS} calls")


@pytest.mark.parametrize("mode", ["down", "lossy"])
def test_given_a_provider_that_fails_then_a_repeated_checkout_gives_a_link(fake: FakeProvider, mode: Any) -> None:
    fake.mode = mode
    job_id = agreed(BUYER, WORKER)
    assert check_out(BUYER, job_id, "deposit", "one-key").status == 503
    fake.mode = "up"
    answer = check_out(BUYER, job_id, "deposit", "one-key")
    assert answer.status == 201
    fake.pay(answer.body["reference"])
    assert collections.apply(answer.body["reference"], khaya_clock.now()) == "paid"
    require_consistent()
