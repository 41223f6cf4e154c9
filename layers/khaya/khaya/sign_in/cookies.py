"""The cookie that holds a browser's refresh token, so that no script reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAME: Final = "khaya_refresh"
_ATTRIBUTES: Final = "HttpOnly; Secure; SameSite=Strict; Path=/api/auth"
"""A browser sends it to the sign-in routes of its own origin only. The web client's origin has the API at `/api`."""


def refresh_cookie(event: Mapping[str, Any]) -> str | None:
    """The refresh token in the cookies of a request; None if there is none."""
    lines = [value for name, values in _headers(event) if name.lower() == "cookie" for value in values]
    for pair in ";".join(lines).split(";"):
        name, _, value = pair.strip().partition("=")
        if name == NAME and value:
            return value
    return None


def set_refresh_cookie(token: str, seconds: int) -> str:
    """The `Set-Cookie` header that keeps a refresh token for so many seconds."""
    return f"{NAME}={token}; Max-Age={seconds}; {_ATTRIBUTES}"


def clear_refresh_cookie() -> str:
    """The `Set-Cookie` header that removes the cookie."""
    return f"{NAME}=; Max-Age=0; {_ATTRIBUTES}"


def _headers(event: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The headers of an event with all their lines."""
    lines = event.get("multiValueHeaders")
    if lines:
        return list(lines.items())
    return [(name, [value]) for name, value in (event.get("headers") or {}).items()]
