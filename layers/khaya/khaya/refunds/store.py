"""The Refunds table, keyed by `id`."""

from __future__ import annotations

from collections.abc import Iterator

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import lists, writes
from khaya.refunds.model import Refund


def key(job_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the refund of a job's escrow."""
    return settings().refunds_table, {"id": job_id}


def read(item: Item | None) -> Refund | None:
    """The refund in `item`; None for None."""
    return Refund.model_validate(item) if item else None


def create(refund: Refund) -> writes.Write:
    """Store a new refund."""
    return writes.put(
        settings().refunds_table,
        _item(refund),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )


def change(before: Refund, after: Refund) -> writes.Write:
    """Write the difference, if the version is unchanged."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )


def of_buyer(buyer_id: str, span: tuple[str, str], *, batch: int, newest_first: bool = True) -> Iterator[Refund]:
    """The refunds of a buyer, in an order of `order` within `span`."""
    table = settings().refunds_table
    rows = lists.rows_between(
        table, "byBuyer", "buyerId", buyer_id, "order", span, batch=batch, newest_first=newest_first
    )
    return (Refund.model_validate(row) for row in rows if "reason" not in row)


def _item(refund: Refund) -> Item:
    return {**item_of(refund), "order": f"{refund.created_at}#{refund.id}"}
