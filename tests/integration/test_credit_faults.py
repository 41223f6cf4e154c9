"""Credits when DynamoDB is throttled or its answers are lost, at every call; and how many calls there are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Person
from tests.support.money import (
    SECOND_TREASURER,
    TREASURER,
    apply,
    balance,
    check_books,
    code_of,
    entries,
    grant,
    key,
    known,
    payout_account,
)
from tests.support.stand_in import stored

WORKER = Person("worker-1", ("worker",))
GATE = 1


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("position", range(GATE + 2))
def test_a_withdrawal_that_meets_a_fault_is_made_once(
    position: int, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    # when one call's request or answer is lost, and the client sends the request again
    with monkeypatch.context() as patched:
        _fail(patched, position, lost)
        first = _withdraw("mine")
    again = _withdraw("mine")
    # then the client was told to come back, or the true result; and there is one withdrawal
    assert first.status in (201, 503)
    assert first.status == 201 or "Retry-After" in first.headers
    assert again.status == 201
    assert [entry["amountCents"] for entry in entries("worker-1")] == [-10_000, 30_000]
    assert check_books(stored("credits")) == {"worker-1": 20_000}


@pytest.mark.parametrize("position", range(GATE + 2))
def test_the_second_admins_word_meets_a_fault_and_counts_once(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    known("worker-1")
    body = {"userId": "worker-1", "amountCents": 600_000, "reason": "Settled by the office."}
    assert TREASURER.post("/credits/adjustments", body, headers=key()).status == 202
    header = key()
    with monkeypatch.context() as patched:
        _fail(patched, position, "answer")
        SECOND_TREASURER.post("/credits/adjustments", body, headers=header)
    assert SECOND_TREASURER.post("/credits/adjustments", body, headers=header).status == 201
    assert check_books(stored("credits")) == {"worker-1": 600_000}


def test_each_route_keeps_to_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    known("worker-2")
    code = code_of(Person("referrer-1"))
    entry_id = grant("worker-2", 100)
    calls = _counted(monkeypatch)
    adjustment = {"userId": "worker-2", "amountCents": 600_000, "reason": "Settled by the office."}
    # when, then
    for expected, make in (
        (1, lambda: WORKER.get("/credits/balance")),
        (1, lambda: WORKER.get("/credits/transactions")),
        (1, lambda: WORKER.get("/credits/statement.csv")),
        (GATE + 2, lambda: _withdraw("mine")),
        (GATE + 2, lambda: TREASURER.post("/credits/adjustments", adjustment, headers=key())),
        (GATE + 2, lambda: SECOND_TREASURER.post("/credits/adjustments", adjustment, headers=key())),
        (GATE + 3, lambda: _reverse(entry_id)),
        (1, lambda: Person("referrer-1").get("/referrals/code")),
        (GATE + 2, lambda: Person("referrer-2").get("/referrals/code")),
        (1, lambda: Person("referrer-1").get("/referrals/mine")),
        (1, lambda: Person().get("/referrals/leaderboard")),
        (GATE + 2, lambda: apply(Person("newcomer-1"), code)),
    ):
        calls.clear()
        answer = make()
        assert answer.status < 300, answer.text
        assert len(calls) == expected, calls
    assert balance("worker-2")["balanceCents"] == 600_000


def _withdraw(name: str) -> Any:
    return WORKER.post("/credits/withdrawals", {"amountCents": 10_000}, headers=key(name))


def _reverse(entry_id: str) -> Any:
    path = f"/credits/transactions/{entry_id}/reversal"
    return TREASURER.post(path, {"reason": "Booked in error."}, headers=key())


def _fail(patched: pytest.MonkeyPatch, position: int, lost: str) -> None:
    """Lose the request or the answer of one call."""
    from khaya.platform.base.errors import Unavailable  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    call, left = dynamo._call, [position]

    def failing(operation: Any, **request: Any) -> Any:
        left[0] -= 1
        if left[0] != -1:
            return call(operation, **request)
        if lost == "answer":
            call(operation, **request)
        raise Unavailable

    patched.setattr(dynamo, "_call", failing)


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from khaya.platform.data import dynamo  # noqa: PLC0415

    call, calls = dynamo._call, []

    def counting(operation: Any, **request: Any) -> Any:
        calls.append(operation.__name__)
        return call(operation, **request)

    monkeypatch.setattr(dynamo, "_call", counting)
    return calls
