"""Payments and earnings in the API's responses and in statements."""

from typing import Final

from khaya.payment_records.model import Earning, Payment, PaymentKind
from khaya.platform.base.models import Item, Model, item_of
from khaya.platform.base.money import Cents

PAYMENT_COLUMNS: Final = (
    "id",
    "at",
    "jobId",
    "jobTitle",
    "kind",
    "amountCents",
    "keptCents",
    "reason",
    "status",
    "currency",
)
EARNING_COLUMNS: Final = (
    "id",
    "at",
    "jobId",
    "jobTitle",
    "amountCents",
    "feeCents",
    "payoutCents",
    "payoutStatus",
    "payoutReason",
    "expectedOn",
    "paidAt",
    "reason",
    "refundedCents",
)
"""The columns of statements."""


class PaymentView(Model):
    """A payment, or money that went back. `keptCents` of a refund is what was kept for the work done.

    `currency` is other than ZAR only of a payment in a currency that Khaya does not take, and of what goes back of it.
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


class EarningView(Model):
    """What a job earned, and its payout. `payoutReason` is why the payout waits.

    Where a dispute was decided, `reason` is by what (`agreement`, `admin` or `deadline`), and `refundedCents` went
    back to the buyer.
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


def payment_view(payment: Payment) -> PaymentView:
    """A payment for its buyer."""
    return PaymentView.model_validate(payment, from_attributes=True)


def earning_view(earning: Earning) -> EarningView:
    """An earning for its worker."""
    return EarningView.model_validate(earning, from_attributes=True)


def line_of(record: Payment | Earning) -> Item:
    """A record as a line of a statement."""
    return item_of(record)
