"""Requests to providers' HTTP APIs, and whether a failure means that the message was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khaya.channels import ChannelDown, Unsure

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = (2, 5)
"""Timeouts of the connection and of the answer."""

_GATEWAY_TIMEOUT = 504
"""A gateway got no answer from the server behind it, which may have handled the request."""
_TOO_MANY = 429
_REDIRECTS = 300
_SERVER_ERRORS = 500


def post(address: str, **request: Any) -> requests.Response:
    """Send one request; returns an answer with 2xx or 4xx, except 401, 403 and 429.

    Each request opens a connection, since the other side may close a kept one at any moment.

    Raises:
        ChannelDown: the request was refused or failed, and nothing was sent.
        Unsure: the request was sent and not answered.
    """
    import requests  # noqa: PLC0415 - slow to import

    try:
        answer = requests.post(address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **request)
    except requests.RequestException as error:
        raise (ChannelDown if _was_not_sent(error) else Unsure)(type(error).__name__) from None
    status = answer.status_code
    if status == _GATEWAY_TIMEOUT:
        raise Unsure(f"answered {status}")
    if status >= _SERVER_ERRORS or status in {401, 403, _TOO_MANY} or _REDIRECTS <= status < 400:
        raise ChannelDown(f"answered {status}", retry_after_seconds(answer.headers.get("Retry-After")))
    return answer


def json_object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object in an answer.

    Raises:
        Unsure: there is none, so it is unknown whether the message was sent.
    """
    try:
        found = answer.json()
    except ValueError:
        raise Unsure(f"answered {answer.status_code} without a JSON object") from None
    if not isinstance(found, dict):
        raise Unsure(f"answered {answer.status_code} without a JSON object")
    return found


def retry_after_seconds(header: str | None) -> int:
    """Seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110); 0 if it is missing or invalid."""
    from datetime import UTC, datetime  # noqa: PLC0415 - rarely needed
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    if not header:
        return 0
    if header.isdecimal():
        return int(header[:9])
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return 0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.now(UTC)).total_seconds()))


def _was_not_sent(error: requests.RequestException) -> bool:
    """Whether the request surely did not reach the provider, since no connection was made."""
    import requests  # noqa: PLC0415
    from urllib3.exceptions import MaxRetryError, NewConnectionError  # noqa: PLC0415

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
