"""The Payouts table, keyed by `id`."""

from __future__ import annotations

from collections.abc import Iterator

from khaya.payouts.model import Payout
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import lists, writes


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
        _item(payout),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )


def earned_by(user_id: str, span: tuple[str, str], *, batch: int, newest_first: bool = True) -> Iterator[Payout]:
    """The payouts of what a person earned, in an order of `order` within `span`."""
    table = settings().payouts_table
    rows = lists.rows_between(
        table, "byPerson", "userId", user_id, "order", span, batch=batch, newest_first=newest_first
    )
    return (Payout.model_validate(row) for row in rows if row["kind"] == "earning")


def _item(payout: Payout) -> Item:
    return {**item_of(payout), "order": f"{payout.created_at}#{payout.id}"}
