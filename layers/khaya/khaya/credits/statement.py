"""A person's entries as CSV. The lines are the same in a response and in a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from khaya.platform.base.models import Item

COLUMNS: Final = ("id", "createdAt", "type", "amountCents", "balanceAfterCents", "source", "reason")
CONTENT_TYPE = "text/csv; charset=utf-8"

MAX_BYTES = 5_000_000
"""The longest statement in a response, in bytes; a longer one becomes a file."""
_MAX_JSON_BYTES = 5_800_000
"""The same with JSON's escapes, since a function's response of at most 6 MB is JSON."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters by which a spreadsheet takes text for a formula, in ASCII and in full-width forms."""


@dataclass(frozen=True)
class Statement:
    """A statement: its text, or the link to its file if it is too long for a response."""

    name: str
    text: str | None = None
    link: str | None = None


def lines(entries: Iterable[Item]) -> Iterator[str]:
    """The CSV lines, the heading first, produced while the entries are read."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield target.getvalue()
    for entry in entries:
        target.seek(0)
        target.truncate()
        writer.writerow([_cell(entry.get(column)) for column in COLUMNS])
        yield target.getvalue()


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


def _cell(value: object) -> object:
    """The cell's value; text that a spreadsheet would run as a formula is quoted, and amounts stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
