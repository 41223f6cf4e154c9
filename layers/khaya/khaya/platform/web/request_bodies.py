"""Reads request bodies: size, content type, encoding, JSON, and the number of values."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from khaya.platform.base.errors import FieldProblem, Invalid, TooLarge, Unreadable, UnsupportedMediaType

MAX_BYTES = 256 * 1024
"""The largest body: enough for a story of 10,000 characters, each escaped in JSON."""
MAX_VALUES = 1000
"""The most values in one body, keys included; the largest request has under 200."""

_MEDIA_TYPES = ("application/json", "application/merge-patch+json")
_CHARSETS = ("utf-8", "utf8", "us-ascii")


def checked_body(event: Mapping[str, Any]) -> str | None:
    """The body of an API Gateway request as text; None without a body.

    Raises:
        TooLarge: it exceeds 256 KiB.
        UnsupportedMediaType: its content type is not JSON, its charset is not UTF-8, or it is compressed.
        Unreadable: it is not UTF-8.
    """
    raw = raw_body(event)
    if not raw:
        return None
    _check_media_type(event.get("headers") or {})
    try:
        return raw.decode()
    except ValueError as error:
        raise _not_utf8() from error


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The body of an API Gateway request, byte for byte; empty without a body.

    Raises:
        TooLarge: it exceeds 256 KiB.
        Unreadable: it is not UTF-8, or not the Base64 that it claims to be.
    """
    body: str = event.get("body") or ""
    if len(body) > MAX_BYTES * 4 // 3 + 4:
        raise _too_large()
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError as error:
        raise _not_utf8() from error
    if len(raw) > MAX_BYTES:
        raise _too_large()
    return raw


def check_values(body: Any) -> None:
    """Check the number of values in a body, and that its texts are valid Unicode.

    Without a limit, the errors of a body with many unknown fields would be expensive.

    Raises:
        Invalid: it has too many values, or a text with an unpaired surrogate.
    """
    for count, (path, value) in enumerate(_values("", body), start=1):
        if count > MAX_VALUES:
            message = f"has more than {MAX_VALUES} values"
            raise Invalid([FieldProblem("body", message, "too_many_values", {"max": MAX_VALUES})])
        if isinstance(value, str) and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Invalid([FieldProblem(path or "body", "has an unpaired surrogate", "unpaired_surrogate")])


def object_or_null(body: Any) -> dict[str, Any] | None:
    """The JSON value of a body, after checking that it is an object or null.

    Raises:
        Invalid: it is neither.
    """
    if body is not None and not isinstance(body, dict):
        raise Invalid([FieldProblem("body", "must be an object", "wrong_type", {"expected": "object"})])
    return body


def check_no_body(body: Any) -> None:
    """Check the body that was sent to a route without one; an empty object is accepted.

    Raises:
        Invalid: the body is anything else.
    """
    if body == {}:
        return
    if isinstance(body, dict):
        message = "is not a field of this request"
        raise Invalid([FieldProblem(name[:64], message, "unknown_field") for name in body])
    raise Invalid([FieldProblem("body", "is not expected", "body_not_expected")])


def _values(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and every value in a JSON value, with its path. The depth is limited when the JSON is read."""
    yield path, value
    if isinstance(value, dict):
        for name, part in value.items():
            inner = f"{path}.{name[:64]}" if path else name[:64]
            yield inner, name
            yield from _values(inner, part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _values(f"{path}.{number}" if path else str(number), part)


def _check_media_type(headers: Mapping[str, str]) -> None:
    sent = {name.lower(): value.lower() for name, value in headers.items()}
    kind, *parameters = (part.strip() for part in sent.get("content-type", _MEDIA_TYPES[0]).split(";"))
    charsets = [part.partition("=")[2].strip(' "') for part in parameters if part.startswith("charset")]
    encoding = sent.get("content-encoding", "identity").strip()
    if kind not in _MEDIA_TYPES or any(charset not in _CHARSETS for charset in charsets) or encoding != "identity":
        raise UnsupportedMediaType("Send application/json in UTF-8, not compressed.")


def _too_large() -> TooLarge:
    return TooLarge(f"At most {MAX_BYTES // 1024} KiB.", params={"maxBytes": MAX_BYTES})


def _not_utf8() -> Unreadable:
    return Unreadable("The body is not UTF-8 text.", code="body_not_json")
