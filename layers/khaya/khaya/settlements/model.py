"""A settlement of the provider, once it is booked, and the movement that it causes."""

from typing import Final

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.provider.model import Settlement, SettlementDestination

_ACCOUNTS: Final[dict[SettlementDestination, str]] = {"balance": "providerBalance", "bank": "providerBank"}


class BookedSettlement(Model):
    """A settlement that was booked.

    Attributes:
        id: the provider's id of it.
        amount_cents: what was paid out.
        net_cents: what we had booked of its collections: what was paid, without the provider's fees.
        collections: how many collections it holds.
    """

    id: str
    settled_on: str
    destination: SettlementDestination
    amount_cents: Cents
    net_cents: Cents
    collections: int
    created_at: str


def booked(settlement: Settlement, net_cents: int, now: str) -> BookedSettlement:
    """A settlement as it is booked."""
    return BookedSettlement(
        id=settlement.provider_id,
        settled_on=settlement.settled_on,
        destination=settlement.destination,
        amount_cents=settlement.amount_cents,
        net_cents=net_cents,
        collections=len(settlement.collections),
        created_at=now,
    )


def source_of(settlement_id: str) -> str:
    """The source of a settlement's movement."""
    return f"settlement:{settlement_id}"


def legs(settlement: BookedSettlement) -> list[tuple[str, int]]:
    """The movement of a settlement: what was collected becomes money that we can use.

    Less than was booked is a fee of the provider; more is in suspense, until an operator knows what it is.
    """
    difference = settlement.net_cents - settlement.amount_cents
    return [
        ("providerUnsettled", settlement.net_cents),
        (_ACCOUNTS[settlement.destination], -settlement.amount_cents),
        ("providerFees" if difference > 0 else "suspense", -difference),
    ]
