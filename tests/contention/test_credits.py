"""Concurrent movements of one balance: never negative, nothing booked twice, accounts always sum to zero."""

from __future__ import annotations

from collections import Counter
from typing import Any

from khaya.platform.data.writes import plain_item
from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.money import (
    REASON,
    adjust,
    balance,
    check_books,
    entries,
    grant,
    key,
    known,
    payout_account,
    rewarded,
)
from tests.support.template import table_name

RECENTLY = 10**10


def spend(user_id: str, cents: int, name: str | None = None) -> Call:
    person = Person(user_id, ("worker",), signed_in_at=RECENTLY, headers=key(name))
    return Call(person, "POST", "/credits/withdrawals", {"amountCents": cents})


def put_right(user_id: str, cents: int, admin: int) -> Call:
    body = {"userId": user_id, "amountCents": cents, "reason": REASON}
    return Call(_admin(admin), "POST", "/credits/adjustments", body)


def take_back(entry_id: str, admin: int) -> Call:
    return Call(_admin(admin), "POST", f"/credits/transactions/{entry_id}/reversal", {"reason": REASON})


def test_concurrent_withdrawals_never_overdraw_a_balance(engine: None, dynamodb: Any) -> None:
    # given R3,000, when 64 clients withdraw R100 each
    grant("worker-1", 300_000)
    payout_account("worker-1")
    answers = at_once([spend("worker-1", 10_000) for _ in range(64)])
    # then thirty succeed, and the others get 409
    assert Counter(answers) == {201: 30, 409: 34}
    assert balance("worker-1") == {"balanceCents": 0, "withdrawableCents": 0, "pendingWithdrawalCents": 300_000}
    assert [entry["balanceAfterCents"] for entry in entries("worker-1")] == list(range(0, 300_001, 10_000))
    assert check_books(_ledger(dynamodb)) == {"worker-1": 0}


def test_concurrent_requests_with_one_key_book_once(engine: None, dynamodb: Any) -> None:
    # when one key is used by 32 clients concurrently
    grant("worker-1", 300_000)
    payout_account("worker-1")
    answers = at_once([spend("worker-1", 10_000, "the same") for _ in range(32)])
    # then all get the same withdrawal
    assert Counter(answers) == {201: 32}
    assert check_books(_ledger(dynamodb)) == {"worker-1": 290_000}
    assert len(entries("worker-1")) == 2


def test_one_of_many_concurrent_reversals_succeeds(engine: None, dynamodb: Any) -> None:
    grant("worker-1", 300_000)
    entry_id = grant("worker-1", 700)
    answers = at_once([take_back(entry_id, number) for number in range(32)])
    assert Counter(answers) == {201: 1, 409: 31}
    assert check_books(_ledger(dynamodb)) == {"worker-1": 300_000}


def test_concurrent_adjustments_by_one_admin_never_exceed_their_limit(engine: None, dynamodb: Any) -> None:
    # when one admin adjusts by R1,000 in 16 requests at once
    known("worker-1")
    answers = at_once([put_right("worker-1", 100_000, 1) for _ in range(16)])
    # then five are booked, and the others wait
    assert Counter(answers) == {201: 5, 202: 11}
    assert check_books(_ledger(dynamodb)) == {"worker-1": 500_000}


def test_of_concurrent_decisions_about_one_proposal_one_stands(engine: None, dynamodb: Any) -> None:
    known("worker-1")
    proposal = adjust("worker-1", 600_000).body["id"]
    path, reason = f"/credits/adjustments/{proposal}/approval", REASON
    calls = [
        Call(_admin(number), "POST", path, {"decision": "refuse" if number % 4 else "approve", "reason": reason})
        for number in range(16)
    ]
    assert Counter(at_once(calls)) == {200: 1, 409: 15}
    assert check_books(_ledger(dynamodb)).get("worker-1", 0) in (0, 600_000)


def test_concurrent_withdrawals_adjustments_and_reversals_keep_the_ledger_consistent(
    engine: None, dynamodb: Any
) -> None:
    # given some entries to reverse, and a small balance
    payout_account("worker-1")
    taken = [grant("worker-1", 10_000) for _ in range(8)]
    # when withdrawals, adjustments and reversals run concurrently
    calls = [spend("worker-1", 10_000) for _ in range(16)]
    calls += [put_right("worker-1", -7_000, number) for number in range(8)]
    calls += [put_right("worker-1", 3_000, 8 + number) for number in range(8)]
    calls += [take_back(entry_id, 16 + number) for number, entry_id in enumerate(taken)]
    answers = at_once(calls)
    # then each took effect completely or not at all
    assert set(answers) == {201, 409}
    booked = Counter(entry["type"] for entry in entries("worker-1"))
    assert sum(booked.values()) == 8 + answers.count(201)
    assert check_books(_ledger(dynamodb))["worker-1"] >= 0


def test_concurrent_adjustments_of_many_people_keep_the_ledger_consistent(engine: None, dynamodb: Any) -> None:
    # when the balances of 64 people are adjusted concurrently, which moves the platform's accounts
    names = [f"worker-{number}" for number in range(64)]
    known(*names)
    rewarded("worker-0", 5_000, "first")
    answers = at_once([put_right(name, 1_000 + number, number) for number, name in enumerate(names)])
    # then
    assert Counter(answers) == {201: 64}
    sums = check_books(_ledger(dynamodb))
    assert sum(sums.values()) == 5_000 + sum(1_000 + number for number in range(64))


def _admin(number: int) -> Person:
    return Person(f"admin-{number}", ("admin",), headers=key())


def _ledger(dynamodb: Any) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name("CreditsTable"), ConsistentRead=True)
    return [plain_item(item) for page in pages for item in page["Items"]]
