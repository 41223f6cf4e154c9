"""CSV that is harmless in a spreadsheet, whichever character it takes for the separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""Stands before the first line: without it Excel reads UTF-8 as the system's code page."""

_SIGNS: Final = r"=+\-@\u207a\u207b\u207c\u208a\u208b\u208c\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
"""With what a cell becomes a formula, in ASCII and in the forms that some spreadsheets read alike."""
_SEPARATORS: Final = r",;|:\t\r\n"
_FORMULA: Final = re.compile(
    rf"(?:^\s*|[\"{_SEPARATORS}]\s*|[^\w'\s]|\s(?=[{_SIGNS}]\S))(?=[{_SIGNS}])",
)
_CONTROL: Final = re.compile(r"^ *(?=[\t\r\n])|[,;|:\"] *(?=\t|\r(?!\n))")
"""Before a control character that a spreadsheet skips at the beginning of a cell."""


def row(cells: Iterable[object]) -> str:
    """One line of CSV. Numbers stay as they are; text never starts a formula; None is an empty cell."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(
        [neutral(cell) if isinstance(cell, str) else cell for cell in cells]
    )
    return target.getvalue()


def neutral(text: str) -> str:
    """`text` with an apostrophe before each sign with which a cell could start a formula.

    That is a sign at the start, after anything but a letter, digit or apostrophe, or after a blank where more than a
    blank follows: each of these may be the separator by which somebody reads the file.
    """
    return _FORMULA.sub(_with_apostrophe, _CONTROL.sub(_with_apostrophe, text))


def _with_apostrophe(found: re.Match[str]) -> str:
    return f"{found[0]}'"
