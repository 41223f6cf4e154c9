"""Concurrent runs of the task for due reminders, in threads and processes, and a killed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from typing import Any

import pytest

from khaya.platform.base import clock
from khaya.reminders import service
from tests.contention.clients import at_once, in_threads
from tests.contention.due_reminders import ClaimDue, check_sent_once, number_sent, set_due
from tests.support.template import ROOT

DUE = 1_000
IN_THREADS = 4
IN_PROCESSES = 8


@pytest.fixture
def due(engine: None) -> list[str]:
    """A thousand due reminders, and some that are not due."""
    return set_due(DUE)


def test_concurrent_runs_in_threads_claim_each_reminder_once(due: list[str], dynamodb: Any) -> None:

    # when four runs start together
    reports = in_threads([partial(service.claim_due, "minute", clock.now(), lambda: True)] * IN_THREADS)
    # then each reminder is claimed by one run
    assert sum(report.claimed for report in reports) == DUE
    assert [report.failed for report in reports] == [0] * IN_THREADS
    check_sent_once(dynamodb, due)


def test_concurrent_runs_in_processes_claim_each_reminder_once(due: list[str], dynamodb: Any) -> None:
    claimed = at_once([ClaimDue()] * IN_PROCESSES)
    assert sum(claimed) == DUE
    assert sum(number > 0 for number in claimed) > 1, "they were at it together"
    check_sent_once(dynamodb, due)


def test_given_a_killed_run_then_the_next_claims_the_rest(due: list[str], dynamodb: Any) -> None:
    # given a run that is killed after it claimed some reminders
    code = "from tests.contention.due_reminders import ClaimDue; ClaimDue().make()"
    paths = os.pathsep.join([str(ROOT / "layers" / "khaya"), str(ROOT)])
    with subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT) as process:
        while not number_sent(dynamodb):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    sent = number_sent(dynamodb)
    assert 0 < sent < DUE
    # when the next run starts, then it claims the remaining reminders only
    assert ClaimDue().make() == DUE - sent
    check_sent_once(dynamodb, due)
