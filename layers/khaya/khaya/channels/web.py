"""One request to a provider's HTTP API, and what its failures mean: was the message taken, or not, or who knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khaya.channels import ChannelDown, Unsure

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = (2, 5)
"""To connect, and to answer."""

_UNANSWERED = 504
"""A gateway gave up waiting for what is behind it, which may have done its work."""
_TOO_MANY = 429
_OURS = 300
_THEIRS = 500


def post(address: str, **request: Any) -> requests.Response:
    """Ask once; answers what came back with 2xx or 4xx, which the caller reads. 401 and 403 are about us.

    Each request has a connection of its own: one that was kept may be closed by the other side at the very moment.

    Raises:
        ChannelDown: refused, busy or broken: nothing was sent.
        Unsure: the request went out, and no answer came.
    """
    import requests  # noqa: PLC0415 - slow to import

    try:
        answer = requests.post(address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **request)
    except requests.RequestException as error:
        raise (ChannelDown if _never_left(error) else Unsure)(type(error).__name__) from None
    status = answer.status_code
    if status == _UNANSWERED:
        raise Unsure(f"answered {status}")
    if status >= _THEIRS or status in {401, 403, _TOO_MANY} or _OURS <= status < 400:
        raise ChannelDown(f"answered {status}", seconds(answer.headers.get("Retry-After")))
    return answer


def object_in(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        Unsure: the answer is none, so nobody can tell what it says of the message.
    """
    try:
        found = answer.json()
    except ValueError:
        raise Unsure(f"answered {answer.status_code} with something unreadable") from None
    if not isinstance(found, dict):
        raise Unsure(f"answered {answer.status_code} with something unreadable")
    return found


def seconds(retry_after: str | None) -> int:
    """What a `Retry-After` header asks for, in seconds or as a date (RFC 9110); 0 where it says nothing sensible."""
    from datetime import UTC, datetime  # noqa: PLC0415 - seldom needed
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    if not retry_after:
        return 0
    if retry_after.isdecimal():
        return int(retry_after[:9])
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.now(UTC)).total_seconds()))


def _never_left(error: requests.RequestException) -> bool:
    """Whether the request cannot have reached the provider: no connection was made."""
    import requests  # noqa: PLC0415
    from urllib3.exceptions import MaxRetryError, NewConnectionError  # noqa: PLC0415

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
