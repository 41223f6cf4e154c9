"""Reading lists that may be too long for one run: each run goes on where the one before stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from khaya.platform.base.models import Item
from khaya.platform.data.pages import MAX_LIMIT, PageRequest, PageResult

Element = TypeVar("Element")


class EveryItem(Protocol):
    """Reads a list to its end, as `pages.every_item` and `ResumableReading.every_item` do."""

    def __call__(self, page: Callable[[PageRequest], PageResult[Element]], limit: int = MAX_LIMIT) -> Iterator[Element]:
        """All items of the list, read in pages of `limit`."""


class OutOfTime(Exception):
    """The lists were not read to their end; `position` is where the next run goes on."""

    def __init__(self, position: Item) -> None:
        super().__init__("out of time")
        self.position = position


class ResumableReading:
    """Reads lists page by page while there is time, at least one page in a run.

    Every run must ask for the same lists in the same order.

    Args:
        has_time: whether there is time for another page.
        position: where an earlier run stopped; None to begin.

    Attributes:
        kept: what the reader knows from the pages before, such as a count; saved with the position.
    """

    def __init__(self, has_time: Callable[[], bool], position: Mapping[str, Any] | None = None) -> None:
        self._has_time = has_time
        self._pages = 0
        self._number = 0
        self._begin(position or {})

    def begin_anew_unless(self, version: str) -> None:
        """Forget the position if what is counted had another version then, because the count may be another one."""
        if self.kept.get("version") != version:
            self._begin({"kept": {"version": version}})

    def every_item(
        self, page: Callable[[PageRequest], PageResult[Element]], limit: int = MAX_LIMIT
    ) -> Iterator[Element]:
        """All items of the next list that an earlier run has not read.

        Raises:
            OutOfTime: there is no time for the next page.
        """
        number, self._number = self._number, self._number + 1
        if number < self._first:
            return
        after = self._after if number == self._first else None
        while True:
            if self._pages and not self._has_time():
                raise OutOfTime({"list": number, "after": after, "kept": self.kept})
            found = page(PageRequest(("every",), limit, after=after))
            self._pages += 1
            yield from found.items
            if found.after is None:
                return
            after = found.after

    def _begin(self, position: Mapping[str, Any]) -> None:
        self._first: int = position.get("list", 0)
        self._after: Mapping[str, Any] | None = position.get("after")
        self.kept: dict[str, Any] = dict(position.get("kept", {}))
