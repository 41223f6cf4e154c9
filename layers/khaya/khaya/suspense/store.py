"""Money in suspense: items `suspense#<reference>` of the Refunds table, listed by status, oldest first."""

from __future__ import annotations

from typing import Final

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.suspense.model import Status, Suspense

_PREFIX: Final = "suspense#"


def key(reference: str) -> tuple[str, dict[str, str]]:
    """Primary key of money in suspense."""
    return settings().refunds_table, {"id": f"{_PREFIX}{reference}"}


def read(item: Item | None) -> Suspense | None:
    """The money in suspense in `item`; None for None."""
    return Suspense.model_validate({**item, "id": item["id"].removeprefix(_PREFIX)}) if item else None


def find(reference: str) -> Suspense | None:
    """The money in suspense with this reference; None if there is none."""
    return read(dynamo.get(*key(reference)))


def create(suspense: Suspense) -> writes.Write:
    """Store money in suspense, once."""
    return writes.put(
        settings().refunds_table,
        _item(suspense),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )


def change(before: Suspense, after: Suspense) -> writes.Write:
    """Write the difference, if the version is unchanged."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )


def with_status(status: Status, page_request: PageRequest) -> PageResult[Suspense]:
    """Money in suspense of one status, oldest first."""
    part = lists.list_page(
        settings().refunds_table, "byStatus", "status", status, page_request, order="order", newest_first=False
    )
    found = [read(row) for row in part.items if row["id"].startswith(_PREFIX)]
    return PageResult([one for one in found if one is not None], part.after)


def _item(suspense: Suspense) -> Item:
    return {
        **item_of(suspense),
        "id": f"{_PREFIX}{suspense.id}",
        "order": f"{suspense.created_at}#{suspense.id}",
    }
