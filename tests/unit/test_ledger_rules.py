"""The ledger's rules: double entry, balances, maturing rewards and reversals."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.credits.model import MIN_WITHDRAWAL_CENTS, reversal_booking, withdrawal_booking
from khaya.credits.service import COLUMNS
from khaya.ledger.model import REWARDS, Account, Booking, Leg, Movement, apply_bookings, is_guarded, movement_of
from khaya.payout_accounts.model import PayoutAccount
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.statements.model import lines

NOW = "2026-11-21T08:00:00.000Z"
PAYOUT = PayoutAccount(verified=True)

amounts = st.integers(-50_000, 50_000).filter(bool)
people = st.sampled_from(["a", "b", "c"])
types: Any = st.sampled_from(["referral", "reward", "bonus", "deduction", "adjustment"])


@given(st.lists(st.tuples(people, types, amounts), max_size=40))
def test_all_accounts_sum_to_zero_after_any_bookings(wanted: list[tuple[str, Any, int]]) -> None:
    accounts, entries = {name: Account(user_id=name) for name in "abc"}, []
    for number, (user, kind, cents) in enumerate(wanted):
        if kind in REWARDS and cents < 0:
            continue
        booking = Booking(user, kind, cents, against="rewards", source=str(number))
        try:
            accounts, made = apply_bookings(accounts, [booking], NOW)
        except Conflict:
            assert accounts[user].balance_cents + cents < 0
        else:
            entries += made
    movements = [movement_of(entry) for entry in entries]
    against = sum(leg.cents for one in movements for leg in one.legs if not leg.is_of_person)
    assert against + sum(one.balance_cents for one in accounts.values()) == 0
    for name, account in accounts.items():
        own = [entry for entry in entries if entry.user_id == name]
        assert account.balance_cents == sum(entry.amount_cents for entry in own) >= 0
        assert [entry.number for entry in own] == list(range(1, len(own) + 1))
        assert 0 <= account.withdrawable_cents(NOW) <= account.balance_cents
        assert account.withdrawable_cents(clock.plus(NOW, days=14)) == account.balance_cents


def test_several_bookings_on_one_account_add_up() -> None:
    bookings = [
        Booking("a", "referral", 5_000, against="rewards", source="1"),
        Booking("a", "bonus", 25_000, against="rewards", source="2"),
    ]
    after, entries = apply_bookings({"a": Account(user_id="a")}, bookings, NOW)
    assert [entry.balance_after_cents for entry in entries] == [5_000, 30_000]
    assert (after["a"].balance_cents, after["a"].version) == (30_000, 2)


def test_an_unbalanced_movement_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        Movement.balanced("a", [Leg(account="rewards", cents=1), Leg(account="fees", cents=-2)], NOW)


def test_two_legs_of_a_movement_on_one_account_are_refused() -> None:
    legs = [Leg(account="fees", cents=1), Leg(account="fees", cents=1), Leg(account="losses", cents=-2)]
    with pytest.raises(ValueError, match="two legs"):
        Movement.balanced("a", legs, NOW)


@pytest.mark.parametrize("account", ["escrow#1", "payout#1", "refund#a", "person#x"])
def test_accounts_of_one_owner_are_guarded(account: str) -> None:
    assert is_guarded(account)


@pytest.mark.parametrize("account", ["fees", "rewards", "suspense", "providerBalance"])
def test_accounts_of_the_platform_are_not_guarded(account: str) -> None:
    assert not is_guarded(account)


@pytest.mark.parametrize("account", ["", "cash", "wallet#1", "escrow"])
def test_an_unknown_account_is_refused(account: str) -> None:
    with pytest.raises(ValueError, match="no account"):
        is_guarded(account)


def test_matured_rewards_are_dropped_with_the_next_entry() -> None:
    first, _ = apply_bookings({"a": Account(user_id="a")}, [Booking("a", "reward", 50, "rewards", "1")], NOW)
    assert len(first["a"].maturing) == 1
    later, _ = apply_bookings(first, [Booking("a", "adjustment", 1, "adjustments", "2")], clock.plus(NOW, days=14))
    assert later["a"].maturing == []


@given(st.integers(MIN_WITHDRAWAL_CENTS, 10**9), st.integers(0, 10**9))
def test_a_withdrawal_above_the_balance_is_refused(wanted: int, there: int) -> None:
    account = Account(user_id="a", balance_cents=there, version=1)
    if wanted > there:
        with pytest.raises(Conflict):
            withdrawal_booking(account, wanted, PAYOUT, NOW)
    else:
        assert withdrawal_booking(account, wanted, PAYOUT, NOW).cents == -wanted


def test_a_reversed_entry_cannot_be_reversed_again() -> None:
    _, (entry,) = apply_bookings({"a": Account(user_id="a")}, [Booking("a", "reward", 50, "rewards", "1")], NOW)
    assert reversal_booking(entry, "Booked in error.", ("admin",)).cents == -50
    with pytest.raises(Conflict):
        reversal_booking(entry.model_copy(update={"reversed_by": "x"}), "Booked in error.", ("admin",))


@given(st.text(), st.text())
def test_no_text_cell_starts_like_a_formula(source: str, reason: str) -> None:
    entry = {"id": "1", "createdAt": NOW, "type": "adjustment", "amountCents": -1, "balanceAfterCents": 0}
    text = "".join(lines(COLUMNS, [{**entry, "source": source, "reason": reason}]))
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[3] == "-1"
    for cell, value in zip(row[5:], (source, reason), strict=True):
        assert cell.replace("'", "") == value.replace("'", "")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
