"""What the payment provider charges, and what the platform keeps. Pure functions on cents."""

from fractions import Fraction
from typing import Final

from khaya.platform.base.models import Model
from khaya.platform.base.money import RAND, Cents
from khaya.pricing.model import Amounts


class ProviderFees(Model):
    """The provider's published prices, without VAT.

    Attributes:
        card_permille: the part of a card payment, in thousandths.
        card_cents: the fixed part of a card payment.
        transfer_cents: a payout.
        check_cents: the check of a bank account.
        vat_percent: VAT on all of them.
    """

    card_permille: Cents = 29
    card_cents: Cents = RAND
    transfer_cents: Cents = 3 * RAND
    check_cents: Cents = 3 * RAND
    vat_percent: Cents = 15


DEFAULT_FEES: Final = ProviderFees()


def collection_fee_cents(cents: int, fees: ProviderFees = DEFAULT_FEES) -> int:
    """What the provider keeps of a card payment, VAT included, rounded up to the cent."""
    return _with_vat(Fraction(cents * fees.card_permille, 1000) + fees.card_cents, fees)


def payout_fee_cents(fees: ProviderFees = DEFAULT_FEES) -> int:
    """What the provider charges for a payout, VAT included."""
    return _with_vat(Fraction(fees.transfer_cents), fees)


def check_fee_cents(fees: ProviderFees = DEFAULT_FEES) -> int:
    """What the provider charges for the check of a bank account, VAT included."""
    return _with_vat(Fraction(fees.check_cents), fees)


def kept_cents(amounts: Amounts, fees: ProviderFees = DEFAULT_FEES, *, account_check: bool) -> int:
    """What the platform keeps of a fully paid and released escrow after the provider's fees.

    `account_check`: whether the worker's bank account was checked for this payout. It is checked once per account.
    """
    parts = [part for part in (amounts.deposit_cents, amounts.balance_cents) if part]
    charged = sum(collection_fee_cents(part, fees) for part in parts) + payout_fee_cents(fees)
    return amounts.platform_cents - charged - (check_fee_cents(fees) if account_check else 0)


def _with_vat(cents: Fraction, fees: ProviderFees) -> int:
    with_vat = cents * (100 + fees.vat_percent) / 100
    return -(-with_vat.numerator // with_vat.denominator)
