"""Escrow jobs for tests, in each of their states."""

from __future__ import annotations

from khaya.collections import service as collections
from khaya.platform.base import clock
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from tests.support.client import Answer, Context, Person, app
from tests.support.money import key
from tests.support.provider import FakeProvider
from tests.support.records import accept, place_bid, post_job
from tests.support.uploads import uploaded

AMOUNT = 100_000
TOTAL, DEPOSIT, BALANCE, EARNED = 105_000, 31_500, 73_500, 95_000


def agreed(buyer: Person, worker: Person, cents: int = AMOUNT) -> str:
    """Accept a bid on an escrow job; returns the job's id."""
    job_id = post_job(buyer, payment="escrow", budgetCents=cents)
    accept(buyer, place_bid(worker, job_id, amountCents=cents))
    return job_id


def check_out(buyer: Person, job_id: str, part: str, name: str | None = None) -> Answer:
    """Ask for a checkout."""
    return buyer.post(f"/jobs/{job_id}/escrow/checkouts", {"part": part}, headers=key(name))


def pay(buyer: Person, provider: FakeProvider, job_id: str, part: str = "deposit", card: str = "card-1") -> str:
    """Pay a part of an escrow, and apply it; returns the reference."""
    answer = check_out(buyer, job_id, part)
    assert answer.status == 201, answer.text
    reference: str = answer.body["reference"]
    provider.pay(reference, card=card)
    assert collections.apply(reference, clock.now()) == "paid"
    return reference


def escrow(person: Person, job_id: str) -> dict[str, object]:
    """The escrow in the API."""
    answer = person.get(f"/jobs/{job_id}/escrow")
    assert answer.status == 200, answer.text
    found: dict[str, object] = answer.body
    return found


def submit(worker: Person, job_id: str) -> None:
    """Hand in the work with a photo."""
    photo = uploaded(worker, "submission")
    answer = worker.post(f"/jobs/{job_id}/submission", {"note": "Done.", "photos": [photo]})
    assert answer.status == 200, answer.text


def run_timers() -> dict[str, int]:
    """Run the task of due items; returns its counts."""
    report: dict[str, int] = app("due_items").handler({"schedule": "minute"}, Context(240_000))
    return report


def ledger_balance(account: str) -> int:
    """The balance of an escrow, a payout or a refund in the ledger."""
    item = dynamo.get(settings().credits_table, {"id": f"balance#{account}"})
    return int(item["balanceCents"]) if item else 0
