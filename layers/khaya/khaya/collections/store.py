"""The Collections table, keyed by `id`: collections by reference, and `links#…`, the checkouts of a person in an hour.

The index `byDue` holds the collections about which the provider is to be asked, `byBuyer` those that were paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from khaya.collections.model import LINKS_PER_HOUR, Collection
from khaya.platform.base import clock, ids
from khaya.platform.base.errors import TooMany
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

SHARDS: Final = 8
_HOUR_SECONDS: Final = 3600


def key(reference: str) -> tuple[str, dict[str, str]]:
    """Primary key of a collection."""
    return settings().collections_table, {"id": reference}


def read(item: Item | None) -> Collection | None:
    """The collection in `item`; None for None."""
    return Collection.model_validate(item) if item else None


def find(reference: str) -> Collection | None:
    """The collection with this reference; None if there is none."""
    return read(dynamo.get(*key(reference)))


def create(collection: Collection) -> writes.Write:
    """Store a new collection."""
    return writes.create(settings().collections_table, _item(collection))


def change(before: Collection, after: Collection) -> writes.Write:
    """Write the difference, if the version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def count_link(user_id: str, now: str, step: int) -> writes.Write:
    """Add `step` to the checkouts that a person opened in this hour; refused above the limit."""
    hour = now[:13]
    return writes.update(
        settings().collections_table,
        {"id": f"links#{user_id}#{hour}"},
        "SET #expiresAt = :expires ADD #count :step",
        condition="attribute_not_exists(#count) OR #count < :most" if step > 0 else None,
        refusal=lambda _: TooMany(
            f"At most {LINKS_PER_HOUR} new checkouts an hour.",
            _HOUR_SECONDS - clock.epoch(now) % _HOUR_SECONDS,
            code="too_many_checkouts",
        ),
        values={
            "expires": clock.epoch(now) + 2 * _HOUR_SECONDS,
            "step": step,
            **({"most": LINKS_PER_HOUR} if step > 0 else {}),
        },
    )


def of_job(job_id: str) -> list[Collection]:
    """All collections of a job, oldest first. A job has at most some tens."""
    table = settings().collections_table
    rows = dynamo.query(table, "byJob", "#jobId = :job", limit=100, newest_first=False, values={"job": job_id})
    return [Collection.model_validate(row) for row in rows]


def paid_by(buyer_id: str, page_request: PageRequest) -> PageResult[Collection]:
    """What a buyer paid, newest first."""
    return lists.list_page(
        settings().collections_table, "byBuyer", "buyerId", buyer_id, page_request, order="paidOrder"
    ).mapped(Collection.model_validate)


def paid_between(
    buyer_id: str, span: tuple[str, str], *, batch: int, newest_first: bool = True
) -> Iterator[Collection]:
    """What a buyer paid, in an order of `paidOrder` within `span`."""
    table = settings().collections_table
    rows = lists.rows_between(
        table, "byBuyer", "buyerId", buyer_id, "paidOrder", span, batch=batch, newest_first=newest_first
    )
    return map(Collection.model_validate, rows)


def due(shard: int, now: str) -> Iterator[list[str]]:
    """Pages of references of a shard about which the provider is to be asked now."""
    return ([row["id"] for row in rows] for rows in lists.due_pages(settings().collections_table, shard, now))


def _item(collection: Collection) -> Item:
    item = item_of(collection)
    if collection.next_at is not None:
        item |= {"dueShard": str(ids.shard_of(collection.id, SHARDS)), "dueAt": collection.next_at}
    if collection.paid_at is not None:
        item["paidOrder"] = f"{collection.paid_at}#{collection.id}"
    return item
