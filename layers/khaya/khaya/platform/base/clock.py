"""Times as text: ISO 8601 in UTC with milliseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

SOUTH_AFRICA: Final = timezone(timedelta(hours=2), "Africa/Johannesburg")
"""UTC+2 all year: the country has no daylight saving time."""


def now() -> str:
    """The current time, for example `2026-11-21T08:00:00.000Z`."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """The text of a timezone-aware `moment`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The moment that a text of `iso` holds.

    Raises:
        ValueError: `text` is not an ISO 8601 time.
    """
    return datetime.fromisoformat(text)


def plus(text: str, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> str:
    """The time `text` plus a duration, which may be negative."""
    return iso(parse(text) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def local_day(text: str) -> str:
    """The date in South Africa at the time `text`, for example `2026-11-21`."""
    return parse(text).astimezone(SOUTH_AFRICA).date().isoformat()


def local_hour(text: str, hour: int, *, days: int = 0) -> str:
    """The time of `hour` o'clock in South Africa, `days` days after the local date of the time `text`."""
    there = parse(text).astimezone(SOUTH_AFRICA) + timedelta(days=days)
    return iso(there.replace(hour=hour, minute=0, second=0, microsecond=0))


def days_before(day: str, number: int) -> list[str]:
    """The last `number` dates before `day`, oldest first."""
    first = date.fromisoformat(day) - timedelta(days=number)
    return [(first + timedelta(days=later)).isoformat() for later in range(number)]


def epoch(text: str) -> int:
    """Whole seconds since 1970, the unit of DynamoDB's time to live and of JSON web tokens."""
    return int(parse(text).timestamp())


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from `earlier` to `later`; negative if `later` comes first."""
    return (parse(later) - parse(earlier)).total_seconds()
