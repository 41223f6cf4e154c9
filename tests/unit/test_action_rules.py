"""What the parties of a job and the seller of a listing have to do."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.actions.model import (
    OpenAction,
    actions_of_buyer,
    actions_of_seller,
    actions_of_worker,
    most_urgent_first,
)
from khaya.jobs.model import ChangeRequest, EscrowSummary, Job, Submission
from khaya.listings.model import Listing

NOW = "2026-11-21T08:00:00.000Z"
LATER = "2026-11-24T08:00:00.000Z"
SUBMISSION = Submission(submitted_at=NOW)
RUNNING: dict[str, Any] = {"status": "in_progress", "worker_id": "worker", "accepted_at": NOW, "timeline_days": 3}


def job(**fields: Any) -> Job:
    base: dict[str, Any] = {
        "id": "job-1",
        "buyer_id": "buyer",
        "buyer_name": "Thandi",
        "title": "Fix a tap",
        "description": "It drips.",
        "category": "plumbing",
        "budget_cents": 50_000,
        "location": "Durban",
        "expires_at": "2026-12-21T08:00:00.000Z",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Job(**{**base, **fields})


def escrow(status: str, **fields: Any) -> dict[str, Any]:
    paid = None if status == "pending" else NOW
    return {**RUNNING, "payment": "escrow", "escrow": EscrowSummary(status=status, deposit_paid_at=paid, **fields)}


def brief(actions: list[OpenAction]) -> list[tuple[str, str | None, int | None]]:
    return [(one.action, one.due_at, one.amount_cents) for one in actions]


PAY = {"due_now_cents": 31_500, "due_at": LATER}
CASES: list[
    tuple[str, dict[str, Any], list[tuple[str, str | None, int | None]], list[tuple[str, str | None, int | None]]]
] = [
    ("an open job without bids", {}, [], []),
    ("an open job with bids", {"bid_count": 2}, [("choose_bid", "2026-12-21T08:00:00.000Z", None)], []),
    ("an open job past its expiry", {"bid_count": 2, "expires_at": NOW}, [], []),
    ("a running cash job", RUNNING, [], [("hand_in", LATER, None)]),
    (
        "a submitted cash job",
        {**RUNNING, "submission": SUBMISSION, "completes_at": LATER},
        [("check_work", LATER, None)],
        [],
    ),
    (
        "a job that was sent back",
        {**RUNNING, "changes": [ChangeRequest(reason="It drips.", at=NOW)]},
        [],
        [("hand_in_again", None, None)],
    ),
    ("an unpaid escrow", escrow("pending", **PAY), [("pay", LATER, 31_500)], []),
    ("a paid deposit", escrow("deposit_paid", due_now_cents=73_500), [], [("start", LATER, None)]),
    (
        "started work",
        {**escrow("deposit_paid", due_now_cents=73_500), "started_at": NOW},
        [],
        [("hand_in", LATER, None)],
    ),
    (
        "submitted work with an open balance",
        {**escrow("deposit_paid", due_now_cents=73_500, due_at=LATER), "submission": SUBMISSION},
        [("pay", LATER, 73_500)],
        [],
    ),
    (
        "submitted work that is paid",
        {**escrow("held", release_at=LATER), "submission": SUBMISSION},
        [("check_work", LATER, None)],
        [],
    ),
    ("a dispute", escrow("disputed"), [("add_evidence", None, None)], [("add_evidence", None, None)]),
    (
        "a dispute about the balance",
        escrow("disputed", due_now_cents=73_500, due_at=LATER),
        [("pay", LATER, 73_500), ("add_evidence", None, None)],
        [("add_evidence", None, None)],
    ),
    (
        "a completed job",
        {"status": "completed", "worker_id": "worker", "completed_at": NOW},
        [("review", "2026-12-21T08:00:00.000Z", None)],
        [("review", "2026-12-21T08:00:00.000Z", None)],
    ),
    (
        "a job that was completed long ago",
        {"status": "completed", "worker_id": "worker", "completed_at": "2026-10-22T08:00:00.000Z"},
        [],
        [],
    ),
    ("a cancelled job", {"status": "cancelled", "worker_id": "worker"}, [], []),
    ("an expired job", {"status": "expired"}, [], []),
]


@pytest.mark.parametrize(("name", "fields", "of_buyer", "of_worker"), CASES, ids=[case[0] for case in CASES])
def test_each_state_of_a_job_asks_its_parties_for_something(
    name: str, fields: dict[str, Any], of_buyer: list[Any], of_worker: list[Any]
) -> None:
    assert brief(actions_of_buyer(job(**fields), (), NOW)) == of_buyer
    assert brief(actions_of_worker(job(**fields), (), NOW)) == of_worker


def test_a_reviewed_job_asks_for_nothing() -> None:
    done = job(status="completed", worker_id="worker", completed_at=NOW)
    assert actions_of_buyer(done, {"job-1"}, NOW) == actions_of_worker(done, {"job-1"}, NOW) == []


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"status": "rejected"}, "change_listing"),
        ({"status": "active", "stock": 0}, "restock"),
        ({"status": "active"}, None),
        ({"status": "pending", "stock": 0}, None),
        ({"status": "inactive", "stock": 0}, None),
    ],
    ids=str,
)
def test_a_listing_asks_its_seller_for_a_change_or_for_stock(fields: dict[str, Any], action: str | None) -> None:
    base: dict[str, Any] = {
        "id": "listing-1",
        "seller_id": "seller",
        "seller_name": "Zanele",
        "title": "Clay bricks",
        "description": "Sorted.",
        "category": "bricks",
        "price_cents": 450,
        "unit": "brick",
        "stock": 5,
        "location": "Durban",
        "created_at": NOW,
        "updated_at": NOW,
    }
    found = actions_of_seller(Listing(**{**base, **fields}))
    assert [(one.kind, one.action, one.listing_id, one.job_id) for one in found] == (
        [("seller", action, "listing-1", None)] if action else []
    )


def test_what_is_due_first_comes_first_and_what_is_never_due_last() -> None:
    late, never, early = (
        OpenAction(kind="buyer", action="review", title=title, due_at=due)
        for title, due in [("late", LATER), ("never", None), ("early", NOW)]
    )
    assert [one.title for one in most_urgent_first([late, never, early])] == ["early", "late", "never"]


@pytest.mark.parametrize(
    ("fields", "agreed"),
    [({}, None), (RUNNING, LATER), (escrow("pending"), None), (escrow("deposit_paid"), LATER), (escrow("held"), LATER)],
    ids=["open", "cash", "unpaid", "deposit", "held"],
)
def test_the_days_of_the_bid_run_from_its_acceptance_and_with_escrow_from_the_deposit(
    fields: dict[str, Any], agreed: str | None
) -> None:
    assert job(**fields).hand_in_by == agreed
