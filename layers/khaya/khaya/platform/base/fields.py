"""Field types that several domains share: text, places, counts, coordinates."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from khaya.platform.base.models import RequestModel
from khaya.platform.base.numbers import Count, Whole
from khaya.platform.base.text import has_unknown, trimmed, visible_length, without_invisible

__all__ = [
    "Coordinates",
    "Count",
    "Description",
    "Flag",
    "Length",
    "Line",
    "Name",
    "Place",
    "Prose",
    "Title",
    "Whole",
]

_HIDDEN: Final = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff"
_HIDDEN_IN_NAMES: Final = r"\x7f-\x9f\u2028\u2029\ufff9-\uffff"
_REFUSED: Final = rf"\x00-\x08\x0b\x0c\x0e-\x1f{_HIDDEN}"
_CONTROL: Final = re.compile(rf"[{_REFUSED}\ud800-\udfff]")
_INNER_BLANK: Final = r" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_OUTER_BLANK: Final = rf"\t-\r\u2028\u2029{_INNER_BLANK}"
_INVISIBLE: Final = (
    r"\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164\uffa0\ufff0-\ufff8"
)
_UNSEEN: Final = rf"{_INVISIBLE}\p{{M}}\u1161-\u11ff"
_BIDI: Final = r"\u202a-\u202e\u2066-\u2069\ufeff"
"""Characters that count for no minimum, as a class of ECMA-262; those of `_BIDI` may only stand in names."""
_UNKNOWN: Final = r"\ue000-\uf8ff\ufdd0-\ufdef"
"""Private use and noncharacters below U+10000.

The rest of what `text.has_unknown` finds has no expression that common tools read: they know few properties, and those
that generate texts list every character of a range.
"""


def _clean(value: Any) -> Any:
    """Trimmed text in Unicode form NFC."""
    return trimmed(unicodedata.normalize("NFC", value)) if isinstance(value, str) else value


def _clean_name(value: Any) -> Any:
    """Trimmed text without invisible characters, in which each run of blanks is one blank."""
    return re.sub(f"[{_INNER_BLANK}]+", " ", trimmed(without_invisible(value))) if isinstance(value, str) else value


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("control_characters", "must not contain control characters")
    if has_unknown(value):
        raise PydanticCustomError("unknown_characters", "must not contain characters that stand for nothing in Unicode")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value or "\t" in value:
        raise PydanticCustomError("several_lines", "must be a single line")
    return value


class _Pattern:
    """Adds the JSON Schema pattern of a kind of text; `refused` and `blank` are character classes."""

    by_pattern: "Final[dict[str, _Pattern]]" = {}

    def __init__(self, refused: str, blank: str) -> None:
        self.refused, self.blank = refused, blank
        self.by_pattern[self.of_length(0)] = self

    def of_length(self, least: int) -> str:
        """The pattern of texts in which a reader sees at least so many characters."""
        unseen = _UNSEEN if _HIDDEN in self.refused else _UNSEEN + _BIDI
        ends = f"[{_OUTER_BLANK}{_INVISIBLE}{_BIDI}]*"
        seen = f"[^{_OUTER_BLANK}{_UNSEEN}{_BIDI}{self.refused}{_UNKNOWN}]"
        taken = f"[^{self.refused}{_UNKNOWN}]"
        if least == 0:
            return f"^{taken}*$"
        if least == 1:
            return f"^{ends}{seen}({taken}*{seen})?[{unseen}]*{ends}$"
        more = f"([{unseen}]*{seen}|[{unseen}]*[{self.blank}][{self.blank}{unseen}]*(?={seen}))"
        return f"^{ends}{seen}{more}{{{least - 1},}}[{unseen}]*{ends}$"

    def __get_pydantic_json_schema__(self, core: Any, schema_of: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**schema_of(core), "pattern": self.of_length(0)}


class Length:
    """Limits of the length of a text.

    `least` counts what a reader sees (`text.visible_length`), `most` counts code points after trimming.
    """

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, schema_of: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        schema = schema_of(core)
        if self.least:
            schema |= {"minLength": self.least, "pattern": _Pattern.by_pattern[schema["pattern"]].of_length(self.least)}
        return {**schema, "maxLength": self.most}

    def _checked(self, value: str) -> str:
        if len(value) > self.most:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        enough = visible_length(value[: 8 * self.least]) >= self.least  # the beginning is nearly always enough
        if not enough and visible_length(value) < self.least:
            raise PydanticKnownError("string_too_short", {"min_length": self.least})
        return value


Prose = Annotated[
    str, BeforeValidator(_clean), AfterValidator(_printable), _Pattern(_REFUSED, rf"\t\n\r{_INNER_BLANK}")
]
"""Text over several lines, trimmed, without control characters."""

Line = Annotated[
    str,
    BeforeValidator(_clean),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    _Pattern(rf"\x00-\x1f{_HIDDEN}", _INNER_BLANK),
]
"""Text on one line, otherwise as `Prose`."""

Name = Annotated[
    str,
    BeforeValidator(_clean_name),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    _Pattern(rf"\x00-\x1f{_HIDDEN_IN_NAMES}", _INNER_BLANK),
]
"""The name of a person, a place or a trade: one line, without invisible characters."""


def _in_words(value: Any) -> Any:
    """The truth value that a query's text stands for: `true` or `false`, and nothing else."""
    if isinstance(value, str) and value not in ("true", "false"):
        raise PydanticKnownError("bool_parsing")
    return value == "true" if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_in_words)]
"""A truth value in a query."""

Title = Annotated[Line, Length(5, 200)]
Description = Annotated[Prose, Length(20, 5000)]
Place = Annotated[Name, Length(2, 200)]


def _seven_decimals(degrees: float) -> float:
    """Degrees rounded to seven decimals, about a centimetre; DynamoDB refuses numbers closer to zero than 1e-130."""
    return round(degrees, 7) + 0.0


class Coordinates(RequestModel):
    """A geographic position in degrees."""

    lat: Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False), AfterValidator(_seven_decimals)]
    lng: Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False), AfterValidator(_seven_decimals)]
