"""Numbers and amounts on receipts and tax invoices."""

from fractions import Fraction
from typing import Final

from khaya.escrows.model import Escrow
from khaya.platform.base.models import Model

VAT_PERCENT: Final = 15


class InvoiceNumber(Model):
    """The number of a tax invoice, and when it was given."""

    number: str
    issued_at: str


def vat_inside(cents: int) -> int:
    """The VAT inside an amount that includes it (15/115), rounded half up to the cent."""
    exact = Fraction(cents * VAT_PERCENT, 100 + VAT_PERCENT)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def buyers_fee(escrow: Escrow) -> int:
    """What the platform kept of the buyer's payments as their fee: of both fees the half that is not the worker's."""
    kept = escrow.paid_cents - escrow.refunded_cents - escrow.released_cents if escrow.status == "released" else 0
    return max(0, kept - kept // 2)
