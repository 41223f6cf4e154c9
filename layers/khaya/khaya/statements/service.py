"""Makes statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from khaya.platform.aws import files
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item
from khaya.statements import model
from khaya.statements.model import CONTENT_TYPE, Statement


def make(name: str, columns: Sequence[str], items: Iterable[Item], *, user_id: str) -> Statement:
    """A person's list as CSV: as text, or as a file if it exceeds a response's size limit."""
    lines = model.lines(columns, items)
    held, complete = model.lines_that_fit(lines)
    if complete:
        return Statement(name, text="".join(held))
    key = f"{files.STATEMENTS}/{user_id}/{new_id()}.csv"
    files.write(key, (line.encode() for line in chain(held, lines)), content_type=CONTENT_TYPE)
    return Statement(name, link=files.link(key, name))
