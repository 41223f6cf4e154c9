"""What every test stands on: the template's environment, a clock that can be set, and tables where they are wanted."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support.template import function_environment

os.environ |= {
    **function_environment(),
    "AWS_DEFAULT_REGION": "af-south-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_SERVICE_NAME": "test",
}
os.environ.pop("AWS_ENDPOINT_URL", None)

# The same examples on every machine and in every run, however slow: what fails once fails again.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("tests")


class Clock:
    """The marketplace's time, standing still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def tick(self, **span: float) -> None:
        """Let time pass: `days=1`, `minutes=5`."""
        self.moment += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the marketplace, stopped at 2026-11-21 08:00 UTC."""
    from khaya.platform.base import clock as khaya_clock  # noqa: PLC0415 - after the environment is set

    stopped = Clock(datetime(2026, 11, 21, 8, tzinfo=UTC))
    monkeypatch.setattr(khaya_clock, "now", lambda: khaya_clock.iso(stopped.moment))
    return stopped
