"""Payments and earnings as their people see them."""

from datetime import date, timedelta
from typing import Final, Literal

from khaya.collections.model import Collection
from khaya.escrows.model import Escrow
from khaya.payouts.model import Payout
from khaya.platform.base.errors import FieldProblem, Invalid
from khaya.platform.base.models import Model
from khaya.platform.base.money import ZAR, Cents
from khaya.refunds.model import Refund
from khaya.suspense.model import Suspense

PaymentKind = Literal["deposit", "balance", "all", "refund"]

REFUND_PREFIX: Final = "refund-"
_FIRST: Final = "2000-01-01"
_LAST: Final = "2200-12-31"


class Payment(Model):
    """A payment of a buyer, or money that went back to them.

    Attributes:
        id: the reference of a payment; `refund-<jobId>` of a refund.
        kept_cents: of a refund, what was paid for the job and did not go back.
        reason: of a refund, how the escrow ended; of a payment that goes back, why.
        status: `paid`, `returned` of a payment that matched nothing, or the refund's status.
        currency: other than ZAR only of a payment that matched nothing, and of what goes back of it.
    """

    id: str
    job_id: str | None
    job_title: str
    kind: PaymentKind
    amount_cents: Cents
    kept_cents: Cents
    reason: str | None
    status: str
    at: str
    currency: str

    @property
    def order(self) -> str:
        """Its place in the list."""
        return f"{self.at}#{self.id.removeprefix(REFUND_PREFIX)}"


class Earning(Model):
    """What a job earned its worker.

    Attributes:
        amount_cents: the worker's share before the fee.
        fee_cents: what the platform kept of it.
        payout_cents: what is paid out.
        payout_reason: why the payout waits.
        reason: what ended a dispute about the job, and shared its money out; None if there was none.
        refunded_cents: what went back to the buyer by that.
        expected_on: the day on which the payout is expected.
    """

    id: str
    job_id: str | None
    job_title: str | None
    amount_cents: Cents
    fee_cents: Cents
    payout_cents: Cents
    payout_status: str
    payout_reason: str | None
    reason: str | None
    refunded_cents: Cents
    expected_on: str | None
    paid_at: str | None
    at: str

    @property
    def order(self) -> str:
        """Its place in the list."""
        return f"{self.at}#{self.id}"


def payment_of(collection: Collection, kept: Suspense | None) -> Payment:
    """A payment, as its buyer sees it; `kept` is the money in suspense that it became, if it matched nothing."""
    return Payment(
        id=collection.id,
        job_id=collection.job_id,
        job_title=collection.job_title,
        kind=collection.part,
        amount_cents=collection.paid_cents or 0,
        kept_cents=0,
        reason=kept.reason if kept else None,
        status=collection.status,
        at=collection.paid_at or collection.created_at,
        currency=kept.currency if kept else ZAR,
    )


def payment_of_refund(refund: Refund, escrow: Escrow | None) -> Payment:
    """A refund, as its buyer sees it."""
    dispute = escrow.dispute if escrow else None
    return Payment(
        id=f"{REFUND_PREFIX}{refund.id}",
        job_id=refund.job_id,
        job_title=refund.job_title,
        kind="refund",
        amount_cents=refund.amount_cents,
        kept_cents=max(0, escrow.paid_cents - escrow.refunded_cents) if escrow else 0,
        reason=refund.source if refund.source == "suspense" else (dispute and dispute.decision) or "cancelled",
        status=refund.status,
        at=refund.created_at,
        currency=refund.currency,
    )


def earning_of(payout: Payout) -> Earning:
    """A payout of what a job earned, as its worker sees it."""
    return Earning(
        id=payout.id,
        job_id=payout.job_id,
        job_title=payout.job_title,
        amount_cents=payout.amount_cents + payout.fee_cents,
        fee_cents=payout.fee_cents,
        payout_cents=payout.amount_cents,
        payout_status=payout.status,
        payout_reason=payout.reason,
        reason=payout.dispute_decision,
        refunded_cents=payout.refunded_cents,
        expected_on=payout.expected_on,
        paid_at=payout.paid_at,
        at=payout.created_at,
    )


def span_of(first: str | None, last: str | None) -> tuple[str, str]:
    """The bounds of two dates in South African time as bounds of orders, both dates included.

    Raises:
        Invalid: the first date is after the last.
    """
    if first is not None and last is not None and first > last:
        raise Invalid([FieldProblem("to", "must not be before from", "before_from")])
    start = date.fromisoformat(first or _FIRST) - timedelta(days=1)
    end = date.fromisoformat(last or _LAST)
    return f"{start.isoformat()}T22:00:00.000Z", f"{end.isoformat()}T22:00:00.000Z"
