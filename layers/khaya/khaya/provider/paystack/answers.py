"""Reads the named fields of Paystack's answers, and nothing else of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from khaya.platform.base import clock

Thing = TypeVar("Thing")

CURRENCY: Final = re.compile(r"[A-Z]{3}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST: Final = 2000


class UnreadableAnswer(Exception):
    """An answer is not what Paystack documents. The message names the field, never its value."""


class Fields:
    """The fields of one JSON object; each method raises `UnreadableAnswer` if a field is missing or of another kind."""

    def __init__(self, found: Any) -> None:
        if not isinstance(found, dict):
            raise UnreadableAnswer("not an object")
        self._found = found

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._found.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            raise UnreadableAnswer(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text; None if there is none."""
        value = self._found.get(name)
        return value if isinstance(value, str) and 0 < len(value) <= _LONGEST else None

    def id(self, name: str = "id") -> str:
        """An id, which Paystack writes as a number or a text."""
        value = self._found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or not _ID.fullmatch(str(value)):
            raise UnreadableAnswer(name)
        return str(value)

    def number(self, name: str) -> int:
        """A whole number, for example cents, which Paystack writes as a number or, at times, as a text."""
        value = self._found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or not _NUMBER.fullmatch(str(value)):
            raise UnreadableAnswer(name)
        return int(value)

    def signed(self, name: str) -> int:
        """A whole number, which may be below zero."""
        value = self._found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise UnreadableAnswer(name)
        text = str(value)
        if not _NUMBER.fullmatch(text.removeprefix("-")):
            raise UnreadableAnswer(name)
        return int(text)

    def number_or_none(self, name: str) -> int | None:
        """A whole number; None if it is null or missing."""
        return None if self._found.get(name) is None else self.number(name)

    def currency(self, name: str = "currency") -> str:
        """A currency code."""
        value = self.text(name)
        if not CURRENCY.fullmatch(value):
            raise UnreadableAnswer(name)
        return value

    def flag(self, name: str) -> bool:
        """A truth value."""
        value = self._found.get(name)
        if not isinstance(value, bool):
            raise UnreadableAnswer(name)
        return value

    def is_false(self, name: str) -> bool:
        """Whether a field says no; a missing one does not."""
        return self._found.get(name) is False

    def live(self) -> bool:
        """Whether it is of the live mode."""
        domain = self.text("domain")
        if domain not in ("live", "test"):
            raise UnreadableAnswer("domain")
        return domain == "live"

    def time(self, name: str) -> str:
        """A time."""
        try:
            moment = clock.parse(self.text(name))
            if moment.tzinfo is None:
                raise UnreadableAnswer(name)
            return clock.iso(moment)
        except (ValueError, OverflowError):
            raise UnreadableAnswer(name) from None

    def time_or_none(self, name: str) -> str | None:
        """A time; None if it is null or missing."""
        return None if self._found.get(name) is None else self.time(name)

    def object(self, name: str) -> Fields:
        """An object inside."""
        return Fields(self._found.get(name))

    def object_or_none(self, name: str) -> Fields | None:
        """An object inside; None if there is none."""
        value = self._found.get(name)
        return Fields(value) if isinstance(value, dict) else None


def each(found: Any, read: Callable[[Fields], Thing]) -> list[Thing]:
    """What `read` makes of each object in a list."""
    if not isinstance(found, list):
        raise UnreadableAnswer("not a list")
    return [read(Fields(one)) for one in found]
