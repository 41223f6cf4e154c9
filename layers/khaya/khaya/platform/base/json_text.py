"""Strict reading and compact writing of JSON."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from pydantic import BaseModel

from khaya.platform.base.errors import Unreadable

MAX_DEPTH = 32
"""The deepest nesting that is accepted."""
_MOST_DIGITS: Final = 40


def read_json(text: str | None) -> Any:
    """The value of a JSON text; None for no text.

    Raises:
        Unreadable: it is not valid JSON, or nested too deep.
    """
    if text is None:
        return None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_no_constant)
        _check_depth(value, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not readable JSON.", code="body_not_json") from error
    return value


def compact(value: Any) -> str:
    """`value` as JSON without whitespace; non-ASCII characters are not escaped."""
    if isinstance(value, str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a key that occurs twice is refused.

    Numbers with a point or an exponent stay floats, so that a field for whole numbers refuses them.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("A key occurs twice in one object of the body.", code="duplicate_key")
    return found


def _integer(digits: str) -> int:
    """The number; one with more digits than any field takes is cut, so that its field refuses it for its size.

    Python reads no number of more than 4,300 digits.
    """
    return int(digits[:_MOST_DIGITS])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON")


def _check_depth(value: Any, levels: int) -> None:
    if levels == 0:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for part in value.values():
            _check_depth(part, levels - 1)
    elif isinstance(value, list):
        for part in value:
            _check_depth(part, levels - 1)
