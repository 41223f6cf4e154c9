"""Lists in pages, and cursors that a client can hold but neither read into, edit, nor use elsewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from khaya.platform.base.errors import Unreadable
from khaya.platform.base.models import Item, Model
from khaya.platform.base.settings import settings

DEFAULT_LIMIT = 20
MOST = 50

Limit = Annotated[int, Field(ge=1, le=MOST, description="How many items a page holds.")]

Thing = TypeVar("Thing")
Shown = TypeVar("Shown")

_SIGNATURE_BYTES = 12
_LONGEST = 1024


class Page(Model, Generic[Shown]):
    """One page of a list. It is made without naming what it holds: its items know their own shape."""

    items: list[Shown]
    next_cursor: Annotated[str | None, Field(description="Ask with it for the next page; null on the last.")] = None


@dataclass(frozen=True)
class PageResult(Generic[Thing]):
    """One page as a store answers it; `after` is where the next page begins, None at the end."""

    items: list[Thing]
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class PageRequest:
    """Which page of which list. `scope` names the list: its route, its filters, and the caller where it is private."""

    scope: tuple[str, ...]
    limit: int
    cursor: str | None = None

    def start(self) -> dict[str, Any] | None:
        """The position that the cursor holds; None for the first page.

        Raises:
            Unreadable: the cursor is broken, edited, or belongs to another list.
        """
        if self.cursor is None:
            return None
        try:
            if len(self.cursor) > _LONGEST:
                raise ValueError("too long")
            raw = base64.b64decode(self.cursor.encode("ascii") + b"=" * (-len(self.cursor) % 4), b"-_", validate=True)
            signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._sign(text)) or _encode(raw) != self.cursor:
                raise ValueError("not ours")
            position: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise Unreadable("The cursor is not one that this list gave out.") from error
        return position

    def cursor_after(self, position: Mapping[str, Any] | None) -> str | None:
        """The cursor for the page that begins after `position`."""
        if position is None:
            return None
        text = json.dumps(position, separators=(",", ":")).encode()
        return _encode(self._sign(text) + text)

    def _sign(self, text: bytes) -> bytes:
        scope = json.dumps(self.scope).encode()
        key = settings().cursor_key.encode()
        return hmac.digest(key, scope + b"\x00" + text, hashlib.sha256)[:_SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def page_of(rows: Sequence[Item], limit: int, position: Callable[[Item], Mapping[str, Any]]) -> PageResult[Item]:
    """The page in the answer to a query for one row more than `limit`: that row only tells that the list goes on."""
    if len(rows) > limit:
        return PageResult(list(rows[:limit]), position(rows[limit - 1]))
    return PageResult(list(rows), None)


def every_item(page: Callable[[PageRequest], PageResult[Thing]]) -> Iterator[Thing]:
    """All things of a list, however many, read page by page as they are taken; `page` is the list in a store."""
    page_request = PageRequest(("every",), MOST)
    while True:
        found = page(page_request)
        yield from found.items
        if found.after is None:
            return
        page_request = replace(page_request, cursor=page_request.cursor_after(found.after))
