"""Time as the marketplace writes it: ISO 8601, UTC, milliseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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


def epoch(text: str) -> int:
    """Whole seconds since 1970, as DynamoDB's time to live and JSON web tokens count them."""
    return int(parse(text).timestamp())


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from `earlier` to `later`; negative where they are the other way round."""
    return (parse(later) - parse(earlier)).total_seconds()
