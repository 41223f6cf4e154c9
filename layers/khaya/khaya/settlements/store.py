"""Booked settlements: items `settlement#<id>` of the Books table, listed by date in the index `byKind`."""

from __future__ import annotations

from typing import Final

from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.settlements.model import BookedSettlement

_KIND: Final = "settlement"
_MOST: Final = 1000
"""Settlements of the days that are looked at; there is about one a day."""


def key(settlement_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a booked settlement."""
    return settings().books_table, {"id": f"{_KIND}#{settlement_id}"}


def read(item: Item | None) -> BookedSettlement | None:
    """The settlement in `item`; None for None."""
    return BookedSettlement.model_validate({**item, "id": item["id"].removeprefix(f"{_KIND}#")}) if item else None


def find(settlement_id: str) -> BookedSettlement | None:
    """The booked settlement with this id; None if it is not booked."""
    return read(dynamo.get(*key(settlement_id)))


def create(settlement: BookedSettlement) -> writes.Write:
    """Store a booked settlement, once."""
    table, name = key(settlement.id)
    item = {**item_of(settlement), **name, "kind": _KIND, "order": f"{settlement.settled_on}#{settlement.id}"}
    return writes.create(table, item)


def since(day: str) -> frozenset[str]:
    """The ids of the booked settlements dated since a day."""
    rows = dynamo.query(
        settings().books_table,
        "byKind",
        "#kind = :kind AND #order >= :day",
        limit=_MOST,
        values={"kind": _KIND, "day": day},
        columns=("id",),
    )
    return frozenset(row["id"].removeprefix(f"{_KIND}#") for row in rows)
