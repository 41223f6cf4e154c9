"""The Search table: one row for each word of the title of each searchable item.

A row has index attributes for the word alone and for the word with category, with location and with both, so a search
for one word is one query for any filters, newest first. A row also stores all words of the title, to filter searches
for several words. Rows are eventually consistent with the items; results are read from the items' own tables, so a
search never returns an outdated item.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.places import place_key
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.search.model import Kind, SearchEntry, entry_of

_MAX_QUERIES = 5
"""The maximum number of queries per page. More than one is needed if rows are outdated or few items match all words."""

_FILTER_BATCH = 100

KeyOf = Callable[[str], tuple[str, dict[str, str]]]
"""Returns the table and primary key of an item, given its id."""


def find(
    kind: Kind,
    wanted: Collection[str],
    category: str | None,
    location: str | None,
    page_request: PageRequest,
    key: KeyOf,
    listed: Callable[[Item], bool] = lambda _: True,
) -> PageResult[Item]:
    """The items whose titles have all the words, newest first, filtered by category and location if given.

    `listed` returns whether a stored item may be shown.

    The query uses the longest word, which is probably the rarest. A page of a search for several words may be short.
    Each further query reads twice as many items, so outdated rows seldom make a page short.

    Raises:
        Unreadable: the cursor belongs to another list.
    """
    word = max(wanted, key=lambda one: (len(one), one))
    found: list[Item] = []
    after = page_request.start()
    for attempt in range(_MAX_QUERIES):
        batch_size = min((page_request.limit + 1 - len(found)) << attempt, _FILTER_BATCH)
        query_limit = batch_size if len(wanted) == 1 else _FILTER_BATCH
        rows = _rows(kind, word, category, location, query_limit, after)
        candidates = [row for row in rows if row["words"].issuperset(wanted)]
        keys = [key(row["objectId"]) for row in candidates[:batch_size]]
        items = dynamo.get_many(keys, consistent=False) if keys else []
        for item in items:
            entry = entry_of(kind, item)
            if item is not None and entry is not None and entry.matches(wanted, category, location) and listed(item):
                found.append(item)
        if len(found) > page_request.limit:
            return PageResult(found[: page_request.limit], {"objectId": found[page_request.limit - 1]["id"]})
        if len(rows) < query_limit and len(candidates) <= batch_size:
            return PageResult(found, None)
        after = {"objectId": (candidates[batch_size - 1] if len(candidates) > batch_size else rows[-1])["objectId"]}
    return PageResult(found, after)


def replace_words(kind: Kind, object_id: str, entry: SearchEntry | None, earlier: Collection[str]) -> None:
    """Write the rows of an item for `entry`, or delete them if it is None. Idempotent.

    `earlier` are the words for which the item may have rows.
    """
    table, current = settings().search_table, entry.words if entry else frozenset[str]()
    deletions = [
        writes.delete(table, {"id": _row_id(kind, object_id, word)}, condition=None, refusal=lambda _: WriteConflict())
        for word in sorted(set(earlier) - current)
    ]
    rows = [_row(kind, object_id, word, entry) for word in sorted(current)] if entry else []
    dynamo.write_many(
        deletions + [writes.put(table, row, condition=None, refusal=lambda _: WriteConflict()) for row in rows]
    )


def has_outdated_rows(kind: Kind, object_id: str, entry: SearchEntry | None, words: Collection[str]) -> bool:
    """Whether the rows of an item for these words, the words of its title, differ from `entry`."""
    keys = [(settings().search_table, {"id": _row_id(kind, object_id, word)}) for word in words]
    stored = dynamo.get_many(keys) if keys else []
    return stored != [_row(kind, object_id, word, entry) if entry else None for word in words]


def _rows(
    kind: Kind, word: str, category: str | None, location: str | None, limit: int, after: Mapping[str, Any] | None
) -> list[Item]:
    place = place_key(location) if location is not None else None
    match category, place:
        case None, None:
            index, attribute, value = "byWord", "word", _term(kind, word)
        case _, None:
            index, attribute, value = "byWordAndCategory", "wordCategory", _term(kind, word, category)
        case None, _:
            index, attribute, value = "byWordAndPlace", "wordPlace", _term(kind, word, place)
        case _:
            index, attribute, value = "byWordCategoryAndPlace", "wordCategoryPlace", _term(kind, word, category, place)
    if after is not None:
        after = {"id": _row_id(kind, after["objectId"], word), "objectId": after["objectId"], attribute: value}
    return dynamo.query(
        settings().search_table,
        index,
        f"#{attribute} = :value",
        limit=limit,
        start=after,
        values={"value": value},
    )


def _row(kind: Kind, object_id: str, word: str, entry: SearchEntry) -> Item:
    return {
        "id": _row_id(kind, object_id, word),
        "objectId": object_id,
        "words": entry.words,
        "word": _term(kind, word),
        "wordCategory": _term(kind, word, entry.category),
        "wordPlace": _term(kind, word, entry.place),
        "wordCategoryPlace": _term(kind, word, entry.category, entry.place),
    }


def _row_id(kind: Kind, object_id: str, word: str) -> str:
    return f"{kind}#{object_id}#{word}"


def _term(kind: Kind, word: str, *filters: str | None) -> str:
    return "#".join([kind, word, *(one or "" for one in filters)])
