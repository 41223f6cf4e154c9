"""Field types that several domains use: text, places, counts, coordinates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from khaya.platform.base.models import RequestModel

_LONGEST_MATCH = 200
_HIDDEN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff"
_REFUSED = rf"\x00-\x08\x0b\x0c\x0e-\x1f{_HIDDEN}"
_CONTROL = re.compile(rf"[{_REFUSED}\ud800-\udfff]")


def _clean(value: Any) -> Any:
    """Text trimmed and in Unicode form NFC; other values unchanged."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value or "\t" in value:
        raise ValueError("must be a single line")
    return value


class _SchemaPattern:
    """Adds the JSON Schema pattern that is equivalent to the validators. The length is measured after trimming."""

    def __init__(self, refused: str) -> None:
        self.refused = refused

    def __get_pydantic_json_schema__(self, core: Any, schema_of: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        schema = schema_of(core)
        inner, outer = f"[^{self.refused}]", f"[^\\s{self.refused}]"
        match schema.get("minLength", 0):
            case 0:
                pattern = f"{inner}*"
            case 1:
                pattern = f"\\s*{outer}({inner}*{outer})?\\s*"
            case 2:
                pattern = f"\\s*{outer}{inner}*{outer}\\s*"
            case least:
                pattern = f"\\s*{outer}{inner}{{{least - 2},}}{outer}\\s*"
        return {**schema, "pattern": f"^{pattern}$"}


Prose = Annotated[str, BeforeValidator(_clean), AfterValidator(_printable), _SchemaPattern(_REFUSED)]
"""Trimmed text of any number of lines, without control characters. Each field sets its own length."""

Line = Annotated[
    str,
    BeforeValidator(_clean),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    _SchemaPattern(rf"\x00-\x1f{_HIDDEN}"),
]
"""Text on one line, otherwise like `Prose`."""

Title = Annotated[Line, Field(min_length=5, max_length=200)]
Description = Annotated[Prose, Field(min_length=20, max_length=5000)]
Place = Annotated[Line, Field(min_length=2, max_length=200)]

Count = Annotated[int, Field(strict=True, ge=0)]
Whole = Annotated[int, Field(strict=True)]


def _seven_decimals(degrees: float) -> float:
    """Degrees rounded to seven decimals, about a centimetre; DynamoDB refuses numbers closer to zero than 1e-130."""
    return round(degrees, 7) + 0.0


class Coordinates(RequestModel):
    """A geographic position in degrees."""

    lat: Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False), AfterValidator(_seven_decimals)]
    lng: Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False), AfterValidator(_seven_decimals)]


REMOVED = "Removed with the account of whoever wrote it."
"""Replaces text that an erased person wrote."""


def match_key(text: str) -> str:
    """The form in which places and words are compared: NFKC, case-folded, whitespace collapsed.

    Cut to the length of the longest place, because normalising can lengthen a text and index keys are limited.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:_LONGEST_MATCH]
