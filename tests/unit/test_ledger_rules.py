"""The ledger's rules by themselves: double entry, balances, rewards that mature, what may be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.credits.model import LEAST_WITHDRAWAL_CENTS, reversal, withdrawal
from khaya.credits.statement import lines
from khaya.ledger.model import REWARDS, Account, Booking, Leg, Movement, booked, moved
from khaya.ledger.store import _by_shard
from khaya.payouts.model import PayoutAccount
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict

NOW = "2026-11-21T08:00:00.000Z"
PAYOUT = PayoutAccount(verified=True)

amounts = st.integers(-50_000, 50_000).filter(bool)
people = st.sampled_from(["a", "b", "c"])
types: Any = st.sampled_from(["referral", "reward", "bonus", "deduction", "adjustment"])


@given(st.lists(st.tuples(people, types, amounts), max_size=40))
def test_whatever_is_booked_the_books_balance(wanted: list[tuple[str, Any, int]]) -> None:
    accounts, entries = {name: Account(user_id=name) for name in "abc"}, []
    for number, (user, kind, cents) in enumerate(wanted):
        if kind in REWARDS and cents < 0:
            continue
        booking = Booking(user, kind, cents, against="rewards", source=str(number))
        try:
            accounts, made = booked(accounts, [booking], NOW)
        except Conflict:
            assert accounts[user].balance_cents + cents < 0
        else:
            entries += made
    movements = [moved(entry) for entry in entries]
    assert sum(_by_shard(movements).values()) + sum(one.balance_cents for one in accounts.values()) == 0
    for name, account in accounts.items():
        own = [entry for entry in entries if entry.user_id == name]
        assert account.balance_cents == sum(entry.amount_cents for entry in own) >= 0
        assert [entry.number for entry in own] == list(range(1, len(own) + 1))
        assert 0 <= account.withdrawable_cents(NOW) <= account.balance_cents
        assert account.withdrawable_cents(clock.plus(NOW, days=14)) == account.balance_cents


def test_several_bookings_on_one_account_count_each_other_in() -> None:
    bookings = [
        Booking("a", "referral", 5_000, against="rewards", source="1"),
        Booking("a", "bonus", 25_000, against="rewards", source="2"),
    ]
    after, entries = booked({"a": Account(user_id="a")}, bookings, NOW)
    assert [entry.balance_after_cents for entry in entries] == [5_000, 30_000]
    assert (after["a"].balance_cents, after["a"].version) == (30_000, 2)


def test_a_movement_that_does_not_balance_is_never_made() -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        Movement.balanced("a", [Leg(account="rewards", cents=1), Leg(account="provider", cents=-2)], NOW)


def test_the_houses_accounts_are_spread_over_many_items() -> None:
    movements = [
        moved(booked({user: Account(user_id=user)}, [Booking(user, "reward", 1, "rewards", user)], NOW)[1][0])
        for user in map(str, range(500))
    ]
    shards = _by_shard(movements)
    assert len(shards) == 16
    assert max(-cents for cents in shards.values()) < 60


def test_matured_rewards_are_dropped_with_the_next_entry() -> None:
    first, _ = booked({"a": Account(user_id="a")}, [Booking("a", "reward", 50, "rewards", "1")], NOW)
    assert len(first["a"].maturing) == 1
    later, _ = booked(first, [Booking("a", "adjustment", 1, "adjustments", "2")], clock.plus(NOW, days=14))
    assert later["a"].maturing == []


@given(st.integers(LEAST_WITHDRAWAL_CENTS, 10**9), st.integers(0, 10**9))
def test_no_more_is_withdrawn_than_there_is(wanted: int, there: int) -> None:
    account = Account(user_id="a", balance_cents=there, version=1)
    if wanted > there:
        with pytest.raises(Conflict):
            withdrawal(account, wanted, PAYOUT, NOW)
    else:
        assert withdrawal(account, wanted, PAYOUT, NOW).cents == -wanted


def test_what_was_taken_back_cannot_be_taken_back_again() -> None:
    _, (entry,) = booked({"a": Account(user_id="a")}, [Booking("a", "reward", 50, "rewards", "1")], NOW)
    assert reversal(entry, "Booked in error.", "admin").cents == -50
    with pytest.raises(Conflict):
        reversal(entry.model_copy(update={"reversed_by": "x"}), "Booked in error.", "admin")


@given(st.text(), st.text())
def test_no_cell_of_text_begins_like_a_formula(source: str, reason: str) -> None:
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    entry = {"id": "1", "createdAt": NOW, "type": "adjustment", "amountCents": -1, "balanceAfterCents": 0}
    text = "".join(lines([{**entry, "source": source, "reason": reason}]))
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[3] == "-1"
    for cell, value in zip(row[5:], (source, reason), strict=True):
        assert cell.replace("'", "") == value.replace("'", "")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
