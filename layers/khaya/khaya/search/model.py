"""Words, and what about a thing search goes by."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from khaya.platform.base.changes import Change
from khaya.platform.base.fields import Line, match_key

Kind = Literal["jobs", "listings"]
"""What can be searched, by the name of its resource."""

FOUND_WHILE: Final[Mapping[str, str]] = {"jobs": "open", "listings": "active"}
"""The one state in which things of a kind are found."""

MOST_WORDS = 3

_LONGEST = 64
"""Characters of a word that are compared; keys have limits, and no word that people write is longer."""


def words(text: str) -> list[str]:
    """The different words in `text`, in order: letters and digits of any script, case-folded, parted by the rest."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    parted = "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in folded)
    return list(dict.fromkeys(word[:_LONGEST] for word in parted.split()))


def _searchable(text: str) -> str:
    if not 0 < len(words(text)) <= MOST_WORDS:
        raise ValueError(f"must hold one to {MOST_WORDS} words")
    return text


SearchText = Annotated[
    Line,
    Field(max_length=100, description="One to three whole words of the title, all of which must match."),
    AfterValidator(_searchable),
]


@dataclass(frozen=True)
class Entry:
    """A thing as search knows it."""

    words: frozenset[str]
    category: str
    place: str

    def matches(self, wanted: Collection[str], category: str | None, location: str | None) -> bool:
        """Whether it has all the words and passes the filters that are named."""
        return (
            self.words.issuperset(wanted)
            and category in (None, self.category)
            and (location is None or match_key(location) == self.place)
        )


def news(change: Change) -> dict[str, Any] | None:
    """What search is told of a change: the thing, and all words it was or is found by. None where nothing is new.

    `group` holds the thing's changes in order.
    """
    before, after = entry_of(change.resource, change.before), entry_of(change.resource, change.after)
    if before == after:
        return None
    thing = change.after or change.before or {}
    found_by = {word for entry in (before, after) if entry for word in entry.words}
    group = f"{change.resource}#{thing['id']}"
    return {"group": group, "kind": change.resource, "id": thing["id"], "words": sorted(found_by)}


def entry_of(kind: str, item: Mapping[str, Any] | None) -> Entry | None:
    """What search knows of a stored thing; None of one that is not to be found."""
    if item is None or kind not in FOUND_WHILE or item.get("status") != FOUND_WHILE[kind]:
        return None
    return Entry(frozenset(words(item["title"])), item["category"], match_key(item["location"]))
