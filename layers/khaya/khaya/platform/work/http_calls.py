"""Requests to other services over HTTP, and whether a failure means that the request was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests


class NotSent(Exception):
    """No connection was made, so the service has not seen the request."""


class NotAnswered(Exception):
    """The request was sent, or may have been, and no whole answer came back."""


def send(method: str, address: str, timeout: tuple[float, float], **request: Any) -> requests.Response:
    """Send one request and return the answer, whatever its status; redirects are not followed.

    Each request opens a connection, since the other side may close a kept one at any moment.

    Args:
        method: the HTTP method.
        address: the URL.
        timeout: seconds for the connection and for each part of the answer.
        request: further arguments of `requests.request`.

    Raises:
        NotSent, NotAnswered: see there. The message is the name of the error, since the error itself may hold the URL.
    """
    import requests  # noqa: PLC0415 - slow to import

    try:
        return requests.request(method, address, timeout=timeout, allow_redirects=False, **request)
    except requests.RequestException as error:
        raise (NotSent if _was_not_sent(error) else NotAnswered)(type(error).__name__) from None


def json_object(answer: requests.Response) -> dict[str, Any] | None:
    """The JSON object in an answer; None if there is none."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def retry_after_seconds(header: str | None) -> int:
    """Seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110); 0 if it is missing or invalid."""
    from datetime import UTC, datetime  # noqa: PLC0415 - rarely needed
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    if not header:
        return 0
    if header.isascii() and header.isdecimal():
        return int(header[:9])
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return 0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.now(UTC)).total_seconds()))


def _was_not_sent(error: requests.RequestException) -> bool:
    """Whether the request surely did not reach the service, since no connection was made."""
    import requests  # noqa: PLC0415
    from urllib3.exceptions import MaxRetryError, NewConnectionError  # noqa: PLC0415

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
