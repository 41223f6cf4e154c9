"""Set-up of all tests: the environment variables of the template, hypothesis, and a clock that tests control."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support.template import function_environment

os.environ |= {
    **function_environment(),
    "PAYMENT_BASE_URL": "https://127.0.0.1:1",  # nobody answers there
    "AWS_DEFAULT_REGION": "af-south-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_SERVICE_NAME": "test",
}
os.environ.pop("AWS_ENDPOINT_URL", None)

# Deterministic examples, so that a failure is reproducible.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("tests")


class Clock:
    """A stopped clock that a test moves."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def tick(self, **span: float) -> None:
        """Advance the clock, for example by `days=1` or `minutes=5`."""
        self.moment += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of `khaya`, stopped at 2026-11-21 08:00 UTC."""
    # Imported here, after the environment is set above.
    from khaya.platform.base import clock as khaya_clock  # noqa: PLC0415

    stopped = Clock(datetime(2026, 11, 21, 8, tzinfo=UTC))
    monkeypatch.setattr(khaya_clock, "now", lambda: khaya_clock.iso(stopped.moment))
    return stopped
