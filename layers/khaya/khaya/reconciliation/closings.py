"""Reads the closings of days."""

from __future__ import annotations

from calendar import monthrange

from khaya.ledger import store
from khaya.ledger.model import DayClosing
from khaya.platform.data.unit_of_work import read_together


def of_month(month: str) -> list[DayClosing]:
    """The closings of a month's days, oldest first; days that are not closed are left out. One read."""
    year, number = (int(part) for part in month.split("-"))
    days = [f"{month}-{day:02}" for day in range(1, monthrange(year, number)[1] + 1)]
    items = read_together([store.closing_key(day) for day in days])
    return [closing for item in items if (closing := store.read_closing(item))]
