"""Dates and times as clients write them: `YYYY-MM-DD`, and RFC 3339 with an offset."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from khaya.platform.base import clock

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200
"""Years that are accepted; anything else is a mistake in writing."""

_YEAR: Final = "(?:2[01][0-9]{2}|2200)"
_LEAP_YEAR: Final = "(?:2[01](?:0[48]|[2468][048]|[13579][26])|2000)"
_DAY: Final = (
    rf"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
DATE_PATTERN: Final = f"^{_DAY}$"
TIME_PATTERN: Final = rf"^{_DAY}[Tt]{_CLOCK}:[0-5][0-9](?:\.[0-9]{{1,9}})?(?:[Zz]|[+-]{_CLOCK})$"
"""What the OpenAPI document says; a leap second and more digits of a fraction are accepted beyond it."""

_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,32}))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_LEAP_SECOND: Final = 60


def calendar_date(text: str) -> str:
    """`text` if it is a date as `2026-12-01` of the years 2000 to 2200.

    Raises:
        ValueError: it is not.
    """
    found = _DATE.fullmatch(text)
    try:
        if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    raise PydanticCustomError("invalid_date", "must be a date such as 2026-12-01, from 2000 to 2200")


def moment(text: str) -> str:
    """The RFC 3339 time in UTC with milliseconds, as `2026-12-01T08:00:00.000Z`; finer fractions are cut off.

    Raises:
        ValueError: it is no such time, has no offset, or is not of the years 2000 to 2200.
    """
    found = _TIME.fullmatch(text)
    try:
        if found and FIRST_YEAR <= (read := _read(found)).year <= LAST_YEAR:
            return clock.iso(read)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError(
        "invalid_time", "must be a time with its offset such as 2026-12-01T08:00:00.000Z, from 2000 to 2200"
    )


def date_or_moment(text: str) -> str:
    """A date, or a time in UTC.

    Raises:
        ValueError: it is neither.
    """
    return calendar_date(text) if len(text) <= len("2026-12-01") else moment(text)


def _read(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(found[number]) for number in range(1, 7))
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    zone = timezone(-offset if found[8] == "-" else offset)
    microsecond = int((found[7] or "0")[:6].ljust(6, "0"))
    leap = second == _LEAP_SECOND
    read = datetime(year, month, day, hour, minute, 59 if leap else second, microsecond, zone).astimezone(UTC)
    if not leap:
        return read
    if (read.hour, read.minute) != (23, 59):
        raise ValueError("a leap second ends a day in UTC")
    return read.replace(microsecond=0) + timedelta(seconds=1)


_DATE_SCHEMA: Final = {"type": "string", "format": "date", "pattern": DATE_PATTERN}
_MOMENT_SCHEMA: Final = {"type": "string", "format": "date-time", "pattern": TIME_PATTERN}

CalendarDate = Annotated[str, AfterValidator(calendar_date), WithJsonSchema(_DATE_SCHEMA)]
"""A date, `YYYY-MM-DD`."""
Moment = Annotated[str, AfterValidator(moment), WithJsonSchema(_MOMENT_SCHEMA)]
"""A time, RFC 3339; its value is in UTC with milliseconds."""
DateOrMoment = Annotated[str, AfterValidator(date_or_moment), WithJsonSchema({"anyOf": [_DATE_SCHEMA, _MOMENT_SCHEMA]})]
"""A date or a time."""
