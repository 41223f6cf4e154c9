"""Requests to providers' HTTP APIs, and whether a failure means that the message was sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from khaya.channels import ChannelDown, Unsure
from khaya.platform.work import http_calls

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = (2, 5)
"""Timeouts of the connection and of the answer."""

_GATEWAY_TIMEOUT = 504
"""A gateway got no answer from the server behind it, which may have handled the request."""
_TOO_MANY = 429
_REDIRECTS = 300
_SERVER_ERRORS = 500


def post(address: str, *, told_apart: Collection[int] = (), **request: Any) -> requests.Response:
    """Send one request; returns an answer with 2xx or 4xx, except 401, 403 and 429 unless they are to be `told_apart`.

    Raises:
        ChannelDown: the request was refused or failed, and nothing was sent.
        Unsure: the request was sent and not answered.
    """
    try:
        answer = http_calls.send("POST", address, TIMEOUT_SECONDS, **request)
    except http_calls.NotSent as error:
        raise ChannelDown(str(error)) from None
    except http_calls.NotAnswered as error:
        raise Unsure(str(error)) from None
    status = answer.status_code
    if status in told_apart:
        return answer
    if status == _GATEWAY_TIMEOUT:
        raise Unsure(f"answered {status}")
    if status >= _SERVER_ERRORS or status in {401, 403, _TOO_MANY} or _REDIRECTS <= status < 400:
        raise ChannelDown(f"answered {status}", http_calls.retry_after_seconds(answer.headers.get("Retry-After")))
    return answer


def json_object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object in an answer.

    Raises:
        Unsure: there is none, so it is unknown whether the message was sent.
    """
    found = http_calls.json_object(answer)
    if found is None:
        raise Unsure(f"answered {answer.status_code} without a JSON object")
    return found
