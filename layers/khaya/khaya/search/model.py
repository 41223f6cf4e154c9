"""The words of a title, and the searchable form of a job or listing."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from khaya.platform.base.fields import Line, match_key

Kind = Literal["jobs", "listings"]
"""The searchable resources."""

SEARCHABLE_STATUS: Final[Mapping[str, str]] = {"jobs": "open", "listings": "active"}
"""The status in which an item of each kind is searchable."""

MAX_WORDS = 3

_MAX_WORD_LENGTH = 64
"""Longer words are cut, because DynamoDB limits the length of keys."""


def words(text: str) -> list[str]:
    """The distinct words of `text`, in order. A word is a run of letters and digits of any script, case-folded."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    separated = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in folded)
    return list(dict.fromkeys(word[:_MAX_WORD_LENGTH] for word in separated.split()))


def _searchable(text: str) -> str:
    if not 0 < len(words(text)) <= MAX_WORDS:
        raise ValueError(f"must hold one to {MAX_WORDS} words")
    return text


SearchText = Annotated[
    Line,
    Field(max_length=100, description="One to three whole words of the title, all of which must match."),
    AfterValidator(_searchable),
]


@dataclass(frozen=True)
class Entry:
    """The searchable form of a job or listing."""

    words: frozenset[str]
    category: str
    place: str

    def matches(self, wanted: Collection[str], category: str | None, location: str | None) -> bool:
        """Whether the entry has all the words and passes the given filters."""
        return (
            self.words.issuperset(wanted)
            and category in (None, self.category)
            and (location is None or match_key(location) == self.place)
        )


def entry_of(kind: str, item: Mapping[str, Any] | None) -> Entry | None:
    """The searchable form of a stored item; None if the item is not searchable."""
    if item is None or kind not in SEARCHABLE_STATUS or item.get("status") != SEARCHABLE_STATUS[kind]:
        return None
    return Entry(frozenset(words(item["title"])), item["category"], match_key(item["location"]))
