"""Lists by an index, and feeds: the public lists of jobs, listings and stories.

A table with a feed has the indexes `byCategory`, `byPlace` and `byCategoryAndPlace`, and for the unfiltered feed, the
busiest list, the identical indexes `feed0`, `feed1` and so on. A read queries one of these at random, which spreads the
load over their partitions. Only items in the feed have the indexes' attributes, so every filter is one query.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from khaya.platform.base.feeds import OPEN_FEED
from khaya.platform.base.models import Item
from khaya.platform.base.places import place_key
from khaya.platform.data import dynamo
from khaya.platform.data.pages import PageRequest, PageResult, page_of

FEED_REPLICAS = 6
"""Number of identical indexes of an unfiltered feed, as in `template.yaml`; the arithmetic is in `docs/scale.md`."""


def list_page(
    table: str,
    index: str,
    attribute: str,
    value: str,
    page_request: PageRequest,
    *,
    order: str = "id",
    newest_first: bool = True,
) -> PageResult[Item]:
    """A page of the rows whose `attribute` is `value`, from an index sorted by `order`. The table's key is `id`.

    Raises:
        Unreadable: the cursor does not belong to this list.
    """
    names = {"id", order}
    start = page_request.start()
    rows = dynamo.query(
        table,
        index,
        f"#{attribute} = :value",
        limit=page_request.limit + 1,
        newest_first=newest_first,
        start=start and {**{name: start[name] for name in names}, attribute: value},
        values={"value": value},
    )
    return page_of(rows, page_request.limit, lambda row: {name: row[name] for name in sorted(names)})


def rows_between(
    table: str,
    index: str,
    attribute: str,
    value: str,
    order: str,
    span: tuple[str, str],
    *,
    batch: int,
    newest_first: bool = True,
) -> Iterator[Item]:
    """The rows whose `attribute` is `value` and whose `order` lies in `span`, read `batch` at a time as needed."""
    start: Item | None = None
    while True:
        rows = dynamo.query(
            table,
            index,
            f"#{attribute} = :value AND #{order} BETWEEN :first AND :last",
            limit=batch,
            newest_first=newest_first,
            start=start,
            values={"value": value, "first": span[0], "last": span[1]},
        )
        yield from rows
        if len(rows) < batch:
            return
        start = {name: rows[-1][name] for name in ("id", attribute, order)}


def due_pages(
    table: str, shard: str | int, until: str, *, key: str = "id", order: str = "dueAt", limit: int = 50
) -> Iterator[list[Item]]:
    """Pages of a shard of the index `byDue`, with the rows whose `order` is at most `until`, longest overdue first."""
    start: Item | None = None
    while True:
        rows = dynamo.query(
            table,
            "byDue",
            f"#dueShard = :shard AND #{order} <= :until",
            limit=limit,
            newest_first=False,
            start=start,
            values={"shard": str(shard), "until": until},
        )
        if rows:
            yield rows
        if len(rows) < limit:
            return
        start = {name: rows[-1][name] for name in (key, "dueShard", order)}


def feed_page(table: str, category: str | None, location: str | None, page_request: PageRequest) -> PageResult[Item]:
    """A page of the table's feed, newest first, in one query for any combination of filters."""
    place = place_key(location) if location is not None else None
    match category, place:
        case None, None:
            replica = f"feed{random.randrange(FEED_REPLICAS)}"  # noqa: S311 - spreads load
            return list_page(table, replica, "feed", OPEN_FEED, page_request)
        case _, None:
            return list_page(table, "byCategory", "feedCategory", str(category), page_request)
        case None, _:
            return list_page(table, "byPlace", "feedPlace", str(place), page_request)
    return list_page(table, "byCategoryAndPlace", "feedCategoryPlace", f"{category}#{place}", page_request)
