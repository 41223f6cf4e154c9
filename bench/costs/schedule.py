"""Runs of a schedule expression in a month."""

from __future__ import annotations

import re

HOURS_PER_UNIT = {"minute": 1 / 60, "hour": 1.0, "day": 24.0}
MINUTES = (0, 59)
HOURS = (0, 23)
DAYS_PER_MONTH = (1, 31)
DAYS_PER_WEEK = (1, 7)
NAMES = {name: str(number) for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}


def runs_per_month(expression: str, hours_per_month: float) -> float:
    """Expected runs in a month of a `rate(…)`, `cron(…)` or `at(…)` expression.

    Args:
        expression: schedule expression of EventBridge.
        hours_per_month: length of the month in hours.

    Raises:
        ValueError: the expression has another form.
    """
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return hours_per_month / (int(rate[1]) * HOURS_PER_UNIT[rate[2]])
    if cron := re.fullmatch(r"cron\((.+)\)", expression):
        minutes, hours, days, _, weekdays, *_ = cron[1].split()
        times = _matches(minutes, MINUTES) * _matches(hours, HOURS)
        share = _matches(days, DAYS_PER_MONTH) / 31 * _matches(weekdays, DAYS_PER_WEEK) / 7
        return times * share * hours_per_month / 24
    if expression.startswith("at("):
        return 0.0
    raise ValueError(f"unknown schedule {expression}")


def _matches(field: str, bounds: tuple[int, int]) -> int:
    """Number of values between the bounds that a cron field matches."""
    first, last = bounds
    for name, number in NAMES.items():
        field = field.replace(name, number)
    matched: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            start, end = first, last
        elif "-" in span:
            start, end = map(int, span.split("-"))
        else:
            start = int(span)
            end = last if step else start
        matched.update(range(start, end + 1, int(step or 1)))
    return len(matched)
