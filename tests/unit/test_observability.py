"""Metrics: what is written, and what is not, because it would only cost."""

from __future__ import annotations

import pytest

from khaya.platform.base import observability
from tests.support.alarms import emitted


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    observability.metrics.cache_clear()


def test_given_a_count_of_zero_then_no_metric_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count("JobPosted", 0)
    observability.call_operator("payout_waits", 0)
    observability.flush()
    assert emitted(capsys.readouterr().out) == {}


def test_given_counts_then_each_has_its_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count("JobPosted", 2)
    observability.call_operator("payout_waits", 3)
    observability.count_for_consumer("MessageFailed", "bids")
    observability.flush()
    found = {
        (name, *sorted(dimensions)): list(values)
        for (_, name, dimensions), values in emitted(capsys.readouterr().out).items()
    }
    assert found == {
        ("JobPosted", ("service", "tests")): [2.0],
        ("OperatorNeeded", ("reason", "payout_waits"), ("service", "tests")): [3.0],
        ("MessageFailed", ("consumer", "bids"), ("service", "tests")): [1.0],
    }
