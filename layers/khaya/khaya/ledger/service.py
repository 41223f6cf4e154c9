"""Bookings on people's accounts. All credits move through this module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from khaya.ledger import store
from khaya.ledger.model import (
    Account,
    Booking,
    Entry,
    EntryType,
    Leg,
    Movement,
    apply_bookings,
    movement_of,
    take_back_booking,
)
from khaya.platform.base.errors import Conflict
from khaya.platform.base.money import rand
from khaya.platform.data.unit_of_work import UnitOfWork, read_together


def book(
    accounts: Mapping[str, Account], bookings: Sequence[Booking], *, now: str, unit_of_work: UnitOfWork
) -> list[Entry]:
    """Book on accounts as they were read; balances, entries and movements change in one transaction.

    Call it once in a unit of work with all bookings, since each call computes balances from the accounts as read.

    Raises:
        Conflict: a balance would go below zero.
    """
    after, entries = apply_bookings(accounts, bookings, now)
    changed = [user for user in accounts if after[user] != accounts[user]]
    unit_of_work.add(*(store.update_account(accounts[user], after[user]) for user in changed))
    unit_of_work.add(*(store.put_entry(entry) for entry in entries))
    unit_of_work.add(*store.put_movements([movement_of(entry) for entry in entries]))
    return entries


def reward(
    user_id: str,
    cents: int,
    *,
    type: EntryType,  # noqa: A002 - the entry's field
    source: str,
    reason: str | None,
    now: str,
    unit_of_work: UnitOfWork,
) -> Entry | None:
    """Give a person credits for a cause, once; returns None and adds no write if the cause was booked before.

    One read, of the account and of the movement. `source` names the cause, for example `first-story:<userId>`.
    """
    account, earlier = read_together([store.account_key(user_id), store.movement_key(source)])
    if earlier is not None:
        return None
    accounts = {user_id: store.read_account(account, user_id)}
    booking = Booking(user_id, type, cents, against="rewards", source=source, reason=reason)
    entry, *_ = book(accounts, [booking], now=now, unit_of_work=unit_of_work)  # a repayment may follow
    return entry


def forfeit(account: Account, cents: int | None, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Book a person's whole balance as forfeited, if nothing else is booked on the account meanwhile.

    Raises:
        Conflict: `cents`, or none, is not the balance.
    """
    if (cents or 0) != account.balance_cents:
        raise Conflict(
            f"The balance of credits is {rand(account.balance_cents)}. Withdraw it, or send it as forfeitCents.",
            code="credits_left",
            params={"balanceCents": account.balance_cents},
        )
    if not account.balance_cents:
        unit_of_work.add(store.require_unchanged(account))
        return
    booking = Booking(
        account.user_id,
        "deduction",
        -account.balance_cents,
        against="adjustments",
        source=f"forfeited:{account.user_id}",
        reason="Forfeited when the account was erased",
    )
    book({account.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)


def move(source: str, legs: Iterable[tuple[str, int]], *, now: str, unit_of_work: UnitOfWork) -> None:
    """Move cents between accounts other than people's credits; legs of zero are left out.

    Raises:
        ValueError: the legs do not sum to zero, or one is on a person's credits, which needs an entry: see `book`.
    """
    moved = [Leg(account=account, cents=cents) for account, cents in legs if cents]
    if any(leg.is_of_person for leg in moved):
        raise ValueError(f"{source} moves a person's credits without an entry")
    if moved:
        unit_of_work.add(*store.put_movements([Movement.balanced(source, moved, now)]))


def take_back(account: Account, cents: int, *, source: str, reason: str, now: str, unit_of_work: UnitOfWork) -> None:
    """Take a reward back. What the balance does not cover is a loss of the platform, until later rewards repay it."""
    after = account
    booking = take_back_booking(account, cents, source, reason)
    owed = cents + (booking.cents if booking else 0)
    if owed:
        after = account.owing(owed)
        move(f"{source}:owed", [("losses", -owed), ("rewards", owed)], now=now, unit_of_work=unit_of_work)
    if booking is not None:
        accounts, entries = apply_bookings({account.user_id: after}, [booking], now)
        after = accounts[account.user_id]
        unit_of_work.add(*(store.put_entry(entry) for entry in entries))
        unit_of_work.add(*store.put_movements([movement_of(entry) for entry in entries]))
    unit_of_work.add(store.update_account(account, after))
