"""Money in suspense: items `suspense#<reference>` of the Refunds table, listed by status, oldest first."""

from __future__ import annotations

from typing import Final

from khaya.platform.base import ids
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.suspense.model import Status, Suspense

PREFIX: Final = "suspense#"

SHARDS: Final = 8
"""Shards of the index of what is due in the Refunds table; refunds share it."""


def key(reference: str) -> tuple[str, dict[str, str]]:
    """Primary key of money in suspense."""
    return settings().refunds_table, {"id": f"{PREFIX}{reference}"}


def read(item: Item | None) -> Suspense | None:
    """The money in suspense in `item`; None for None."""
    return Suspense.model_validate({**item, "id": item["id"].removeprefix(PREFIX)}) if item else None


def find(reference: str) -> Suspense | None:
    """The money in suspense with this reference; None if there is none."""
    return read(dynamo.get(*key(reference)))


def create(suspense: Suspense) -> writes.Write:
    """Store money in suspense, once."""
    return writes.create(settings().refunds_table, _item(suspense))


def change(before: Suspense, after: Suspense) -> writes.Write:
    """Write the difference, if the version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def require_unchanged(suspense: Suspense) -> writes.Write:
    """Check that the money is the version that was read."""
    return writes.check(
        *key(suspense.id),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": suspense.version},
    )


def with_status(status: Status, page_request: PageRequest) -> PageResult[Suspense]:
    """Money in suspense of one status, oldest first. Refunds have other statuses."""
    result = lists.list_page(
        settings().refunds_table, "byStatus", "status", status, page_request, order="order", newest_first=False
    )
    return PageResult([found for row in result.items if (found := read(row))], result.after)


def _item(suspense: Suspense) -> Item:
    """The item of money in suspense, with the attributes of its indexes."""
    item = {**item_of(suspense), "id": f"{PREFIX}{suspense.id}"}
    item["order"] = f"{suspense.created_at}#{suspense.id}"
    if suspense.next_at is not None:
        item |= {"dueShard": str(ids.shard_of(item["id"], SHARDS)), "dueAt": suspense.next_at}
    return item
