"""Balances, transactions, withdrawals, adjustments and reversals over the API."""

from __future__ import annotations

import pytest

from khaya.ledger import service as ledger
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import UnitOfWork
from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.money import (
    REASON,
    SECOND_TREASURER,
    TREASURER,
    adjust,
    balance,
    check_books,
    entries,
    everything,
    grant,
    key,
    known,
    payout_account,
    reverse,
    rewarded,
    withdraw,
)
from tests.support.payments import check_money, settle_withdrawal
from tests.support.stand_in import stored

WORKER = Person("worker-1", ("worker",))


def test_a_new_person_has_a_balance_of_zero() -> None:
    assert balance("worker-1") == {"balanceCents": 0, "withdrawableCents": 0, "pendingWithdrawalCents": 0}
    assert entries("worker-1") == []


def test_an_adjustment_shows_in_balance_and_entries(clock: Clock) -> None:
    # given
    known("worker-1")
    # when
    answer = adjust("worker-1", 12_345)
    # then
    assert answer.status == 201
    assert "Location" not in answer.headers, "no route shows it"
    assert answer.body == {
        "id": answer.body["id"],
        "userId": "worker-1",
        "type": "adjustment",
        "amountCents": 12_345,
        "balanceAfterCents": 12_345,
        "source": f"adjustment:{answer.body['id']}",
        "reason": REASON,
        "reversalOf": None,
        "reversedBy": None,
        "withdrawalStatus": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
    }
    assert entries("worker-1") == [answer.body]
    assert balance("worker-1")["balanceCents"] == 12_345
    assert check_books(stored("credits")) == {"worker-1": 12_345}


def test_entries_come_newest_first_each_with_the_balance_after_it() -> None:
    # given seven entries of one moment
    for cents in (500, 400, 300, -200, 100, -50, 7):
        grant("worker-1", cents)
    grant("worker-2", 999)
    # when they are read two at a time
    found = everything(WORKER, "/credits/transactions", limit=2)
    # then
    assert [entry["amountCents"] for entry in found] == [7, -50, 100, -200, 300, 400, 500]
    assert [entry["balanceAfterCents"] for entry in found] == [1057, 1050, 1100, 1000, 1200, 900, 500]


def test_a_cursor_of_another_person_is_refused() -> None:
    grant("worker-1", 1)
    grant("worker-1", 2)
    page = WORKER.get("/credits/transactions", query={"limit": "1"})
    taken = Person("worker-2").get("/credits/transactions", query={"cursor": page.body["nextCursor"]})
    assert taken.status == 400


def test_rewards_can_be_withdrawn_fourteen_days_after_they_were_earned(clock: Clock) -> None:
    # given R100 that can be withdrawn and two rewards of R50, a day apart
    worker = Person("worker-1", signed_in_at=10**10)
    grant("worker-1", 10_000)
    payout_account("worker-1")
    rewarded("worker-1", 5_000, "a")
    clock.tick(days=1)
    rewarded("worker-1", 5_000, "b")
    assert balance("worker-1")["withdrawableCents"] == 10_000
    assert withdraw(worker, 10_001).status == 409
    # when fourteen days have passed since the first
    clock.tick(days=12, hours=23, minutes=59, seconds=59)
    assert balance("worker-1")["withdrawableCents"] == 10_000
    clock.tick(seconds=1)
    # then
    assert balance("worker-1")["withdrawableCents"] == 15_000
    assert withdraw(worker, 15_000).status == 201
    assert balance("worker-1") == {"balanceCents": 5_000, "withdrawableCents": 0, "pendingWithdrawalCents": 15_000}
    clock.tick(days=1)
    assert balance("worker-1")["withdrawableCents"] == 5_000


def test_a_withdrawal_reduces_the_balance_at_once_and_is_pending() -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    # when
    answer = withdraw(WORKER, 10_000)
    # then
    assert answer.status == 201
    assert (answer.body["type"], answer.body["amountCents"], answer.body["balanceAfterCents"]) == (
        "withdrawal",
        -10_000,
        20_000,
    )
    assert answer.body["withdrawalStatus"] == "pending"
    assert answer.body["source"] == f"withdrawal:{answer.body['id']}"
    assert balance("worker-1") == {
        "balanceCents": 20_000,
        "withdrawableCents": 20_000,
        "pendingWithdrawalCents": 10_000,
    }
    check_books(stored("credits"))


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (None, "no payout account"),
        ({"verified": False}, "not verified"),
        ({"usableFrom": "2026-11-21T08:00:00.001Z"}, "can be used from"),
    ],
)
def test_a_withdrawal_needs_a_payout_account_that_can_be_used_now(account: dict[str, object] | None, said: str) -> None:
    grant("worker-1", 30_000)
    if account is not None:
        payout_account("worker-1", **account)
    answer = withdraw(WORKER, 10_000)
    assert (answer.status, said in answer.body["detail"]) == (409, True)
    assert balance("worker-1")["balanceCents"] == 30_000


def test_a_changed_payout_account_is_usable_after_a_day(clock: Clock) -> None:
    grant("worker-1", 30_000)
    payout_account("worker-1", usableFrom="2026-11-21T08:00:00.000Z")
    assert withdraw(WORKER, 10_000).status == 201


def test_a_withdrawal_needs_a_recent_sign_in(clock: Clock) -> None:
    grant("worker-1", 30_000)
    payout_account("worker-1")
    early = Person("worker-1", ("worker",), signed_in_at=1_795_248_000 - 600)
    refused = withdraw(early, 10_000)
    assert (refused.status, refused.body["code"]) == (403, "recent_sign_in_required")
    assert withdraw(Person("worker-1", ("worker",), signed_in_at=1_795_248_000 - 599), 10_000).status == 201


@pytest.mark.parametrize("cents", [9_999, 0, -10_000, 10_000.5, "10000", None])
def test_withdrawals_begin_at_r100(cents: object) -> None:
    answer = WORKER.post("/credits/withdrawals", {"amountCents": cents}, headers=key())
    assert (answer.status, answer.fields) == (422, {"amountCents"})


def test_a_withdrawal_above_the_withdrawable_balance_is_refused() -> None:
    grant("worker-1", 10_000)
    payout_account("worker-1")
    assert withdraw(WORKER, 2**53 - 1).status == 409
    assert withdraw(WORKER, 10_001).status == 409
    assert withdraw(WORKER, 10_000).status == 201
    assert withdraw(WORKER, 10_000).status == 409


@pytest.mark.parametrize(
    "path", ["/credits/withdrawals", "/credits/adjustments", "/credits/transactions/some/reversal"]
)
def test_requests_that_move_money_need_an_idempotency_key(path: str) -> None:
    assert TREASURER.post(path, {}).status == 400


def test_a_request_repeated_with_its_key_has_one_effect_and_one_answer() -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    # when
    first, again = withdraw(WORKER, 10_000, "mine"), withdraw(WORKER, 10_000, "mine")
    other = withdraw(WORKER, 10_001, "mine")
    elsewhere = withdraw(Person("worker-2"), 10_000, "mine")
    # then
    assert (first.status, again.status, other.status, elsewhere.status) == (201, 201, 422, 409)
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert balance("worker-1")["balanceCents"] == 20_000


def test_a_refused_request_may_be_sent_again_with_the_same_key() -> None:
    grant("worker-1", 30_000)
    assert withdraw(WORKER, 10_000, "mine").status == 409
    payout_account("worker-1")
    assert withdraw(WORKER, 10_000, "mine").status == 201


# Results of withdrawals


def test_a_paid_withdrawal_is_no_longer_pending() -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    entry_id = withdraw(WORKER, 10_000).body["id"]
    # when its payout is looked at twice, and an admin wants to give it back
    for _ in range(2):
        assert settle_withdrawal(entry_id, "paid").status == "paid"
    assert settle_withdrawal(entry_id, "failed").status == "paid"
    # then
    assert entries("worker-1")[0]["withdrawalStatus"] == "paid"
    assert balance("worker-1") == {"balanceCents": 20_000, "withdrawableCents": 20_000, "pendingWithdrawalCents": 0}
    check_money()


def test_only_an_admin_returns_a_withdrawal_to_the_balance_and_once() -> None:
    # given
    grant("worker-1", 30_000)
    payout_account("worker-1")
    entry_id = withdraw(WORKER, 10_000).body["id"]
    # when an admin decides so twice
    for _ in range(2):
        assert settle_withdrawal(entry_id, "failed").status == "credited"
    assert settle_withdrawal(entry_id, "paid").status == "credited"
    # then
    back, out, _ = entries("worker-1")
    assert (out["withdrawalStatus"], out["reversedBy"]) == ("failed", back["id"])
    assert (back["type"], back["amountCents"], back["reversalOf"]) == ("reversal", 10_000, entry_id)
    assert balance("worker-1") == {"balanceCents": 30_000, "withdrawableCents": 30_000, "pendingWithdrawalCents": 0}
    check_money()


# Adjustments


def test_an_adjustment_never_takes_a_balance_below_zero() -> None:
    grant("worker-1", 100)
    assert adjust("worker-1", -101).status == 409
    assert adjust("worker-1", -100).status == 201
    assert balance("worker-1")["balanceCents"] == 0


def test_an_admin_cannot_adjust_their_own_balance() -> None:
    known(TREASURER.user_id or "")
    assert adjust(TREASURER.user_id or "", 100).status == 403
    assert adjust(TREASURER.user_id or "", 900_000).status == 403


def test_an_adjustment_for_an_unknown_person_is_not_found() -> None:
    assert adjust("nobody", 100).status == 404
    # and the id of an admin's decision is not a person's
    known("admin-1", "worker-1")
    suspended = {"status": "suspended", "reason": "Spam in every bid."}
    assert Person("admin-1", ("admin",)).patch("/admin/users/worker-1", suspended).status == 200
    (decision,) = [row["userId"] for row in stored("users") if "#" in row["userId"]]
    assert adjust(decision, 100).status == 404


def test_a_large_adjustment_below_zero_is_refused_to_the_first_admin() -> None:
    known("worker-1")
    assert adjust("worker-1", -600_000).status == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amountCents": 0}, "amountCents"),
        ({"amountCents": 100_000_001}, "amountCents"),
        ({"amountCents": -100_000_001}, "amountCents"),
        ({"amountCents": True}, "amountCents"),
        ({"amountCents": 1.5}, "amountCents"),
        ({"reason": "too short"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a control\x07 character"}, "reason"),
        ({"userId": ""}, "userId"),
        ({"source": "mine"}, "source"),
    ],
)
def test_an_invalid_adjustment_is_refused_by_its_field(change: dict[str, object], field: str) -> None:
    body = {"userId": "worker-1", "amountCents": 100, "reason": REASON, **change}
    answer = TREASURER.post("/credits/adjustments", body, headers=key())
    assert (answer.status, answer.fields) == (422, {field})


# Reversals


def test_a_reversal_books_the_opposite_once() -> None:
    # given
    entry_id = grant("worker-1", 700)
    # when
    answer = reverse(entry_id)
    # then
    assert (answer.status, answer.body["type"], answer.body["amountCents"]) == (201, "reversal", -700)
    assert (answer.body["reversalOf"], answer.body["source"]) == (entry_id, f"reversal:{entry_id}")
    assert entries("worker-1")[1]["reversedBy"] == answer.body["id"]
    assert balance("worker-1")["balanceCents"] == 0
    # and neither the entry nor the reversal can be reversed
    assert reverse(entry_id).status == 409
    assert reverse(answer.body["id"]).status == 409
    assert check_books(stored("credits")) == {"worker-1": 0}


def test_a_reversal_never_takes_a_balance_below_zero() -> None:
    entry_id = grant("worker-1", 700)
    grant("worker-1", -1)
    assert reverse(entry_id).status == 409
    assert entries("worker-1")[1]["reversedBy"] is None


def test_a_deduction_can_be_reversed() -> None:
    grant("worker-1", 700)
    entry_id = grant("worker-1", -300)
    assert reverse(entry_id).status == 201
    assert balance("worker-1")["balanceCents"] == 700


def test_a_reversed_reward_no_longer_reduces_the_withdrawable_balance() -> None:
    # given R100 and a reward that has not matured
    grant("worker-1", 10_000)
    entry_id = rewarded("worker-1", 5_000, "a")
    # when
    assert reverse(entry_id).status == 201
    # then
    assert balance("worker-1") == {"balanceCents": 10_000, "withdrawableCents": 10_000, "pendingWithdrawalCents": 0}


def test_a_withdrawal_cannot_be_reversed() -> None:
    grant("worker-1", 30_000)
    payout_account("worker-1")
    assert reverse(withdraw(WORKER, 10_000).body["id"]).status == 409


def test_an_admin_cannot_reverse_their_own_entry() -> None:
    entry_id = grant(SECOND_TREASURER.user_id or "", 100)
    assert reverse(entry_id, SECOND_TREASURER).status == 403


@pytest.mark.parametrize("entry_id", ["gone", "account%23worker-1", "movement%23a"])
def test_only_entries_are_reversed(entry_id: str) -> None:
    rewarded("worker-1", 100, "a")
    assert reverse(entry_id).status == 404


def test_the_same_cause_never_pays_twice() -> None:
    # given
    rewarded("worker-1", 5_000, "a")
    # when
    unit_of_work = UnitOfWork()
    again = ledger.reward(
        "worker-1", 5_000, type="reward", source="a", reason=None, now=clock.now(), unit_of_work=unit_of_work
    )
    # then
    assert again is None
    assert unit_of_work.writes == []


def test_the_balance_of_another_person_is_not_shown() -> None:
    assert VISITOR.get("/credits/balance").status == 401
    assert WORKER.get("/credits/balance", query={"userId": "worker-2"}).status == 422
