"""The checkouts that an escrow knows: the latest for each of its parts."""

from typing import Literal

from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.pricing.model import Part

CheckoutStatus = Literal["waiting", "paid", "failed", "expired"]
"""Its link is given again; its part was paid; the card payment failed; another checkout is to be opened."""


class Checkout(Model):
    """The latest checkout for a part, and the number of its attempt.

    Attributes:
        expires_at: until when the checkout is given again.
        failed: whether the card payment failed.
    """

    part: Part
    attempt: Count
    expires_at: str
    failed: bool = False

    def status(self, now: str, *, is_paid: bool, has_ended: bool) -> CheckoutStatus:
        """What became of it, given whether its part was paid and whether the escrow has ended."""
        if is_paid:
            return "paid"
        if self.failed:
            return "failed"
        return "expired" if has_ended or self.expires_at <= now else "waiting"


def with_latest(checkouts: tuple[Checkout, ...], latest: Checkout) -> tuple[Checkout, ...]:
    """The checkouts with the latest one for its part, which comes last."""
    return (*(one for one in checkouts if one.part != latest.part), latest)


def with_failed(checkouts: tuple[Checkout, ...], part: Part, attempt: int) -> tuple[Checkout, ...]:
    """The checkouts after the card payment of one of them failed, unless there was a later attempt."""
    return tuple(
        one.model_copy(update={"failed": True}) if (one.part, one.attempt) == (part, attempt) else one
        for one in checkouts
    )
