"""The refunds of single collections that make up a refund."""

from collections.abc import Sequence
from typing import Any, Literal

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents

PartState = Literal["planned", "asked", "sent", "paid", "needs_account", "failed"]
"""`failed` is a refund that the provider began and did not make; an admin decides whether another is asked for."""


class CollectionRefund(Model):
    """One refund of one collection.

    Attributes:
        refund_id: our id of it, by which it is found at the provider.
        collection: the reference of the collection.
        asked_at: when the provider was asked for it, before the call; None if it surely was not.
        provider_id: the provider's id of it.
        given_at: when the provider was given the buyer's account, before the call; None if it surely was not.
        failed: the provider's ids of earlier tries that failed or were given up. They have our id too, and are left
            aside.
    """

    refund_id: str
    collection: str
    cents: Cents
    state: PartState = "planned"
    asked_at: str | None = None
    provider_id: str | None = None
    given_at: str | None = None
    failed: tuple[str, ...] = ()

    @property
    def is_not_made(self) -> bool:
        """Whether the provider has surely not made it, and does not make it now."""
        return self.state in ("planned", "failed") or (self.state == "needs_account" and self.given_at is None)


def left_aside(part: CollectionRefund) -> dict[str, Any]:
    """What changes in a part so that its try that failed, if there is one, is not looked at any more."""
    if part.state != "failed" or part.provider_id is None:
        return {}
    return {"failed": (*part.failed, part.provider_id), "provider_id": None}


def without(parts: Sequence[CollectionRefund], cents: int, collection: str) -> tuple[CollectionRefund, ...]:
    """The parts less `cents` of those of a collection that are not made."""
    kept: list[CollectionRefund] = []
    for part in parts:
        cut = min(cents, part.cents) if part.is_not_made and part.collection == collection else 0
        cents -= cut
        if cut < part.cents:
            kept.append(_less(part, cut) if cut else part)
    return tuple(kept)


def _less(part: CollectionRefund, cents: int) -> CollectionRefund:
    """The part less some cents. One for which the provider waits for an account is asked for afresh."""
    changed: dict[str, Any] = {"cents": part.cents - cents}
    if part.state == "needs_account" and part.provider_id is not None:
        changed |= {
            "state": "planned",
            "asked_at": None,
            "provider_id": None,
            "failed": (*part.failed, part.provider_id),
        }
    return part.model_copy(update=changed)
