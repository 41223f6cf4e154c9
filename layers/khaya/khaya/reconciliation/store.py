"""Differences: items `difference#<id>` of the Books table, listed by the index `byKind`."""

from __future__ import annotations

from typing import Final

from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reconciliation.model import Difference, Status

_PREFIX: Final = "difference#"
_KINDS: Final[dict[Status, str]] = {"open": "openDifference", "closed": "closedDifference"}


def key(difference_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a difference."""
    return settings().books_table, {"id": f"{_PREFIX}{difference_id}"}


def read(item: Item | None) -> Difference | None:
    """The difference in `item`; None for None."""
    if item is None:
        return None
    return Difference.model_validate({**item, "id": item["id"].removeprefix(_PREFIX), "kind": item["about"]})


def find(difference_id: str) -> Difference | None:
    """The difference with this id; None if there is none."""
    return read(dynamo.get(*key(difference_id)))


def create(difference: Difference) -> writes.Write:
    """Store a new difference."""
    return writes.create(settings().books_table, _item(difference))


def change(before: Difference, after: Difference) -> writes.Write:
    """Write the difference between two states, if the version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def with_status(status: Status, page_request: PageRequest) -> PageResult[Difference]:
    """Differences of one status, oldest first."""
    result = lists.list_page(
        settings().books_table,
        "byKind",
        "kind",
        _KINDS[status],
        page_request,
        order="order",
        newest_first=False,
    )
    return PageResult([found for row in result.items if (found := read(row))], result.after)


def _item(difference: Difference) -> Item:
    return {
        **item_of(difference),
        "id": f"{_PREFIX}{difference.id}",
        "about": difference.kind,
        "kind": _KINDS[difference.status],
        "order": f"{difference.found_at}#{difference.id}",
    }
