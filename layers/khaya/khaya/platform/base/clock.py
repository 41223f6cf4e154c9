"""Time as the marketplace writes it: ISO 8601, UTC, milliseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

SOUTH_AFRICA: Final = timezone(timedelta(hours=2), "Africa/Johannesburg")
"""Two hours ahead of UTC all year; the country has had no summer time since 1944."""


def now() -> str:
    """The present moment, for example `2026-11-21T08:00:00.000Z`."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """Write an aware `moment` in the marketplace's form."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Read a time in the marketplace's form.

    Raises:
        ValueError: `text` is not a time.
    """
    return datetime.fromisoformat(text)


def plus(text: str, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> str:
    """The time that lies the given span after `text` (before it, where the span is negative)."""
    return iso(parse(text) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def local_day(text: str) -> str:
    """The day on which that moment is in South Africa, which has one zone and no summer time: `2026-11-21`."""
    return parse(text).astimezone(SOUTH_AFRICA).date().isoformat()


def local_hour(text: str, hour: int, *, days: int = 0) -> str:
    """When it is `hour` o'clock in South Africa, so many days after the day on which that moment is there."""
    there = parse(text).astimezone(SOUTH_AFRICA) + timedelta(days=days)
    return iso(there.replace(hour=hour, minute=0, second=0, microsecond=0))


def days_before(day: str, number: int) -> list[str]:
    """So many days that end with the one before `day`."""
    first = date.fromisoformat(day) - timedelta(days=number)
    return [(first + timedelta(days=later)).isoformat() for later in range(number)]


def epoch(text: str) -> int:
    """Whole seconds since 1970, as DynamoDB's time to live and JSON web tokens count them."""
    return int(parse(text).timestamp())


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from `earlier` to `later`; negative where they are the other way round."""
    return (parse(later) - parse(earlier)).total_seconds()
