"""Double-entry bookkeeping: accounts, movements between them, and the entries that people see.

A movement is a balanced set of legs over accounts, so all accounts together always sum to zero. What the platform owes
or has earned is positive, what it owns or has spent is negative. There are two kinds of account:

* Guarded accounts hold a balance that never goes below zero: a person's credits, an escrow, a payout, a refund. Each
  leg on a person's credits also creates one permanent entry.
* Platform accounts hold no balance; it is the sum of their legs. So none of them is one hot item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents, rand

EntryType = Literal["referral", "reward", "bonus", "deduction", "withdrawal", "adjustment", "reversal"]
WithdrawalStatus = Literal["pending", "paid", "failed"]
PlatformAccount = Literal[
    "rewards",
    "adjustments",
    "fees",
    "providerFees",
    "losses",
    "suspense",
    "providerUnsettled",
    "providerBalance",
    "providerBank",
]
"""The platform's own accounts: what rewards and adjustments cost, the fees it earned, what the provider charged, what
was lost, money that matches nothing, and the money at the provider: not settled yet, its balance, and paid to the bank.
"""

GuardedKind = Literal["person", "escrow", "payout", "refund"]

PLATFORM_ACCOUNTS: Final = frozenset(get_args(PlatformAccount))

REWARDS: Final[frozenset[EntryType]] = frozenset({"referral", "reward", "bonus"})
MATURITY_DAYS = 14
"""Days until a reward can be withdrawn."""


class Maturing(Model):
    """A reward that cannot be withdrawn yet."""

    entry_id: str
    cents: Cents
    until: str


class Account(Model):
    """A person's credits.

    Attributes:
        version: the number of changes; it also numbers the entries.
        maturing: the rewards that could not be withdrawn yet at the last change.
        owed_cents: what was taken back and the balance did not cover; later rewards repay it.
    """

    user_id: str
    balance_cents: Count = 0
    pending_withdrawal_cents: Count = 0
    maturing: list[Maturing] = []
    owed_cents: Count = 0
    version: Count = 0

    def withdrawable_cents(self, now: str) -> int:
        """Cents that can be withdrawn: the balance without the rewards of the last fourteen days."""
        locked = sum(reward.cents for reward in self.maturing if reward.until > now)
        return max(0, self.balance_cents - locked)

    def with_entry(self, entry: "Entry", *, pending_cents: int) -> "Account":
        """The account after `entry`. `pending_cents` is that of the `Booking`."""
        maturing = [reward for reward in self.maturing if reward.until > entry.created_at]
        if entry.type in REWARDS:
            until = clock.plus(entry.created_at, days=MATURITY_DAYS)
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

    def owing(self, cents: int) -> "Account":
        """The account with so much more, or with negative `cents` so much less, that later rewards repay."""
        return self.model_copy(update={"owed_cents": self.owed_cents + cents, "version": self.version + 1})

    def with_pending_withdrawal(self, cents: int) -> "Account":
        """The account after its pending withdrawals changed by `cents`, negative when one was paid."""
        pending = self.pending_withdrawal_cents + cents
        return self.model_copy(update={"pending_withdrawal_cents": pending, "version": self.version + 1})


class Entry(Model):
    """One line of a person's ledger. Its amount, balance and source never change.

    Attributes:
        number: the account's version after the entry; it orders the entries.
        against: the account on the other side.
        source: the cause; each cause is booked once.
        reversal_of: the entry that this one reverses.
        reversed_by: the entry that reversed this one.
        booked_by: the admins who asked for it.
    """

    id: str
    user_id: str
    number: int
    type: EntryType
    amount_cents: Cents
    balance_after_cents: Count
    against: str
    source: str
    reason: str | None = None
    reversal_of: str | None = None
    reversed_by: str | None = None
    withdrawal_status: WithdrawalStatus | None = None
    booked_by: tuple[str, ...] = ()
    created_at: str


class Leg(Model):
    """One account's part in a movement; negative `cents` are taken from the account."""

    account: str
    cents: Cents

    @property
    def is_of_person(self) -> bool:
        """Whether it is a leg on a person's credits."""
        return self.account.startswith("person#")


class Movement(Model):
    """Money that moved. The stored movement also ensures that its source is booked once."""

    source: str
    legs: Annotated[tuple[Leg, ...], Field(min_length=2)]
    created_at: str

    @classmethod
    def balanced(cls, source: str, legs: Iterable[Leg], now: str) -> "Movement":
        """A movement whose legs sum to zero.

        Raises:
            ValueError: the legs do not sum to zero.
        """
        movement = cls(source=source, legs=tuple(legs), created_at=now)
        if sum(leg.cents for leg in movement.legs):
            raise ValueError(f"the legs of {source} do not sum to zero")
        if len({leg.account for leg in movement.legs}) < len(movement.legs):
            raise ValueError(f"{source} has two legs on one account")
        return movement


@dataclass(frozen=True)
class Booking:
    """An entry to be booked on a person's account, against another account.

    Attributes:
        pending_cents: the change of the account's pending withdrawals; negative when one ends.
        booked_by: the admins who asked for it.
        id: the entry's id, if it must be known beforehand.
    """

    user_id: str
    type: EntryType
    cents: int
    against: str
    source: str
    reason: str | None = None
    reversal_of: str | None = None
    withdrawal_status: WithdrawalStatus | None = None
    pending_cents: int = 0
    booked_by: tuple[str, ...] = ()
    id: str | None = None


def guarded(kind: GuardedKind, id: str) -> str:  # noqa: A002 - what it is
    """The name of a guarded account in a leg."""
    return f"{kind}#{id}"


def is_guarded(account: str) -> bool:
    """Whether an account holds a balance.

    Raises:
        ValueError: there is no such account.
    """
    kind, separator, _ = account.partition("#")
    if separator and kind in get_args(GuardedKind):
        return True
    if account not in PLATFORM_ACCOUNTS:
        raise ValueError(f"there is no account {account}")
    return False


def make_entry(account: Account, booking: Booking, now: str) -> Entry:
    """The entry of a booking on the account.

    Raises:
        Conflict: the balance would go below zero.
    """
    balance = account.balance_cents + booking.cents
    if balance < 0:
        raise Conflict(
            f"The balance is {rand(account.balance_cents)}, and it cannot go below zero.",
            code="balance_too_low",
            params={"balanceCents": account.balance_cents, "withdrawableCents": None},
        )
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


def movement_of(entry: Entry) -> Movement:
    """The movement that an entry is part of."""
    legs = [
        Leg(account=guarded("person", entry.user_id), cents=entry.amount_cents),
        Leg(account=entry.against, cents=-entry.amount_cents),
    ]
    return Movement.balanced(entry.source, legs, entry.created_at)


def apply_bookings(
    accounts: Mapping[str, Account], bookings: Iterable[Booking], now: str
) -> tuple[dict[str, Account], list[Entry]]:
    """The accounts after all bookings, and the new entries in order.

    What a person owes because rewards were taken back is deducted from each reward.

    Raises:
        Conflict: a balance would go below zero.
    """
    after, entries = dict(accounts), []
    for booking in bookings:
        account = after[booking.user_id]
        entry = make_entry(account, booking, now)
        account = account.with_entry(entry, pending_cents=booking.pending_cents)
        entries.append(entry)
        repaid = min(account.owed_cents, booking.cents) if booking.type in REWARDS else 0
        if repaid:
            entry = make_entry(account, _repayment(booking, repaid), now)
            account = account.owing(-repaid).with_entry(entry, pending_cents=0)
            entries.append(entry)
        after[booking.user_id] = account
    return after, entries


def _repayment(reward: Booking, cents: int) -> Booking:
    return Booking(
        reward.user_id,
        "deduction",
        -cents,
        against="losses",
        source=f"owed:{reward.source}",
        reason="Repays a reward that was taken back",
    )


def take_back_booking(account: Account, cents: int, source: str, reason: str) -> Booking | None:
    """The deduction of as much of a reward as the balance covers; None if it covers nothing."""
    taken = min(account.balance_cents, cents)
    if not taken:
        return None
    return Booking(account.user_id, "deduction", -taken, against="rewards", source=source, reason=reason)


class DayClosing(Model):
    """The end of a day (UTC): the balance of each platform account, and what moved on that day.

    Attributes:
        balances: the sum of all legs up to the end of the day, by account.
        flows: cents that moved on the day, by what moved them.
    """

    day: str
    balances: dict[str, Cents]
    flows: dict[str, Cents] = {}
