"""Pages of lists, and signed cursors, which are valid only for the list that issued them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unreadable
from khaya.platform.base.models import Item, Model
from khaya.platform.base.numbers import in_digits

DEFAULT_LIMIT = 20
MAX_LIMIT = 50

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many items a page holds."), in_digits]

Element = TypeVar("Element")
Other = TypeVar("Other")
Shown = TypeVar("Shown")

_SIGNATURE_BYTES = 12
_SCOPE_BYTES = 8
_MAX_CURSOR_LENGTH = 1024


class Page(Model, Generic[Shown]):
    """One page of a list, as the API shows it. Not parameterised when built."""

    items: list[Shown]
    next_cursor: Annotated[str | None, Field(description="Ask with it for the next page; null on the last.")]


@dataclass(frozen=True)
class PageResult(Generic[Element]):
    """One page as a store returns it; `after` is the position of its last item, None on the last page."""

    items: list[Element]
    after: Mapping[str, Any] | None

    def mapped(self, read: Callable[[Element], Other]) -> "PageResult[Other]":
        """The page with `read` applied to each item."""
        return PageResult([read(item) for item in self.items], self.after)


@dataclass(frozen=True)
class PageRequest:
    """The requested page of a list.

    Attributes:
        scope: what identifies the list: route, caller if it is private, and filters.
        limit: the most items of the page.
        cursor: the client's cursor; None for the first page.
        after: the position after which the page begins, where no client is involved.
    """

    scope: tuple[str, ...]
    limit: int
    cursor: str | None = None
    after: Mapping[str, Any] | None = None

    def start(self) -> Mapping[str, Any] | None:
        """The position after which the page begins; None for the first page.

        Raises:
            Unreadable: the cursor is invalid, or belongs to another list.
        """
        if self.cursor is None:
            return self.after
        content = _content(self.cursor, self._route)
        if not hmac.compare_digest(content[:_SCOPE_BYTES], self._scope_digest()):
            raise _invalid_cursor()
        position: Mapping[str, Any] = json.loads(content[_SCOPE_BYTES:])
        return position

    def cursor_after(self, position: Mapping[str, Any] | None) -> str | None:
        """The cursor of the page that begins after `position`; None if `position` is None."""
        if position is None:
            return None
        content = self._scope_digest() + json.dumps(position, separators=(",", ":")).encode()
        return _encode(secrets.sign(_purpose(self._route), content)[:_SIGNATURE_BYTES] + content)

    @property
    def _route(self) -> str:
        return self.scope[0] if self.scope else ""

    def _scope_digest(self) -> bytes:
        return hashlib.sha256(json.dumps(self.scope).encode()).digest()[:_SCOPE_BYTES]


def check_cursor(cursor: str, route: str) -> None:
    """Check that a list of this route issued the cursor, before the filters are known.

    Raises:
        Unreadable: it did not.
    """
    _content(cursor, route)


def _content(cursor: str, route: str) -> bytes:
    """The signed content of a cursor: the digest of its scope, then its position as JSON.

    Raises:
        Unreadable: it was not issued for this route.
    """
    try:
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise _invalid_cursor()
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
    except ValueError as error:
        raise _invalid_cursor() from error
    signature, content = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if len(content) <= _SCOPE_BYTES or _encode(raw) != cursor:
        raise _invalid_cursor()
    if not secrets.is_signed(_purpose(route), content, signature):
        raise _invalid_cursor()
    return content


def _purpose(route: str) -> str:
    return f"cursor {route}"


def _invalid_cursor() -> Unreadable:
    return Unreadable("The cursor is not one that this list gave out.", code="invalid_cursor")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def page_of(rows: Sequence[Item], limit: int, position: Callable[[Item], Mapping[str, Any]]) -> PageResult[Item]:
    """The page in the result of a query for `limit` + 1 rows; the extra row only shows that there is a next page."""
    if len(rows) > limit:
        return PageResult(list(rows[:limit]), position(rows[limit - 1]))
    return PageResult(list(rows), None)


def every_item(page: Callable[[PageRequest], PageResult[Element]], limit: int = MAX_LIMIT) -> Iterator[Element]:
    """All items of a list, read lazily in pages of `limit`; `page` is the store's function for one page."""
    page_request = PageRequest(("every",), limit)
    while True:
        found = page(page_request)
        yield from found.items
        if found.after is None:
            return
        page_request = replace(page_request, after=found.after)
