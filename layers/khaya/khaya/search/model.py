"""The words of a title, and the searchable form of a job or listing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from khaya.platform.base.errors import FieldError
from khaya.platform.base.feeds import HIDDEN
from khaya.platform.base.fields import Length, Line
from khaya.platform.base.places import place_key
from khaya.platform.base.text import index_words, words

Kind = Literal["jobs", "listings"]
"""The searchable resources."""

SEARCHABLE_STATUS: Final[Mapping[str, str]] = {"jobs": "open", "listings": "active"}
"""The status in which an item of each kind is searchable."""

MAX_WORDS = 3


_GAP = r"[^\p{L}\p{N}\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff]"
_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"


def _searchable(text: str) -> str:
    if not 0 < len(words(text)) <= MAX_WORDS:
        raise FieldError(f"must hold one to {MAX_WORDS} words", "wrong_word_count", min=1, max=MAX_WORDS)
    return text


_WITH_A_WORD = r"^[^\x00-\x1f\x7f-\x9f]*[^\s!-/:-@\[-`{-~\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
"""At least one character that is neither blank, punctuation of ASCII, nor a control character."""

SearchText = Annotated[
    Line,
    Length(0, 100),
    Field(
        description="One to three whole words of the title, all of which must match.",
        json_schema_extra={"pattern": rf"^{_GAP}*{_WORD}({_GAP}+{_WORD}){{0,{MAX_WORDS - 1}}}{_GAP}*$"},
    ),
    AfterValidator(_searchable),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 100, "pattern": _WITH_A_WORD}),
]


@dataclass(frozen=True)
class SearchEntry:
    """The searchable form of a job or listing."""

    words: frozenset[str]
    category: str
    place: str

    def matches(self, wanted: Collection[str], category: str | None, location: str | None) -> bool:
        """Whether the entry has all the words and passes the given filters."""
        return (
            self.words.issuperset(wanted)
            and category in (None, self.category)
            and (location is None or place_key(location) == self.place)
        )


def entry_of(kind: str, item: Mapping[str, Any] | None) -> SearchEntry | None:
    """The searchable form of a stored item; None if the item is not searchable, or hidden."""
    if item is None or HIDDEN in item or kind not in SEARCHABLE_STATUS or item.get("status") != SEARCHABLE_STATUS[kind]:
        return None
    return SearchEntry(frozenset(index_words(item["title"])), item["category"], place_key(item["location"]))
