"""Lists of things by an index; and feeds, the lists that are open to everybody and read the most.

A table with a feed has the indexes `byCategory`, `byPlace` and `byCategoryAndPlace`, and for the unfiltered feed, the
busiest list there is, equal indexes `feed0`, `feed1` and so on, of which a read takes any one, so that no partition
melts. Only what stands in the feed carries their attributes, so they hold nothing else and every filter is one query.
"""

from __future__ import annotations

import random

from khaya import dynamo
from khaya.attributes import Item
from khaya.fields import match_key
from khaya.pages import Ask, Slice, slice_of

FEED_REPLICAS = 6
"""How many equal indexes hold an unfiltered feed; `template.yaml` has them, `docs/data.md` the arithmetic."""

_EVERYBODY = "open"


def listed(
    table: str, index: str, attribute: str, value: str, ask: Ask, *, order: str = "id", newest_first: bool = True
) -> Slice[Item]:
    """A page of the rows whose `attribute` is `value`, by the index that sorts them by `order`. Rows are keyed by `id`.

    Raises:
        Unreadable: the cursor is not one of this list.
    """
    names = {"id", order}
    start = ask.start()
    rows = dynamo.query(
        table,
        index,
        f"#{attribute} = :value",
        limit=ask.limit + 1,
        newest_first=newest_first,
        start=start and {**{name: start[name] for name in names}, attribute: value},
        values={"value": value},
    )
    return slice_of(rows, ask.limit, lambda row: {name: row[name] for name in sorted(names)})


def feed(table: str, category: str | None, location: str | None, ask: Ask) -> Slice[Item]:
    """A page of the table's feed, newest first, in one query whichever filters are named."""
    place = match_key(location) if location is not None else None
    match category, place:
        case None, None:
            replica = f"feed{random.randrange(FEED_REPLICAS)}"  # noqa: S311 - spreads load
            return listed(table, replica, "feed", _EVERYBODY, ask)
        case _, None:
            return listed(table, "byCategory", "feedCategory", str(category), ask)
        case None, _:
            return listed(table, "byPlace", "feedPlace", str(place), ask)
    return listed(table, "byCategoryAndPlace", "feedCategoryPlace", f"{category}#{place}", ask)


def feed_attributes(category: str, location: str) -> Item:
    """The attributes by which something stands in its table's feed."""
    place = match_key(location)
    return {
        "feed": _EVERYBODY,
        "feedCategory": category,
        "feedPlace": place,
        "feedCategoryPlace": f"{category}#{place}",
    }
