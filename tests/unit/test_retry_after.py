"""The `Retry-After` header of providers: seconds, a date, or an invalid value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from khaya.platform.work.http_calls import retry_after_seconds


@pytest.mark.parametrize(
    ("header", "wait"), [(None, 0), ("", 0), ("7", 7), ("0", 0), ("-3", 0), ("soon", 0), ("9" * 400, 999_999_999)]
)
def test_seconds_are_read_and_invalid_values_are_zero(header: str | None, wait: int) -> None:
    assert retry_after_seconds(header) == wait


def test_a_date_is_read_as_seconds_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 <= retry_after_seconds(later) <= 90
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
