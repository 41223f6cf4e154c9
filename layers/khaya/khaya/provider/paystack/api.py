"""Requests to Paystack's API, and what its errors mean."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from khaya.platform.base.settings import ProviderSettings, settings
from khaya.platform.work import http_calls
from khaya.provider.errors import (
    DuplicateReference,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Refused,
    TooLittleBalance,
    Unclear,
)
from khaya.provider.paystack import keys
from khaya.provider.paystack.answers import Fields, UnreadableAnswer, each

if TYPE_CHECKING:
    import requests

Thing = TypeVar("Thing")

TIMEOUT_SECONDS = (2.0, 8.0)
"""Timeouts of the connection and of the answer; a function behind the API has 15 seconds in all."""

PAGE_SIZE: Final = 100
MOST_PAGES: Final = 200

_CODE: Final = re.compile(r"[a-z0-9_]{1,60}")
_UNKNOWN_WAIT: Final = 60
"""Seconds to wait after a refusal for too many calls that names no time; Paystack counts by the minute."""
_EPOCH: Final = 1_000_000_000
"""A larger `x-ratelimit-reset` is a time, a smaller one a duration."""


class UnknownObject(Refused):
    """Paystack knows no such thing."""


def read(path: str, reader: Callable[[Any], Thing], query: dict[str, Any] | None = None) -> Thing:
    """What `reader` makes of the data of an answer to `GET`.

    Raises:
        ProviderUnavailable: there is no readable answer.
    """
    try:
        return ask("GET", path, reader, query=query, changes=False)
    except Refused as refusal:
        raise ProviderUnavailable(f"refused: {refusal.code}") from None


def find(path: str, reader: Callable[[Any], Thing]) -> Thing | None:
    """What `reader` makes of one thing; None if it does not exist.

    Raises:
        ProviderUnavailable: there is no readable answer.
    """
    try:
        return ask("GET", path, reader, changes=False)
    except UnknownObject:
        return None
    except Refused as refusal:
        raise ProviderUnavailable(f"refused: {refusal.code}") from None


def find_all(
    path: str,
    reader: Callable[[Fields], Thing],
    query: dict[str, Any],
    *,
    size: str,
    is_last: Callable[[list[Thing]], bool] = lambda _: False,
) -> dict[str, Thing]:
    """What `reader` makes of each thing in a list of many pages, by Paystack's id of it.

    Args:
        path: the list.
        reader: reads one thing.
        query: parameters.
        size: the parameter for the size of a page.
        is_last: whether the pages after this one are not wanted.

    Raises:
        ProviderUnavailable: a page is not readable, or there are too many.
    """
    found: dict[str, Thing] = {}

    def with_id(one: Fields) -> tuple[str, Thing]:
        return one.id(), reader(one)

    for page in range(1, MOST_PAGES + 1):
        try:
            items, pages = _page(path, with_id, {**query, size: PAGE_SIZE, "page": page})
        except UnknownObject:  # Paystack documents 404 for lists, too
            return found
        except (Refused, TooLittleBalance) as refusal:
            raise ProviderUnavailable(f"refused: {refusal}") from None
        new = {name: one for name, one in items if name not in found}
        found |= new
        if not new or (pages is not None and page >= pages) or is_last([one for _, one in items]):
            return found
    raise ProviderUnavailable("too many pages")


def ask(
    method: str,
    path: str,
    reader: Callable[[Any], Thing],
    *,
    body: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    changes: bool = True,
    spends: bool = False,
) -> Thing:
    """What `reader` makes of the data of an answer.

    Args:
        method: the HTTP method.
        path: the path.
        reader: reads the data.
        body: the JSON body.
        query: parameters.
        changes: whether the request changes something, so that a lost answer is unclear.
        spends: whether it needs money at Paystack.

    Raises:
        Unclear: there is no readable answer, and the request changes something.
        ProviderUnavailable: nothing was done.
        Refused: nothing was done, and the reason is final.
        TooLittleBalance: nothing was done; only if it `spends`.
    """
    answer = _send(method, path, body, query, changes)
    try:
        return _read_answer(answer, lambda whole: reader(whole.get("data")), changes)
    except TooLittleBalance as error:
        if spends:
            raise
        raise ProviderUnavailable(str(error)) from None


def put_file(address: str, content: bytes, content_type: str) -> None:
    """Upload a file to the address that Paystack gave for it.

    Raises:
        ProviderUnavailable: it was not taken.
    """
    require_safe(address)
    try:
        answer = http_calls.send("PUT", address, TIMEOUT_SECONDS, data=content, headers={"Content-Type": content_type})
    except (http_calls.NotSent, http_calls.NotAnswered) as error:
        raise ProviderUnavailable(str(error)) from None
    if not answer.ok:
        raise ProviderUnavailable(f"the upload was answered {answer.status_code}")


def require_safe(address: str) -> str:
    """An address that Paystack gave, if it is encrypted as far as Paystack itself is.

    Raises:
        Unreadable: it is not.
    """
    is_local = settings(ProviderSettings).payment_base_url.startswith("http://")
    if not address.startswith(("https://", "http://") if is_local else "https://"):
        raise UnreadableAnswer("address")
    return address


def _send(
    method: str, path: str, body: dict[str, Any] | None, query: dict[str, Any] | None, changes: bool
) -> requests.Response:
    """The answer to a request, with the first of our keys that Paystack takes."""
    address = settings(ProviderSettings).payment_base_url + path
    for key in keys.valid_keys():
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        try:
            answer = http_calls.send(method, address, TIMEOUT_SECONDS, json=body, params=query, headers=headers)
        except http_calls.NotSent as error:
            raise ProviderUnavailable(str(error)) from None
        except http_calls.NotAnswered as error:
            raise _no_answer(str(error), changes) from None
        if answer.status_code not in (401, 403):
            return answer
    raise ProviderUnavailable("the key is refused")


def _page(path: str, reader: Callable[[Fields], Thing], query: dict[str, Any]) -> tuple[list[Thing], int | None]:
    """The things on one page, and the number of pages if the answer tells it."""

    def read_page(whole: dict[str, Any]) -> tuple[list[Thing], int | None]:
        meta = whole.get("meta")
        pages = meta.get("pageCount") if isinstance(meta, dict) else None
        return each(whole.get("data"), reader), pages if isinstance(pages, int) else None

    return _read_answer(_send("GET", path, None, query, changes=False), read_page, changes=False)


def _read_answer(answer: requests.Response, reader: Callable[[dict[str, Any]], Thing], changes: bool) -> Thing:
    status = answer.status_code
    if status == 429:
        raise RateLimited("too many calls", _seconds_to_wait(answer))
    if status == 503:  # the service says that it did not handle the request
        raise ProviderUnavailable("answered 503", http_calls.retry_after_seconds(answer.headers.get("Retry-After")))
    whole = http_calls.json_object(answer)
    if whole is None or status >= 500 or 300 <= status < 400:
        raise _no_answer(f"answered {status}", changes)
    if status >= 400:
        raise _refusal(status, whole) if whole.get("status") is False else _no_answer(f"answered {status}", changes)
    if whole.get("status") is not True:
        raise _no_answer(f"answered {status} without success", changes)
    try:
        return reader(whole)
    except UnreadableAnswer as error:
        raise _no_answer(f"unreadable: {error}", changes) from None


def _no_answer(why: str, changes: bool) -> ProviderError:
    return Unclear(why) if changes else ProviderUnavailable(why)


def _refusal(status: int, whole: dict[str, Any]) -> ProviderError:
    """The error that a refusal means. Its message is left out, since it may repeat what was sent."""
    given = whole.get("code")
    code = given if isinstance(given, str) and _CODE.fullmatch(given) else ""
    if code == "duplicate_reference":
        return DuplicateReference(code)
    if code == "rate_limited":
        return RateLimited("too many calls", _UNKNOWN_WAIT)
    if code.startswith("insufficient_") or _says_too_little(whole.get("message")):
        return TooLittleBalance(code or "too little balance")
    if status == 404 or code.endswith("_not_found"):
        return UnknownObject(code)
    return Refused(code)


def _says_too_little(message: Any) -> bool:
    return isinstance(message, str) and "balance" in message.lower() and "not enough" in message.lower()


def _seconds_to_wait(answer: requests.Response) -> int:
    """Seconds until Paystack takes calls again, by the headers of a refusal for too many calls."""
    seconds = http_calls.retry_after_seconds(answer.headers.get("Retry-After"))
    reset = answer.headers.get("x-ratelimit-reset", "")
    if not seconds and re.fullmatch(r"[0-9]{1,10}", reset):
        seconds = int(reset) - (int(time.time()) if int(reset) > _EPOCH else 0)
    return seconds if seconds > 0 else _UNKNOWN_WAIT
