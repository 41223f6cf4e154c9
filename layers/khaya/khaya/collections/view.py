"""The API's representation of a checkout."""

from khaya.collections.model import Collection
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.pricing.model import Part


class CheckoutView(Model):
    """Where a part of the escrow can be paid, and until when this link is given."""

    part: Part
    amount_cents: Cents
    reference: str
    checkout_url: str
    expires_at: str


def checkout_view(collection: Collection) -> CheckoutView:
    """The representation of a collection whose checkout is open."""
    return CheckoutView(
        part=collection.part,
        amount_cents=collection.amount_cents,
        reference=collection.id,
        checkout_url=collection.checkout_url or "",
        expires_at=collection.expires_at,
    )


class WebhookView(Model):
    """The answer to the payment provider."""

    received: bool
