"""A list as CSV. The lines are the same in a response and in a file."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from khaya.platform.base.csv_text import BYTE_ORDER_MARK, row
from khaya.platform.base.models import Item

CONTENT_TYPE: Final = "text/csv; charset=utf-8"

MAX_BYTES = 5_000_000
"""The longest statement in a response, in bytes; a longer one becomes a file."""
_MAX_JSON_BYTES = 5_800_000
"""The same with JSON's escapes, since a function's response of at most 6 MB is JSON."""


@dataclass(frozen=True)
class Statement:
    """A statement: its text, or the link to its file if it is too long for a response."""

    name: str
    text: str | None = None
    link: str | None = None


def lines(columns: Sequence[str], items: Iterable[Item]) -> Iterator[str]:
    """The statement's lines, its heading first, written as the items come in."""
    yield BYTE_ORDER_MARK + row(columns)
    for item in items:
        yield row(item.get(column) for column in columns)


def lines_that_fit(lines: Iterator[str]) -> tuple[list[str], bool]:
    """The lines that fit into a response, and whether these are all; the iterator keeps the others."""
    held, size, size_in_json = [], 0, 0
    for line in lines:
        held.append(line)
        size += len(line.encode())
        size_in_json += len(json.dumps(line)) - 2
        if size > MAX_BYTES or size_in_json > _MAX_JSON_BYTES:
            return held, False
    return held, True
