"""Sweeps at the same moment, in threads and in processes, and one that was killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from typing import Any

import pytest

from tests.contention.clients import at_once, in_threads
from tests.contention.due_reminders import Sweep, check_sent_once, number_sent, set_due
from tests.support.template import ROOT

DUE = 1_000
IN_THREADS = 4
IN_PROCESSES = 8


@pytest.fixture
def due(engine: None) -> list[str]:
    """A thousand reminders that are due, and some that are not."""
    return set_due(DUE)


def test_sweeps_in_threads_of_one_process_claim_each_reminder_once(due: list[str], dynamodb: Any) -> None:
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.reminders import service  # noqa: PLC0415

    # when four sweeps begin at once
    reports = in_threads([partial(service.sweep, "minute", clock.now(), lambda: True)] * IN_THREADS)
    # then all is claimed, each by one of them
    assert sum(report.claimed for report in reports) == DUE
    assert [report.failed for report in reports] == [0] * IN_THREADS
    check_sent_once(dynamodb, due)


def test_sweeps_in_processes_of_their_own_claim_each_reminder_once(due: list[str], dynamodb: Any) -> None:
    claimed = at_once([Sweep()] * IN_PROCESSES)
    assert sum(claimed) == DUE
    assert sum(number > 0 for number in claimed) > 1, "they were at it together"
    check_sent_once(dynamodb, due)


def test_a_sweep_that_is_killed_in_the_middle_is_taken_up_by_the_next(due: list[str], dynamodb: Any) -> None:
    # given a sweep that is killed when it has claimed some and not all
    code = "from tests.contention.due_reminders import Sweep; Sweep().make()"
    paths = os.pathsep.join([str(ROOT / "layers" / "khaya"), str(ROOT)])
    with subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT) as process:
        while not number_sent(dynamodb):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    sent = number_sent(dynamodb)
    assert 0 < sent < DUE
    # when the next one comes, then it claims what was left and nothing else
    assert Sweep().make() == DUE - sent
    check_sent_once(dynamodb, due)
