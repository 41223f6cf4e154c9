"""Lines of functions' logs, as `make logs` shows them."""

from __future__ import annotations

import json

import pytest

from khaya.platform.base import observability
from local.function_logs import readable


def test_given_a_line_of_counts_then_it_is_shown_as_names_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count("JobPosted", 2)
    observability.count("BidPlaced")
    observability.flush()
    assert readable(capsys.readouterr().out.strip()) == "counted JobPosted=2 BidPlaced=1"


def test_given_a_metric_then_it_is_shown_with_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")
    observability.metrics.cache_clear()
    observability.count_for_alarm("TaskFailed", 3)
    observability.flush()
    assert readable(capsys.readouterr().out.strip()) == "metric TaskFailed=[3.0]"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Task timed out", "Task timed out"),
        (json.dumps([1]), "[1]"),
        (json.dumps({"level": "INFO", "message": "request", "route": "/jobs"}), "INFO request route=/jobs"),
    ],
)
def test_given_another_line_then_its_message_and_own_fields_are_shown(line: str, shown: str) -> None:
    assert readable(line) == shown
