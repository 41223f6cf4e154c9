"""Request bodies: how large, of what kind, and whether they can be read; and how answers are written."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import BaseModel

from khaya.platform.base.errors import Invalid, TooLarge, Unreadable, UnsupportedMediaType

LARGEST = 256 * 1024
"""Bytes; the largest thing a client may send is a story of 10,000 characters, four bytes each at most, escaped."""

DEEPEST = 32


def checked_body(event: Mapping[str, Any]) -> str | None:
    """The body of an API Gateway request as text, None where it has none.

    Raises:
        TooLarge: it exceeds 256 KiB.
        UnsupportedMediaType: its content type is not JSON.
        Unreadable: it is not UTF-8.
    """
    body: str | None = event.get("body")
    if not body:
        return None
    if len(body) > LARGEST * 4 // 3:
        raise TooLarge(f"At most {LARGEST // 1024} KiB.")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        text = raw.decode()
    except ValueError as error:
        raise Unreadable("The body is not UTF-8 text.") from error
    if len(raw) > LARGEST:
        raise TooLarge(f"At most {LARGEST // 1024} KiB.")
    headers = event.get("headers") or {}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "application/json")
    if kind.split(";")[0].strip().lower() not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMediaType("Send application/json.")
    return text


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


def read_fields(text: str | None) -> Any:
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
