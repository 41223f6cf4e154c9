"""Ten thousand due reminders, and concurrent runs of the task."""

from __future__ import annotations

import time
from typing import Any

from tests.contention.clients import at_once
from tests.contention.due_reminders import ClaimDue, check_sent_once, set_due

REMINDERS = 10_000


def test_one_run_sends_ten_thousand_due_reminders(engine: None, dynamodb: Any) -> None:
    due = set_due(REMINDERS)
    began, busy = time.monotonic(), time.process_time()
    assert ClaimDue().make() == REMINDERS
    _print_figure("one run", time.monotonic() - began)
    busy = time.process_time() - busy
    print(f"its own processor time: {1_000 * busy / REMINDERS:.1f} ms a reminder")  # noqa: T201 - as below
    assert ClaimDue().make() == 0
    check_sent_once(dynamodb, due)


def test_concurrent_runs_send_each_of_ten_thousand_due_reminders_once(engine: None, dynamodb: Any) -> None:
    # given ten thousand due reminders
    due = set_due(REMINDERS)
    # when eight processes run the task concurrently, each twice
    began = time.monotonic()
    claimed = at_once([ClaimDue()] * 16)
    _print_figure("eight concurrent runs", time.monotonic() - began)
    # then each reminder is sent once
    assert sum(claimed) == REMINDERS
    check_sent_once(dynamodb, due)


def _print_figure(what: str, seconds: float) -> None:
    figure = f"{REMINDERS} reminders in {seconds:.0f} s, {REMINDERS / seconds:.0f} a second"
    print(f"\n{what}: {figure}")  # noqa: T201 - the figure to read
