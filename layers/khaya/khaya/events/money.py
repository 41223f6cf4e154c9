"""Schemas of events about money: credits, escrows, payouts, refunds, chargebacks and the books."""

from khaya.events.detail import Detail
from khaya.platform.base.money import Cents


class Referral(Detail):
    """A referral was created, completed or rewarded."""

    referral_id: str
    referrer_id: str
    referred_id: str
    reward_cents: Cents | None = None


class Reward(Detail):
    """A reward waits for an admin, or an admin, the event's actor, paid or refused it.

    `kind` is `referral`, above the monthly limit, or `bonus`, for the number of rewarded referrals.
    """

    reward_id: str
    kind: str
    referrer_id: str
    referred_id: str | None = None
    rewarded_count: int | None = None
    amount_cents: Cents


class CreditsBooked(Detail):
    """An entry was booked on a person's credits. `source` is its cause, which is booked once."""

    entry_id: str
    user_id: str
    type: str
    amount_cents: Cents
    balance_after_cents: Cents
    source: str
    booked_by: list[str] = []


class AdjustmentProposed(Detail):
    """An admin proposed an adjustment or a reversal that a second admin must approve."""

    user_id: str
    amount_cents: Cents
    proposed_by: str


class AdjustmentRefused(AdjustmentProposed):
    """A second admin, the event's actor, refused a proposed adjustment or reversal."""


class Withdrawal(Detail):
    """A withdrawal was requested, was paid, or failed."""

    entry_id: str
    user_id: str
    amount_cents: Cents


class Payout(Detail):
    """Money that leaves the platform to a person's bank account; `kind` is `earning` or `credits`."""

    payout_id: str
    user_id: str
    kind: str
    amount_cents: Cents
    job_id: str | None = None


class PayoutDelayed(Payout):
    """A payout waits; `reason` says why."""

    reason: str


class PayoutDecided(Payout):
    """An admin decided about a payout, or proposed a decision (`waits`)."""

    decision: str
    waits: bool


class PayoutReminder(PayoutDelayed):
    """A payout waits for its person, who is reminded for the `number`th time."""

    number: int


class Refund(Detail):
    """Money that goes back to a buyer; `source` is `escrow` or `suspense`. Without a `currency` it is rand."""

    refund_id: str
    source: str
    amount_cents: Cents
    currency: str | None = None
    buyer_id: str | None = None
    job_id: str | None = None


class RefundNeedsAccount(Refund):
    """A refund needs the buyer's bank account; `problem` says why the one that was named was not taken."""

    problem: str | None = None


class RefundStuck(Refund):
    """A refund does not go on without an admin."""

    reason: str


class RefundDecided(Refund):
    """An admin decided about a refund that was stuck, or proposed a decision (`waits`)."""

    decision: str
    waits: bool


class RefundReminder(Refund):
    """A refund waits for the buyer's bank account, and the buyer is reminded for the `number`th time."""

    number: int


class Escrow(Detail):
    """Money of a job that the platform holds, or held: what was paid, what is held, and what goes back."""

    job_id: str
    buyer_id: str
    worker_id: str
    paid_cents: Cents
    held_cents: Cents
    refunded_cents: Cents


class EscrowPaid(Escrow):
    """The buyer paid `amount_cents`: the deposit, or what was left."""

    amount_cents: Cents


class EscrowBalanceDue(Escrow):
    """The work was handed in, and the buyer has `amount_cents` to pay until `due_at`."""

    amount_cents: Cents
    due_at: str


class EscrowDisputed(Escrow):
    """There is a dispute, opened by `buyer`, `worker` or `system`; without an agreement it is decided by `due_at`."""

    by: str
    due_at: str | None = None


class EscrowAgreementProposed(Escrow):
    """The `buyer` or the `worker` proposes that `amount_cents` go back to the buyer.

    With `declines` it takes the place of a proposal of the other party, which is declined by that.
    """

    by: str
    amount_cents: Cents
    declines: bool = False


class EscrowEnded(Escrow):
    """The money was shared out; `amount_cents` is the worker's part, or what goes back to the buyer.

    Where a dispute was decided, `decision` says by what (`agreement`, `admin`, `deadline`), and the three parts follow.
    """

    amount_cents: Cents
    decision: str | None = None
    worker_part_cents: Cents | None = None
    buyer_part_cents: Cents | None = None
    platform_part_cents: Cents | None = None


class Chargeback(Detail):
    """A buyer's bank takes a card payment back, an admin answered, or the banks decided."""

    chargeback_id: str
    amount_cents: Cents
    job_id: str | None = None
    buyer_id: str | None = None
    worker_id: str | None = None
    escrow_cents: Cents | None = None
    loss_cents: Cents | None = None


class Difference(Detail):
    """A reconciliation found a difference, or an admin, the event's actor, closed it."""

    difference_id: str
    about: str
    reason: str
    ours_cents: Cents | None = None
    other_cents: Cents | None = None
