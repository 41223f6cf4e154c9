"""The quiet hours, from 22:00 to 07:00 in South Africa: what can wait until morning does."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from khaya import clock

BEGIN_HOUR: Final = 22
END_HOUR: Final = 7


def until(now: str) -> str | None:
    """When the quiet hours end that `now` lies in; None where it lies in none. 22:00 is theirs, 07:00 is not."""
    there = clock.parse(now).astimezone(clock.SOUTH_AFRICA)
    if END_HOUR <= there.hour < BEGIN_HOUR:
        return None
    day = there + timedelta(days=1) if there.hour >= BEGIN_HOUR else there
    return clock.iso(day.replace(hour=END_HOUR, minute=0, second=0, microsecond=0))
