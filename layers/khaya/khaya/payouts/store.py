"""The Payouts table, keyed by `id`."""

from __future__ import annotations

from khaya.payouts.model import Payout
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import writes


def key(payout_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a payout."""
    return settings().payouts_table, {"id": payout_id}


def read(item: Item | None) -> Payout | None:
    """The payout in `item`; None for None."""
    return Payout.model_validate(item) if item else None


def create(payout: Payout) -> writes.Write:
    """Store a new payout."""
    return writes.put(
        settings().payouts_table,
        item_of(payout),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )
