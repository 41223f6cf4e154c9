"""Booking on people's accounts: the one way in which credits move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from khaya.ledger import store
from khaya.ledger.model import Account, Booking, Entry, EntryType, Leg, Movement, booked, moved
from khaya.platform.data.unit_of_work import UnitOfWork, read_together


def book(
    accounts: Mapping[str, Account], bookings: Sequence[Booking], *, now: str, unit_of_work: UnitOfWork
) -> list[Entry]:
    """Book on accounts as they were read: balances, entries, movements and the house's side are one transaction.

    Call it once in a unit of work, with all its bookings: several on one account must count each other in.

    Raises:
        Conflict: a balance would go below zero.
    """
    after, entries = booked(accounts, bookings, now)
    unit_of_work.add(*(store.change(accounts[user], after[user]) for user in accounts if after[user] != accounts[user]))
    unit_of_work.add(*(store.enter(entry) for entry in entries))
    unit_of_work.add(*store.record([moved(entry) for entry in entries]))
    return entries


def reward(
    user_id: str,
    cents: int,
    *,
    type: EntryType,  # noqa: A002 - the word that an entry has for it
    source: str,
    reason: str | None,
    now: str,
    unit_of_work: UnitOfWork,
) -> Entry | None:
    """Give a person credits for a cause, once: None, and nothing is added to `unit`, where it was booked before.

    One read, of the account and of the cause. `source` names the cause, for example `first-story:<userId>`.
    """
    account, earlier = read_together([store.account_key(user_id), store.movement_key(source)])
    if earlier is not None:
        return None
    accounts = {user_id: store.read_account(account, user_id)}
    booking = Booking(user_id, type, cents, against="rewards", source=source, reason=reason)
    (entry,) = book(accounts, [booking], now=now, unit_of_work=unit_of_work)
    return entry


def transfer(source: str, legs: Iterable[Leg], *, now: str, unit_of_work: UnitOfWork) -> None:
    """Move money between the house's own accounts.

    Raises:
        ValueError: the legs do not sum to zero.
    """
    unit_of_work.add(*store.record([Movement.balanced(source, legs, now)]))
