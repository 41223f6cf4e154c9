"""Circuit breakers in tests: their failures in memory, and their clock."""

from __future__ import annotations

from datetime import datetime

import pytest

from khaya.platform.work import circuit_breakers


def forget_failures() -> None:
    """Reset the failures that Powertools counts in memory."""
    from aws_lambda_powertools.utilities.circuit_breaker import base  # noqa: PLC0415

    for counts in (base._LOCAL_FAILURES, base._LOCAL_SUCCESSES, base._LAST_OBSERVED_STATE):
        counts.clear()


class BreakerClock:
    """The clock of the circuit breakers, set by the test."""

    def __init__(self) -> None:
        self.seconds = 1_795_251_020.0

    def tick(self, seconds: float) -> None:
        self.seconds += seconds

    def time(self) -> float:
        return self.seconds

    @property
    def datetime(self) -> BreakerClock:
        return self

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds)  # noqa: DTZ006 - as the library asks for it


def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> BreakerClock:
    """A clock that the circuit breakers use until the end of the test."""
    from aws_lambda_powertools.utilities.circuit_breaker import base  # noqa: PLC0415
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as states  # noqa: PLC0415
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import dynamodb  # noqa: PLC0415

    time = BreakerClock()
    for module in (base, states, dynamodb):
        monkeypatch.setattr(module, "dt", time)
    monkeypatch.setattr(circuit_breakers, "time", time)
    return time
