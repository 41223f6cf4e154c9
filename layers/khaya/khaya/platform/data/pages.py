"""Pages of lists, and signed cursors, which are valid only for the list that issued them."""

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
from khaya.platform.base.numbers import in_digits
from khaya.platform.base.settings import settings

DEFAULT_LIMIT = 20
MAX_LIMIT = 50

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many items a page holds."), in_digits]

Thing = TypeVar("Thing")
Shown = TypeVar("Shown")

_SIGNATURE_BYTES = 12
_MAX_CURSOR_LENGTH = 1024


class Page(Model, Generic[Shown]):
    """One page of a list, as the API shows it. Not parameterised when built."""

    items: list[Shown]
    next_cursor: Annotated[str | None, Field(description="Ask with it for the next page; null on the last.")] = None


@dataclass(frozen=True)
class PageResult(Generic[Thing]):
    """One page as a store returns it; `after` is the position of its last item, None on the last page."""

    items: list[Thing]
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class PageRequest:
    """The requested page of a list. `scope` identifies the list: route, caller if it is private, and filters."""

    scope: tuple[str, ...]
    limit: int
    cursor: str | None = None

    def start(self) -> dict[str, Any] | None:
        """The position in the cursor; None for the first page.

        Raises:
            Unreadable: the cursor is invalid, or belongs to another list.
        """
        if self.cursor is None:
            return None
        try:
            if len(self.cursor) > _MAX_CURSOR_LENGTH:
                raise ValueError("too long")
            raw = base64.b64decode(self.cursor.encode("ascii") + b"=" * (-len(self.cursor) % 4), b"-_", validate=True)
            signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._sign(text)) or _encode(raw) != self.cursor:
                raise ValueError("wrong signature")
            position: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise Unreadable("The cursor is not one that this list gave out.") from error
        return position

    def cursor_after(self, position: Mapping[str, Any] | None) -> str | None:
        """The cursor of the page that begins after `position`; None if `position` is None."""
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
    """The page in the result of a query for `limit` + 1 rows; the extra row only shows that there is a next page."""
    if len(rows) > limit:
        return PageResult(list(rows[:limit]), position(rows[limit - 1]))
    return PageResult(list(rows), None)


def every_item(page: Callable[[PageRequest], PageResult[Thing]]) -> Iterator[Thing]:
    """All items of a list, read lazily page by page; `page` is the store's function for one page."""
    page_request = PageRequest(("every",), MAX_LIMIT)
    while True:
        found = page(page_request)
        yield from found.items
        if found.after is None:
            return
        page_request = replace(page_request, cursor=page_request.cursor_after(found.after))
