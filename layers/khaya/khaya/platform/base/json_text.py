"""JSON texts: read exactly, and written without blanks."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from pydantic import BaseModel

from khaya.platform.base.errors import Invalid, Unreadable

DEEPEST = 32
"""Levels of nesting that are read."""


def read_json(text: str | None) -> Any:
    """The value of a JSON text, None for no text.

    Raises:
        Unreadable: it is not JSON, or nested too deep.
    """
    if text is None:
        return None
    try:
        value = json.loads(text, parse_float=_number, parse_constant=_no_constant)
        _check_depth(value, DEEPEST)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not readable JSON.") from error
    return value


def read_object(text: str | None) -> Any:
    """The value of a request's body; what a list holds is never taken for the body, as Powertools would.

    Raises:
        Unreadable: it is not JSON, or nested too deep.
        Invalid: it is a list.
    """
    value = read_json(text)
    if isinstance(value, list):
        raise Invalid([("body", "must be an object")])
    return value


def compact(value: Any) -> str:
    """`value` as JSON without blanks, beyond ASCII as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _number(text: str) -> float:
    """A number with a point or an exponent; `5000.0` is the whole number 5000, as JSON has it."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for part in value.values():
            _check_depth(part, left - 1)
    elif isinstance(value, list):
        for part in value:
            _check_depth(part, left - 1)
