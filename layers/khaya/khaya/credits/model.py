"""Rules of credits: withdrawals, adjustments by admins, and reversals."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from khaya.ledger.model import Account, Booking, Entry, guarded
from khaya.payout_accounts.model import PayoutAccount, require_usable
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, FieldError, Forbidden
from khaya.platform.base.fields import Count, Length, Line, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, Cents, rand

MIN_WITHDRAWAL_CENTS = 100 * RAND
SINGLE_ADMIN_LIMIT_CENTS = 5_000 * RAND
"""The largest sum that one admin adjusts and reverses alone in `SINGLE_ADMIN_HOURS`."""
SINGLE_ADMIN_HOURS = 24
MAX_ADJUSTMENT_CENTS = 1_000_000 * RAND
_MOST_PARTS = 100
"""The largest number of amounts that an admin's sum keeps apart."""


ProposalStatus = Literal["waiting", "approved", "refused"]


def _not_zero(cents: int) -> int:
    if cents == 0:
        raise FieldError("must not be zero", "zero")
    return cents


Adjustment = Annotated[
    Cents,
    Field(ge=-MAX_ADJUSTMENT_CENTS, le=MAX_ADJUSTMENT_CENTS, json_schema_extra={"not": {"const": 0}}),
    AfterValidator(_not_zero),
]
MoneyReason = Annotated[Prose, Length(10, 500)]
"""The reason of an admin's decision about money."""


class WithdrawalRequest(RequestModel):
    """The amount to pay out."""

    amount_cents: Annotated[Cents, Field(ge=MIN_WITHDRAWAL_CENTS, description="Cents, from R100.")]


class AdjustmentRequest(RequestModel):
    """An admin's correction of a person's balance."""

    user_id: Annotated[Line, Length(1, 64)]
    amount_cents: Annotated[Adjustment, Field(description="Cents; a negative amount is deducted.")]
    reason: MoneyReason


class ReversalRequest(RequestModel):
    """The reason why an entry is reversed."""

    reason: MoneyReason


class ApprovalRequest(RequestModel):
    """A second admin's decision about a proposal."""

    decision: Literal["approve", "refuse"]
    reason: MoneyReason


class Proposal(Model):
    """An adjustment or a reversal that waits for a second admin, or that one has decided about.

    Attributes:
        amount_cents: what would be booked.
        transaction_id: the transaction that would be reversed.
        entry_id: the transaction that was booked.
    """

    id: str
    kind: Literal["adjustment", "reversal"]
    user_id: str
    amount_cents: Cents
    reason: str
    proposed_by: str
    created_at: str
    transaction_id: str | None = None
    status: ProposalStatus = "waiting"
    decided_by: str | None = None
    decided_at: str | None = None
    decision_reason: str | None = None
    entry_id: str | None = None

    def decided(self, request: ApprovalRequest, *, admin_id: str, now: str) -> "Proposal":
        """The proposal after a second admin's decision.

        Raises:
            Forbidden: the admin made the proposal, or it is about the admin.
            Conflict: it was decided before.
        """
        if admin_id == self.proposed_by:
            raise Forbidden("Nobody decides about their own proposal; another admin has to.", code="own_proposal")
        if admin_id == self.user_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        if self.status != "waiting":
            raise Conflict(
                f"The proposal was {self.status} already.", code="proposal_status", params={"status": self.status}
            )
        status: ProposalStatus = "approved" if request.decision == "approve" else "refused"
        changed = {"status": status, "decided_by": admin_id, "decided_at": now, "decision_reason": request.reason}
        return self.model_copy(update=changed)


class BookedAmount(Model):
    """The absolute amount of one adjustment or reversal, or the sum of several, and the time of the latest."""

    at: str
    cents: Cents


class SingleAdminSum(Model):
    """What one admin adjusted and reversed alone in the last `SINGLE_ADMIN_HOURS`."""

    admin_id: str
    parts: tuple[BookedAmount, ...] = ()
    version: Count = 0

    def allows(self, cents: int, now: str) -> bool:
        """Whether the admin may book this amount alone too."""
        return sum(part.cents for part in self._counted(now)) + abs(cents) <= SINGLE_ADMIN_LIMIT_CENTS

    def with_amount(self, cents: int, now: str) -> "SingleAdminSum":
        """The sum with one more amount, without those that no longer count."""
        parts = [*self._counted(now), BookedAmount(at=now, cents=abs(cents))]
        while len(parts) > _MOST_PARTS:  # the oldest then counts as long as the one after it
            parts[:2] = [BookedAmount(at=parts[1].at, cents=parts[0].cents + parts[1].cents)]
        return self.model_copy(update={"parts": tuple(parts), "version": self.version + 1})

    def _counted(self, now: str) -> list[BookedAmount]:
        since = clock.plus(now, hours=-SINGLE_ADMIN_HOURS)
        return [part for part in self.parts if part.at > since]


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
        against=guarded("payout", entry_id),
        source=f"withdrawal:{entry_id}",
        withdrawal_status="pending",
        pending_cents=cents,
        id=entry_id,
    )


def new_proposal(booking: Booking, admin_id: str, now: str) -> Proposal:
    """The proposal of a booking that needs a second admin."""
    return Proposal(
        id=new_id(),
        kind="adjustment" if booking.reversal_of is None else "reversal",
        user_id=booking.user_id,
        amount_cents=booking.cents,
        reason=booking.reason or "",
        proposed_by=admin_id,
        created_at=now,
        transaction_id=booking.reversal_of,
    )


def adjustment_booking(user_id: str, cents: int, reason: str, admins: tuple[str, ...]) -> Booking:
    """The booking of an adjustment.

    Raises:
        Forbidden: it is an admin's own balance.
    """
    if user_id in admins:
        raise Forbidden("No admin acts on themselves.", code="own_affair")
    entry_id = new_id()
    return Booking(
        user_id,
        "adjustment",
        cents,
        against="adjustments",
        source=f"adjustment:{entry_id}",
        reason=reason,
        booked_by=admins,
        id=entry_id,
    )


def reversal_booking(entry: Entry, reason: str, admins: tuple[str, ...]) -> Booking:
    """The booking that reverses an entry.

    Raises:
        Forbidden: the entry is an admin's own.
        Conflict: the entry was reversed before, is itself a reversal, or is a withdrawal.
    """
    if entry.user_id in admins:
        raise Forbidden("No admin acts on themselves.", code="own_affair")
    if entry.type == "reversal":
        raise Conflict("This entry is a reversal, and a reversal cannot be reversed.", code="is_reversal")
    if entry.type == "withdrawal":
        raise Conflict(
            f"This withdrawal is {entry.withdrawal_status}; only a decision about its payout gives it back.",
            code="withdrawal_status",
            params={"status": entry.withdrawal_status},
        )
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
        booked_by=admins,
    )
