"""Money in suspense: items `suspense#<reference>` of the Refunds table."""

from __future__ import annotations

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.suspense.model import Suspense


def key(reference: str) -> tuple[str, dict[str, str]]:
    """Primary key of money in suspense."""
    return settings().refunds_table, {"id": f"suspense#{reference}"}


def read(item: Item | None) -> Suspense | None:
    """The money in suspense in `item`; None for None."""
    return Suspense.model_validate({**item, "id": item["id"].removeprefix("suspense#")}) if item else None


def find(reference: str) -> Suspense | None:
    """The money in suspense with this reference; None if there is none."""
    return read(dynamo.get(*key(reference)))


def create(suspense: Suspense) -> writes.Write:
    """Store money in suspense, once."""
    return writes.put(
        settings().refunds_table,
        {**item_of(suspense), "id": f"suspense#{suspense.id}"},
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )
