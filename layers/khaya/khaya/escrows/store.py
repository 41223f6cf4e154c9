"""The Escrows table, keyed by `id`: the escrow of a job under the job's id, and pairs of people under `pair#…`.

The index `byDue` holds the next timer of each escrow that has one, in shards. The index `byStatus` lists escrows for
admins: disputes by the time of their decision, the others by their creation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from khaya.escrows.model import Escrow, Status
from khaya.escrows.pairs import Pair
from khaya.platform.base import ids
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

SHARDS: Final = 8
"""Shards of the index of timers."""


def key(job_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a job's escrow."""
    return settings().escrows_table, {"id": job_id}


def read(item: Item | None) -> Escrow | None:
    """The escrow in `item`; None for None."""
    return Escrow.model_validate(item) if item else None


def find(job_id: str) -> Escrow | None:
    """A job's escrow; None if there is none."""
    return read(dynamo.get(*key(job_id)))


def create(escrow: Escrow) -> writes.Write:
    """Store a new escrow."""
    return writes.create(settings().escrows_table, _item(escrow))


def change(before: Escrow, after: Escrow) -> writes.Write:
    """Write the difference, if the escrow's version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def require_unchanged(escrow: Escrow) -> writes.Write:
    """Check that the escrow is the version that was read."""
    return writes.check(
        *key(escrow.id),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": escrow.version},
    )


def with_status(status: Status, page_request: PageRequest, *, newest_first: bool) -> PageResult[Escrow]:
    """Escrows of one status, by creation; disputes by the time of their decision."""
    return lists.list_page(
        settings().escrows_table, "byStatus", "status", status, page_request, order="order", newest_first=newest_first
    ).mapped(Escrow.model_validate)


def due(shard: int, now: str) -> Iterator[list[str]]:
    """Pages of ids of a shard's escrows whose next timer has come, longest overdue first."""
    return ([row["id"] for row in rows] for rows in lists.due_pages(settings().escrows_table, shard, now))


def pair_key(buyer_id: str, worker_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a pair of buyer and worker."""
    return settings().escrows_table, {"id": f"pair#{buyer_id}#{worker_id}"}


def read_pair(item: Item | None) -> Pair:
    """The pair in `item`; one without paid jobs for None."""
    return Pair.model_validate(item or {})


def change_pair(buyer_id: str, worker_id: str, before: Pair, after: Pair) -> writes.Write:
    """Write a pair's counted jobs, if they are unchanged since they were read."""
    return writes.update(
        *pair_key(buyer_id, worker_id),
        "SET #paidAt = :after",
        condition="#paidAt = :before" if before.paid_at else "attribute_not_exists(#paidAt) OR #paidAt = :before",
        refusal=lambda _: WriteConflict(),
        values={"before": list(before.paid_at), "after": list(after.paid_at)},
    )


def _item(escrow: Escrow) -> Item:
    item = item_of(escrow)
    dispute = escrow.dispute if escrow.status == "disputed" else None
    item["order"] = f"{dispute.decide_by if dispute and dispute.decide_by else escrow.created_at}#{escrow.id}"
    timer = escrow.next_timer
    if timer is not None and not escrow.is_frozen:
        item |= {"dueShard": str(ids.shard_of(escrow.id, SHARDS)), "dueAt": escrow.postponed_to or timer[0]}
    return item
