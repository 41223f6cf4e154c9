"""The quiet hours, by the clock in South Africa: what can wait until morning does."""

from __future__ import annotations

from datetime import timedelta

from khaya.platform.base import clock


def until(now: str, from_hour: int, until_hour: int) -> str | None:
    """When the quiet hours end that `now` lies in; None where it lies in none.

    They have the minute at which they begin, and not the one at which they end. Where both are at one hour, there are
    none.
    """
    there = clock.parse(now).astimezone(clock.SOUTH_AFRICA)
    since_start, length = (there.hour - from_hour) % 24, (until_hour - from_hour) % 24
    if since_start >= length:
        return None
    first_minute = there.replace(minute=0, second=0, microsecond=0) - timedelta(hours=since_start)
    return clock.iso(first_minute + timedelta(hours=length))
