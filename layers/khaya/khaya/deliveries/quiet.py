"""The quiet hours in South Africa, in which only urgent notifications are delivered."""

from __future__ import annotations

from datetime import timedelta

from khaya.platform.base import clock


def end_of_quiet_hours(now: str, from_hour: int, until_hour: int) -> str | None:
    """When the current quiet hours end; None outside of quiet hours.

    The first minute belongs to the quiet hours, the last one does not. Equal hours turn them off.
    """
    local = clock.parse(now).astimezone(clock.SOUTH_AFRICA)
    since_start, length = (local.hour - from_hour) % 24, (until_hour - from_hour) % 24
    if since_start >= length:
        return None
    first_minute = local.replace(minute=0, second=0, microsecond=0) - timedelta(hours=since_start)
    return clock.iso(first_minute + timedelta(hours=length))
