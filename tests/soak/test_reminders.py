"""Ten thousand due reminders, and many sweeps at once."""

from __future__ import annotations

import time
from typing import Any

from tests.contention.clients import at_once
from tests.contention.due_reminders import Sweep, check_sent_once, set_due

REMINDERS = 10_000


def test_ten_thousand_due_reminders_go_out_by_one_sweep(engine: None, dynamodb: Any) -> None:
    due = set_due(REMINDERS)
    began, busy = time.monotonic(), time.process_time()
    assert Sweep().make() == REMINDERS
    _tell("one sweep", time.monotonic() - began)
    busy = time.process_time() - busy
    print(f"its own processor time: {1_000 * busy / REMINDERS:.1f} ms a reminder")  # noqa: T201 - as below
    assert Sweep().make() == 0
    check_sent_once(dynamodb, due)


def test_ten_thousand_due_reminders_go_out_once_each_however_many_sweeps_there_are(engine: None, dynamodb: Any) -> None:
    # given ten thousand that are due
    due = set_due(REMINDERS)
    # when eight processes sweep at once, each twice
    began = time.monotonic()
    claimed = at_once([Sweep()] * 16)
    _tell("eight sweeps at once", time.monotonic() - began)
    # then each is sent once
    assert sum(claimed) == REMINDERS
    check_sent_once(dynamodb, due)


def _tell(what: str, seconds: float) -> None:
    figure = f"{REMINDERS} reminders in {seconds:.0f} s, {REMINDERS / seconds:.0f} a second"
    print(f"\n{what}: {figure}")  # noqa: T201 - the figure that this is run for
