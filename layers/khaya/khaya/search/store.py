"""The Search table: a row for each word of the title of each thing that can be found.

A row has an index attribute for the word alone and for the word with category, with place and with both, so that a
search for one word is one query whatever else is named, newest first. It also holds the title's other words, by which
a search for several words sorts out. Rows follow the things themselves a moment later; what a search answers is read
from the things, so nothing is shown that is no longer there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.fields import match_key
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.search.model import Entry, Kind, entry_of

_MOST_QUERIES = 5
"""How many queries one page may take: more than one where rows are behind, or few things have all of several words."""

_SORTED_OUT_AT_A_TIME = 100

KeyOf = Callable[[str], tuple[str, dict[str, str]]]
"""Where a thing stands in its own table, by its id."""


def find(
    kind: Kind,
    wanted: Collection[str],
    category: str | None,
    location: str | None,
    page_request: PageRequest,
    key: KeyOf,
) -> PageResult[Item]:
    """The things whose titles have all the words, newest first, by category and place where named.

    The query goes by the longest word, which is likely the rarest. With several words a page may be short. Each further
    query looks at twice as many things as the one before, so that rows that are behind seldom make a page short.

    Raises:
        Unreadable: the cursor is not one of this list.
    """
    word = max(wanted, key=lambda one: (len(one), one))
    found: list[Item] = []
    after = page_request.start()
    for attempt in range(_MOST_QUERIES):
        looked_at = min((page_request.limit + 1 - len(found)) << attempt, _SORTED_OUT_AT_A_TIME)
        at_a_time = looked_at if len(wanted) == 1 else _SORTED_OUT_AT_A_TIME
        rows = _rows(kind, word, category, location, at_a_time, after)
        likely = [row for row in rows if row["words"].issuperset(wanted)]
        keys = [key(row["thingId"]) for row in likely[:looked_at]]
        things = dynamo.get_many(keys, consistent=False) if keys else []
        for thing in things:
            entry = entry_of(kind, thing)
            if thing is not None and entry is not None and entry.matches(wanted, category, location):
                found.append(thing)
        if len(found) > page_request.limit:
            return PageResult(found[: page_request.limit], {"thingId": found[page_request.limit - 1]["id"]})
        if len(rows) < at_a_time and len(likely) <= looked_at:
            return PageResult(found, None)
        after = {"thingId": (likely[looked_at - 1] if len(likely) > looked_at else rows[-1])["thingId"]}
    return PageResult(found, after)


def bring_in_line(kind: Kind, thing_id: str, entry: Entry | None, earlier: Collection[str]) -> None:
    """Make the rows of a thing what `entry` says, none for None. `earlier` are the words it may have rows for.

    May be done any number of times.
    """
    table, has = settings().search_table, entry.words if entry else frozenset[str]()
    gone = [
        writes.delete(table, {"id": _row_id(kind, thing_id, word)}, condition=None, refusal=lambda _: WriteConflict())
        for word in sorted(set(earlier) - has)
    ]
    rows = [_row(kind, thing_id, word, entry) for word in sorted(has)] if entry else []
    dynamo.write_many(
        gone + [writes.put(table, row, condition=None, refusal=lambda _: WriteConflict()) for row in rows]
    )


def _rows(
    kind: Kind, word: str, category: str | None, location: str | None, limit: int, after: Mapping[str, Any] | None
) -> list[Item]:
    place = match_key(location) if location is not None else None
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
        after = {"id": _row_id(kind, after["thingId"], word), "thingId": after["thingId"], attribute: value}
    return dynamo.query(
        settings().search_table,
        index,
        f"#{attribute} = :value",
        limit=limit,
        start=after,
        values={"value": value},
    )


def _row(kind: Kind, thing_id: str, word: str, entry: Entry) -> Item:
    return {
        "id": _row_id(kind, thing_id, word),
        "thingId": thing_id,
        "words": entry.words,
        "word": _term(kind, word),
        "wordCategory": _term(kind, word, entry.category),
        "wordPlace": _term(kind, word, entry.place),
        "wordCategoryPlace": _term(kind, word, entry.category, entry.place),
    }


def _row_id(kind: Kind, thing_id: str, word: str) -> str:
    return f"{kind}#{thing_id}#{word}"


def _term(kind: Kind, word: str, *filters: str | None) -> str:
    return "#".join([kind, word, *(one or "" for one in filters)])
