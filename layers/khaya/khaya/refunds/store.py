"""The Refunds table, keyed by `id`: refunds of escrows by their job, and of money in suspense.

It also holds the money in suspense. The index `byDue` holds what is to be looked at, in shards; `byStatus` lists
refunds by their creation, `byBuyer` those of a buyer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from khaya.platform.base import ids
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.refunds.model import Refund
from khaya.suspense.store import PREFIX, SHARDS

_LATEST: Final = 50


def key(refund_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a refund; that of a job's escrow has the job's id."""
    return settings().refunds_table, {"id": refund_id}


def read(item: Item | None) -> Refund | None:
    """The refund in `item`; None for None."""
    return Refund.model_validate(item) if item else None


def find(refund_id: str) -> Refund | None:
    """The refund; None if there is none."""
    return read(dynamo.get(*key(refund_id)))


def create(refund: Refund) -> writes.Write:
    """Store a new refund."""
    return writes.create(settings().refunds_table, _item(refund))


def change(before: Refund, after: Refund) -> writes.Write:
    """Write the difference, if the refund's version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def of_buyer(buyer_id: str, span: tuple[str, str], *, batch: int, newest_first: bool = True) -> Iterator[Refund]:
    """The refunds of a buyer, in an order of `order` within `span`."""
    table = settings().refunds_table
    rows = lists.rows_between(
        table, "byBuyer", "buyerId", buyer_id, "order", span, batch=batch, newest_first=newest_first
    )
    return (Refund.model_validate(row) for row in rows if _is_refund(row))


def latest_of(buyer_id: str) -> list[Refund]:
    """The latest refunds of a buyer, newest first."""
    found = lists.list_page(
        settings().refunds_table, "byBuyer", "buyerId", buyer_id, PageRequest(("refunds",), _LATEST), order="order"
    )
    return [Refund.model_validate(row) for row in found.items if _is_refund(row)]


def with_status(status: str, page_request: PageRequest) -> PageResult[Refund]:
    """The refunds of one status, oldest first."""
    return lists.list_page(
        settings().refunds_table, "byStatus", "status", status, page_request, order="order", newest_first=False
    ).mapped(Refund.model_validate)


def due(shard: int, now: str) -> Iterator[list[str]]:
    """Pages of ids of a shard's items that are to be looked at now, longest overdue first."""
    return ([row["id"] for row in rows] for rows in lists.due_pages(settings().refunds_table, shard, now))


def _is_refund(row: Item) -> bool:
    """Whether a row is a refund; the index also lists money in suspense."""
    return not row["id"].startswith(PREFIX)


def _item(refund: Refund) -> Item:
    """The item of a refund, with the attributes of its indexes."""
    item = {**item_of(refund), "order": f"{refund.created_at}#{refund.id}"}
    if refund.next_at is not None:
        item |= {"dueShard": str(ids.shard_of(refund.id, SHARDS)), "dueAt": refund.next_at}
    return item
