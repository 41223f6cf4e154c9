"""Credits with failing calls to DynamoDB at every position, and the number of calls of each route."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from tests.support.client import Person
from tests.support.money import (
    SECOND_TREASURER,
    TREASURER,
    adjust,
    apply,
    approve,
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

pytestmark = pytest.mark.exhaustive

WORKER = Person("worker-1", ("worker",))
GUARD_CALLS = 1


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("position", range(GUARD_CALLS + 2))
def test_given_a_lost_call_when_a_withdrawal_is_repeated_then_it_is_booked_once(
    position: int, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    # when a call's request or answer is lost, and the client repeats its request
    with monkeypatch.context() as patched:
        _fail(patched, position, lost)
        first = _withdraw("mine")
    again = _withdraw("mine")
    # then the first response is 201 or 503, and there is one withdrawal
    assert first.status in (201, 503)
    assert first.status == 201 or "Retry-After" in first.headers
    assert again.status == 201
    assert [entry["amountCents"] for entry in entries("worker-1")] == [-10_000, 30_000]
    assert check_books(stored("credits")) == {"worker-1": 20_000}


@pytest.mark.parametrize("position", range(GUARD_CALLS + 3))
def test_given_a_lost_call_when_an_approval_is_repeated_then_it_is_booked_once(
    position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known("worker-1")
    proposal = adjust("worker-1", 600_000).body["id"]
    with monkeypatch.context() as patched:
        _fail(patched, position, "answer")
        approve(proposal, named="approval")
    assert approve(proposal, named="approval").status == 200
    assert check_books(stored("credits")) == {"worker-1": 600_000}


def test_each_route_makes_its_expected_number_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    known("worker-2")
    code = code_of(Person("referrer-1"))
    entry_id = grant("worker-2", 100)
    calls = _counted(monkeypatch)
    adjustment = {"userId": "worker-2", "amountCents": 600_000, "reason": "Settled by the office."}
    proposal = adjust("worker-2", 600_000).body["id"]
    # when, then
    for expected, make in (
        (GUARD_CALLS + 1, lambda: WORKER.get("/credits/balance")),
        (GUARD_CALLS + 1, lambda: WORKER.get("/credits/transactions")),
        (GUARD_CALLS + 1, lambda: WORKER.get("/credits/statement.csv")),
        (GUARD_CALLS + 2, lambda: _withdraw("mine")),
        (GUARD_CALLS + 2, lambda: TREASURER.post("/credits/adjustments", adjustment, headers=key())),
        (GUARD_CALLS + 1, lambda: SECOND_TREASURER.get("/credits/adjustments")),
        (GUARD_CALLS + 3, lambda: approve(proposal)),
        (GUARD_CALLS + 3, lambda: _reverse(entry_id)),
        (GUARD_CALLS + 1, lambda: Person("referrer-1").get("/referrals/code")),
        (2 * GUARD_CALLS + 2, lambda: Person("referrer-2").get("/referrals/code")),
        (GUARD_CALLS + 1, lambda: Person("referrer-1").get("/referrals/mine")),
        (1, lambda: Person().get("/referrals/leaderboard")),
        (GUARD_CALLS + 2, lambda: apply(Person("newcomer-1"), code)),
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
    """Lose the request or the answer of the call at a position."""

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
    call, calls = dynamo._call, []

    def counting(operation: Any, **request: Any) -> Any:
        calls.append(operation.__name__)
        return call(operation, **request)

    monkeypatch.setattr(dynamo, "_call", counting)
    return calls
