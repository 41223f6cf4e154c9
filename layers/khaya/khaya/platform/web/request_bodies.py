"""Checks the size, content type and encoding of request bodies."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from khaya.platform.base.errors import TooLarge, Unreadable, UnsupportedMediaType

MAX_BYTES = 256 * 1024
"""The largest body: enough for a story of 10,000 characters, each escaped in JSON."""


def checked_body(event: Mapping[str, Any]) -> str | None:
    """The body of an API Gateway request as text; None without a body.

    Raises:
        TooLarge: it exceeds 256 KiB.
        UnsupportedMediaType: its content type is not JSON.
        Unreadable: it is not UTF-8.
    """
    body: str | None = event.get("body")
    if not body:
        return None
    if len(body) > MAX_BYTES * 4 // 3:
        raise TooLarge(f"At most {MAX_BYTES // 1024} KiB.")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        text = raw.decode()
    except ValueError as error:
        raise Unreadable("The body is not UTF-8 text.") from error
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"At most {MAX_BYTES // 1024} KiB.")
    headers = event.get("headers") or {}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "application/json")
    if kind.split(";")[0].strip().lower() not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMediaType("Send application/json.")
    return text
