"""Counts and metrics: what is written, and what is not, because it would only cost."""

from __future__ import annotations

import json
import logging
from functools import lru_cache

import pytest

from khaya.platform.base import observability
from tests.support.alarms import emitted
from tests.support.counts import counted


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    observability.metrics.cache_clear()


def test_given_a_count_of_zero_then_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count("JobPosted", 0)
    observability.count_for_alarm("TaskFailed", 0)
    observability.call_operator("payout_waits", 0)
    observability.flush()
    assert capsys.readouterr().out == ""


def test_given_counts_then_one_line_of_the_log_has_them_and_no_metric_is_billed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    observability.count("JobPosted", 2)
    observability.count("BidPlaced")
    observability.count("JobPosted")
    observability.flush()
    written = capsys.readouterr().out
    assert json.loads(written) == {
        "message": "counted",
        "service": "tests",
        "counts": {"JobPosted": 3, "BidPlaced": 1},
    }
    assert emitted(written) == {}
    # and the next line begins anew
    observability.flush()
    assert capsys.readouterr().out == ""


def test_given_a_log_of_errors_only_then_counts_are_written_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "errors-only")
    monkeypatch.setattr(observability, "logger", lru_cache(observability.logger.__wrapped__))
    assert observability.logger().log_level == logging.ERROR
    observability.count("JobPosted")
    observability.flush()
    assert counted(capsys.readouterr().out) == {"JobPosted": 1}


def test_given_what_an_alarm_reads_then_each_metric_has_its_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count_for_alarm("TaskFailed", 2)
    observability.call_operator("payout_waits", 3)
    observability.count_for_consumer("MessageFailed", "bids")
    observability.flush()
    found = {
        (name, *sorted(dimensions)): list(values)
        for (_, name, dimensions), values in emitted(capsys.readouterr().out).items()
    }
    assert found == {
        ("TaskFailed", ("service", "tests")): [2.0],
        ("OperatorNeeded", ("reason", "payout_waits"), ("service", "tests")): [3.0],
        ("MessageFailed", ("consumer", "bids"), ("service", "tests")): [1.0],
    }
