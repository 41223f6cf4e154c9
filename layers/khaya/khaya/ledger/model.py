"""Movements of money in double entry, the accounts they move between, and the entries that people see.

A movement is a balanced set of legs over accounts: what one account gives another receives, so all accounts together
always sum to zero. A person's account is one item with a running balance and a number for each change; an entry is
what a leg on it leaves behind, for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents, rand

EntryType = Literal["referral", "reward", "bonus", "deduction", "withdrawal", "adjustment", "reversal"]
WithdrawalStatus = Literal["pending", "paid", "failed"]
HouseAccount = Literal["rewards", "adjustments", "withdrawals", "provider"]
"""The marketplace's own accounts: what rewards are paid from, what admins correct against, what is on its way out, and
the payment provider, through whom money enters and leaves."""

REWARDS: Final[frozenset[EntryType]] = frozenset({"referral", "reward", "bonus"})
MATURING_DAYS = 14
"""Days after which a reward can be withdrawn."""


class Maturing(Model):
    """A reward that cannot be withdrawn yet."""

    entry_id: str
    cents: Cents
    until: str


class Account(Model):
    """A person's credits.

    Attributes:
        version: counts the changes, and so orders the entries.
        maturing: the rewards that could not be withdrawn yet at the last change.
    """

    user_id: str
    balance_cents: Count = 0
    pending_withdrawal_cents: Count = 0
    maturing: list[Maturing] = []
    version: Count = 0

    def withdrawable_cents(self, now: str) -> int:
        """What can be withdrawn: the balance without the rewards of the last fourteen days."""
        locked = sum(reward.cents for reward in self.maturing if reward.until > now)
        return max(0, self.balance_cents - locked)

    def with_entry(self, entry: Entry, *, pending_cents: int) -> Account:
        """The account after an entry that was made out for it. `pending_cents`: see `Booking`."""
        maturing = [reward for reward in self.maturing if reward.until > entry.created_at]
        if entry.type in REWARDS:
            until = clock.plus(entry.created_at, days=MATURING_DAYS)
            maturing.append(Maturing(entry_id=entry.id, cents=entry.amount_cents, until=until))
        if entry.reversal_of is not None:
            maturing = [reward for reward in maturing if reward.entry_id != entry.reversal_of]
        return self.model_copy(
            update={
                "balance_cents": entry.balance_after_cents,
                "pending_withdrawal_cents": self.pending_withdrawal_cents + pending_cents,
                "maturing": maturing,
                "version": entry.number,
            }
        )

    def with_paid_withdrawal(self, cents: int) -> Account:
        """The account when so much of the withdrawals under way has arrived."""
        pending = self.pending_withdrawal_cents - cents
        return self.model_copy(update={"pending_withdrawal_cents": pending, "version": self.version + 1})


class Entry(Model):
    """One line of a person's ledger. Its amount, balance and cause never change.

    Attributes:
        number: the account's version that it made; gives the order of entries.
        against: the account on the other side.
        source: the cause, which is booked once.
        reversal_of: the entry that this one takes back.
        reversed_by: the entry that took this one back.
        booked_by: the admins who asked for it.
    """

    id: str
    user_id: str
    number: int
    type: EntryType
    amount_cents: Cents
    balance_after_cents: Count
    against: HouseAccount
    source: str
    reason: str | None = None
    reversal_of: str | None = None
    reversed_by: str | None = None
    withdrawal_status: WithdrawalStatus | None = None
    booked_by: tuple[str, ...] = ()
    created_at: str


class Leg(Model):
    """What one account gains, or loses where `cents` is negative."""

    account: str
    cents: Cents


class Movement(Model):
    """Money that moved: the journal's record of it, which at the same time holds that its source is booked once."""

    source: str
    legs: Annotated[tuple[Leg, ...], Field(min_length=2)]
    created_at: str

    @classmethod
    def balanced(cls, source: str, legs: Iterable[Leg], now: str) -> Movement:
        """A movement whose legs cancel out.

        Raises:
            ValueError: they do not.
        """
        movement = cls(source=source, legs=tuple(legs), created_at=now)
        if sum(leg.cents for leg in movement.legs):
            raise ValueError(f"the legs of {source} do not sum to zero")
        return movement


@dataclass(frozen=True)
class Booking:
    """What is to be entered on a person's account, against one of the house's.

    Attributes:
        pending_cents: what it adds to the withdrawals under way; negative where it ends one.
        booked_by: the admins who asked for it.
        id: the entry's, where it must be known beforehand.
    """

    user_id: str
    type: EntryType
    cents: int
    against: HouseAccount
    source: str
    reason: str | None = None
    reversal_of: str | None = None
    withdrawal_status: WithdrawalStatus | None = None
    pending_cents: int = 0
    booked_by: tuple[str, ...] = ()
    id: str | None = None


def person(user_id: str) -> str:
    """The name of a person's account in the legs of movements."""
    return f"person#{user_id}"


def entered(account: Account, booking: Booking, now: str) -> Entry:
    """The entry that a booking makes on the account.

    Raises:
        Conflict: the balance would go below zero.
    """
    balance = account.balance_cents + booking.cents
    if balance < 0:
        raise Conflict(f"The balance is {rand(account.balance_cents)}, and it cannot go below zero.")
    return Entry(
        id=booking.id or new_id(),
        user_id=account.user_id,
        number=account.version + 1,
        type=booking.type,
        amount_cents=booking.cents,
        balance_after_cents=balance,
        against=booking.against,
        source=booking.source,
        reason=booking.reason,
        reversal_of=booking.reversal_of,
        withdrawal_status=booking.withdrawal_status,
        booked_by=booking.booked_by,
        created_at=now,
    )


def moved(entry: Entry) -> Movement:
    """The movement behind an entry."""
    legs = [
        Leg(account=person(entry.user_id), cents=entry.amount_cents),
        Leg(account=entry.against, cents=-entry.amount_cents),
    ]
    return Movement.balanced(entry.source, legs, entry.created_at)


def booked(
    accounts: Mapping[str, Account], bookings: Iterable[Booking], now: str
) -> tuple[dict[str, Account], list[Entry]]:
    """The accounts after all bookings, and the entries these make, in order.

    Raises:
        Conflict: a balance would go below zero.
    """
    after, entries = dict(accounts), []
    for booking in bookings:
        entry = entered(after[booking.user_id], booking, now)
        after[booking.user_id] = after[booking.user_id].with_entry(entry, pending_cents=booking.pending_cents)
        entries.append(entry)
    return after, entries
