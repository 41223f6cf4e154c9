"""The words of a title, and the searchable form of a job or listing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, WithJsonSchema

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


_SCHEMA: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s!-/:-@\[-`{-~\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
    "description": "One to three different whole words of the title, all of which must match.",
}
"""What the OpenAPI document says of a search: at least one character that can be part of a word."""


def _searchable(text: str) -> str:
    if not 0 < len(words(text)) <= MAX_WORDS:
        raise FieldError(f"must hold one to {MAX_WORDS} words", "wrong_word_count", min=1, max=MAX_WORDS)
    return text


SearchText = Annotated[Line, Length(0, 100), AfterValidator(_searchable), WithJsonSchema(_SCHEMA)]


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
