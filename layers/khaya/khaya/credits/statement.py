"""A person's entries as CSV: the same lines whether they are an answer's text or a file's content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from khaya.platform.base.csv_text import BYTE_ORDER_MARK, row
from khaya.platform.base.models import Item

COLUMNS: Final = ("id", "createdAt", "type", "amountCents", "balanceAfterCents", "source", "reason")
CONTENT_TYPE = "text/csv; charset=utf-8"

MOST_BYTES = 5_000_000
"""The longest statement that is an answer; a longer one is a file."""
_MOST_IN_JSON = 5_800_000
"""What it may come to inside a function's answer of at most 6 MB, where quotes and ends of lines are escaped."""


@dataclass(frozen=True)
class Statement:
    """A statement, as text or, where it is too long for an answer, by the link to its file."""

    name: str
    text: str | None = None
    link: str | None = None


def lines(entries: Iterable[Item]) -> Iterator[str]:
    """The statement's lines, its heading first, written as the entries come in."""
    yield BYTE_ORDER_MARK + row(COLUMNS)
    for entry in entries:
        yield row(entry.get(column) for column in COLUMNS)


def as_far_as_it_fits(left: Iterator[str]) -> tuple[list[str], bool]:
    """The lines up to what an answer can hold, and whether these are all; the others are left in the iterator."""
    held, size, size_in_json = [], 0, 0
    for line in left:
        held.append(line)
        size += len(line.encode())
        size_in_json += len(json.dumps(line)) - 2
        if size > MOST_BYTES or size_in_json > _MOST_IN_JSON:
            return held, False
    return held, True
