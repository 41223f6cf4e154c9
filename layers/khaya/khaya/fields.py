"""Kinds of field that several domains share, and the two shapes every model has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

_LONGEST_MATCH = 200
_HIDDEN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff"
_REFUSED = rf"\x00-\x08\x0b\x0c\x0e-\x1f{_HIDDEN}"
_CONTROL = re.compile(rf"[{_REFUSED}\ud800-\udfff]")


class Stored(BaseModel):
    """A thing of the marketplace as it is kept and answered: never changed in place, camelCase outside Python."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class Asked(BaseModel):
    """What a client sends: unknown fields are refused, numbers are not read from text."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_alias=True, serialize_by_alias=True, extra="forbid"
    )


def item_of(thing: BaseModel) -> dict[str, Any]:
    """The fields of `thing` as they are stored: camelCase, without those that have no value."""
    return thing.model_dump(by_alias=True, exclude_none=True)


def left_out() -> Any:
    """Marks a field that a client may leave out but not clear. Its default is never read: see `named`."""
    return Field(default_factory=lambda: None)


def named(wanted: BaseModel) -> dict[str, Any]:
    """The fields that a client named, by their Python names."""
    return {name: getattr(wanted, name) for name in wanted.model_fields_set}


def _clean(value: Any) -> Any:
    """Trimmed text in one Unicode form."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value or "\t" in value:
        raise ValueError("must be a single line")
    return value


class _Told:
    """Tells the OpenAPI document what the rules of text come to: its length is that between the outer blanks."""

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


Prose = Annotated[str, BeforeValidator(_clean), AfterValidator(_printable), _Told(_REFUSED)]
"""Text over several lines, trimmed, without control characters; its length is the field's own matter."""

Line = Annotated[
    str, BeforeValidator(_clean), AfterValidator(_printable), AfterValidator(_one_line), _Told(rf"\x00-\x1f{_HIDDEN}")
]
"""Text on one line, otherwise as `Prose`."""

Title = Annotated[Line, Field(min_length=5, max_length=200)]
Description = Annotated[Prose, Field(min_length=20, max_length=5000)]
Place = Annotated[Line, Field(min_length=2, max_length=200)]

Count = Annotated[int, Field(strict=True, ge=0)]
Whole = Annotated[int, Field(strict=True)]


def _to_a_centimetre(degrees: float) -> float:
    """To seven places: a closer point means nothing, and DynamoDB refuses numbers that are all but zero."""
    return round(degrees, 7) + 0.0


class Coordinates(Asked):
    """A point on Earth in degrees."""

    lat: Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False), AfterValidator(_to_a_centimetre)]
    lng: Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False), AfterValidator(_to_a_centimetre)]


REMOVED = "Removed with the account of whoever wrote it."
"""Stands for the text of somebody who has left."""

Key = Annotated[str, Field(pattern=r"^uploads/[0-9a-zA-Z-]{1,64}/[a-z]{1,20}/[0-9A-Z]{26}\.[a-z]{3,4}$")]
"""The key of an upload: `uploads/<userId>/<purpose>/<id>.<extension>`."""

Purpose = Literal["profile", "certification", "portfolio", "listing", "job", "submission", "story"]
"""What an upload is for."""

Photos = Annotated[list[Key], Field(max_length=5)]
"""Upload keys of photos, in the order in which they are shown."""


def upload_prefix(user_id: str, purpose: Purpose) -> str:
    """What the keys of a person's uploads for a purpose begin with."""
    return f"uploads/{user_id}/{purpose}/"


def uploads_of(user_id: str) -> str:
    """What the keys of all of a person's uploads begin with."""
    return f"uploads/{user_id}/"


def match_key(text: str) -> str:
    """The form in which places and words are compared: trimmed, case-folded, inner blanks made one.

    A few signs grow to many in this form, and keys have limits: it is cut to the length of the longest place.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:_LONGEST_MATCH]
