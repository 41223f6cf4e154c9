"""The amounts of an escrow: what is due, and how the money that is held is shared. Pure functions on cents."""

from dataclasses import dataclass
from typing import Literal

from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.platform.base.money import RAND, Cents, rand, share

Part = Literal["deposit", "balance", "all"]


class Terms(Model):
    """The shares and deadlines of an escrow. A job keeps those of the day on which it was posted.

    Attributes:
        fee_percent: the fee of each side, in percent of the agreed amount, VAT included.
        deposit_percent: the part of the buyer's total that is due at acceptance.
        all_at_once_below_cents: below this agreed amount everything is due at acceptance.
        deposit_hours: from the acceptance until the deposit is overdue.
        balance_hours: from the submission until the balance is overdue.
        release_hours: from the submission of paid work until it is released by itself.
        overdue_days: from the agreed time until work that was not submitted is disputed.
        alarm_days: from the start of a dispute until operators are alarmed.
        decide_days: from the start of a dispute until it is decided by itself.
    """

    fee_percent: Count = 5
    deposit_percent: Count = 30
    min_cents: Cents = 200 * RAND
    max_cents: Cents = 50_000 * RAND
    all_at_once_below_cents: Cents = 500 * RAND
    deposit_hours: Count = 72
    balance_hours: Count = 72
    release_hours: Count = 72
    overdue_days: Count = 14
    alarm_days: Count = 7
    decide_days: Count = 14


class Amounts(Model):
    """What buyer and worker pay and get for an agreed amount.

    Attributes:
        amount_cents: the agreed amount.
        buyer_total_cents: the amount and the buyer's fee.
        deposit_cents: what is due at acceptance.
        balance_cents: the rest of the buyer's total.
        worker_cents: the amount without the worker's fee.
        platform_cents: both fees.
    """

    amount_cents: Cents
    buyer_total_cents: Cents
    deposit_cents: Cents
    balance_cents: Cents
    worker_cents: Cents
    platform_cents: Cents

    def part_cents(self, part: Part) -> int:
        """The cents of a part of the buyer's total."""
        parts = {"deposit": self.deposit_cents, "balance": self.balance_cents, "all": self.buyer_total_cents}
        return parts[part]


def amounts_of(amount_cents: int, terms: Terms) -> Amounts:
    """The amounts of an escrow about `amount_cents`.

    Raises:
        Conflict: the amount is not within the limits of the terms.
    """
    if not terms.min_cents <= amount_cents <= terms.max_cents:
        raise Conflict(
            f"Escrow is for bids from {rand(terms.min_cents)} to {rand(terms.max_cents)}.",
            code="escrow_amount",
            params={"minCents": terms.min_cents, "maxCents": terms.max_cents},
        )
    fee = share(amount_cents, terms.fee_percent)
    total = amount_cents + fee
    all_at_once = amount_cents < terms.all_at_once_below_cents
    deposit = total if all_at_once else share(total, terms.deposit_percent)
    return Amounts(
        amount_cents=amount_cents,
        buyer_total_cents=total,
        deposit_cents=deposit,
        balance_cents=total - deposit,
        worker_cents=amount_cents - fee,
        platform_cents=2 * fee,
    )


def amounts_within(amount_cents: int, terms: Terms) -> Amounts | None:
    """The amounts of an escrow about `amount_cents`; None if the terms do not allow that amount."""
    if not terms.min_cents <= amount_cents <= terms.max_cents:
        return None
    return amounts_of(amount_cents, terms)


@dataclass(frozen=True)
class Split:
    """How held money is shared out; the three parts add up to it."""

    worker_cents: int
    refund_cents: int
    platform_cents: int

    @property
    def cents(self) -> int:
        """The sum of the parts."""
        return self.worker_cents + self.refund_cents + self.platform_cents


def release_of(held_cents: int, amounts: Amounts, *, refund_cents: int = 0) -> Split:
    """The split of held money of which `refund_cents` go back to the buyer and the rest is released.

    What is released is shared as the whole would be: the worker's part is rounded half up, the platform has the rest.

    Raises:
        ValueError: the refund is negative or more than what is held.
    """
    if not 0 <= refund_cents <= held_cents:
        raise ValueError("a refund lies between nothing and everything that is held")
    released = held_cents - refund_cents
    total = amounts.buyer_total_cents
    worker = (2 * released * amounts.worker_cents + total) // (2 * total)
    return Split(worker, refund_cents, released - worker)
