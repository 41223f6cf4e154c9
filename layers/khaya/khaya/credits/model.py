"""Rules of credits: withdrawals, adjustments by admins, and reversals."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from khaya.ledger.model import Account, Booking, Entry
from khaya.payouts.model import PayoutAccount, require_usable
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Length, Line, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, Cents, rand

MIN_WITHDRAWAL_CENTS = 100 * RAND
SINGLE_ADMIN_LIMIT_CENTS = 5_000 * RAND
"""The largest adjustment, up or down, that one admin makes alone."""
MAX_ADJUSTMENT_CENTS = 1_000_000 * RAND
PROPOSAL_DAYS = 7
"""Days that a proposed adjustment waits for a second admin."""


def _not_zero(cents: int) -> int:
    if cents == 0:
        raise ValueError("must not be zero")
    return cents


Adjustment = Annotated[
    Cents,
    Field(ge=-MAX_ADJUSTMENT_CENTS, le=MAX_ADJUSTMENT_CENTS, json_schema_extra={"not": {"const": 0}}),
    AfterValidator(_not_zero),
]
AdjustmentReason = Annotated[Prose, Length(10, 500)]
ReversalReason = Annotated[Prose, Length(3, 500)]


class WithdrawalRequest(RequestModel):
    """The amount to pay out."""

    amount_cents: Annotated[Cents, Field(ge=MIN_WITHDRAWAL_CENTS, description="Cents, from R100.")]


class AdjustmentRequest(RequestModel):
    """An admin's correction of a person's balance."""

    user_id: Annotated[Line, Length(1, 64)]
    amount_cents: Annotated[Adjustment, Field(description="Cents; a negative amount is deducted.")]
    reason: AdjustmentReason


class ReversalRequest(RequestModel):
    """The reason why an entry is reversed."""

    reason: ReversalReason


class Proposal(Model):
    """An adjustment that one admin proposed and that a second admin must approve."""

    user_id: str
    amount_cents: Cents
    reason: str
    proposed_by: str
    created_at: str
    expires_at: str

    def can_be_approved_by(self, admin_id: str, now: str) -> bool:
        """Whether this admin may approve the proposal: another admin made it, and it has not expired."""
        return admin_id != self.proposed_by and now < self.expires_at


def withdrawal_booking(account: Account, cents: int, payout_account: PayoutAccount | None, now: str) -> Booking:
    """The booking of a withdrawal.

    Raises:
        Conflict: no payout account is usable now, or the withdrawable balance is too small.
    """
    require_usable(payout_account, now)
    available = account.withdrawable_cents(now)
    if cents > available:
        raise Conflict(
            f"{rand(available)} of the balance of {rand(account.balance_cents)} can be withdrawn now.",
            code="balance_too_low",
            params={"withdrawableCents": available, "balanceCents": account.balance_cents},
        )
    entry_id = new_id()
    return Booking(
        account.user_id,
        "withdrawal",
        -cents,
        against="withdrawals",
        source=f"withdrawal:{entry_id}",
        withdrawal_status="pending",
        pending_cents=cents,
        id=entry_id,
    )


def needs_second_admin(cents: int) -> bool:
    """Whether an adjustment exceeds what one admin may book alone."""
    return abs(cents) > SINGLE_ADMIN_LIMIT_CENTS


def adjustment_booking(request: AdjustmentRequest, admins: tuple[str, ...]) -> Booking:
    """The booking of an adjustment."""
    entry_id = new_id()
    return Booking(
        request.user_id,
        "adjustment",
        request.amount_cents,
        against="adjustments",
        source=f"adjustment:{entry_id}",
        reason=request.reason,
        booked_by=admins,
        id=entry_id,
    )


def reversal_booking(entry: Entry, reason: str, admin_id: str) -> Booking:
    """The booking that reverses an entry.

    Raises:
        Forbidden: the entry is the admin's own.
        Conflict: the entry was reversed before, is itself a reversal, or is a withdrawal.
    """
    if entry.user_id == admin_id:
        raise Forbidden("No admin acts on themselves.", code="own_affair")
    if entry.type == "reversal":
        raise Conflict("This entry is a reversal, and a reversal cannot be reversed.", code="is_reversal")
    if entry.type == "withdrawal":
        raise Conflict(
            f"This withdrawal is {entry.withdrawal_status}; it is reversed only if it fails.",
            code="withdrawal_status",
            params={"status": entry.withdrawal_status},
        )
    return _opposite(entry, reason, admins=(admin_id,), pending_cents=0)


def failure_booking(entry: Entry, reason: str) -> Booking:
    """The booking that returns a failed withdrawal to the balance.

    Raises:
        Conflict: the entry is not a pending withdrawal.
    """
    _require_pending(entry)
    return _opposite(entry, reason, admins=(), pending_cents=entry.amount_cents)


def paid(entry: Entry) -> Entry:
    """The withdrawal in the state `paid`.

    Raises:
        Conflict: the entry is not a pending withdrawal.
    """
    _require_pending(entry)
    return entry.model_copy(update={"withdrawal_status": "paid"})


def _opposite(entry: Entry, reason: str, *, admins: tuple[str, ...], pending_cents: int) -> Booking:
    if entry.reversed_by is not None:
        raise Conflict("This entry was reversed already.", code="already_reversed")
    return Booking(
        entry.user_id,
        "reversal",
        -entry.amount_cents,
        against=entry.against,
        source=f"reversal:{entry.id}",
        reason=reason,
        reversal_of=entry.id,
        pending_cents=pending_cents,
        booked_by=admins,
    )


def _require_pending(entry: Entry) -> None:
    if entry.type != "withdrawal":
        raise Conflict("This entry is not a withdrawal.", code="not_a_withdrawal")
    if entry.withdrawal_status != "pending":
        raise Conflict(
            f"This withdrawal is {entry.withdrawal_status}.",
            code="withdrawal_status",
            params={"status": entry.withdrawal_status},
        )
