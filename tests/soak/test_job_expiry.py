"""The expiry task with 25,000 due jobs and an interrupted run."""

from __future__ import annotations

import time
from typing import Any

from tests.contention.stale_jobs import ShortOfTime, in_the_index, post_stale_jobs, run, states

JOBS = 25_000


def test_given_25000_due_jobs_and_an_interrupted_run_then_the_next_expires_the_rest(
    engine: None, dynamodb: Any
) -> None:
    # given 25,000 due jobs, one that is not due and one that cannot be read
    post_stale_jobs(JOBS)
    # when one run has time for 11,111 of them, and the next continues
    began = time.monotonic()
    first = run(ShortOfTime(11_111))
    second = run()
    seconds = time.monotonic() - began
    print(f"\n{JOBS} jobs in {seconds:.0f} s, {JOBS / seconds:.0f} a second")  # noqa: T201 - the figure to read
    # then all but those two are expired, each by one run
    assert first["expired"] + first["failed"] == 11_111
    assert first["expired"] + second["expired"] == JOBS
    assert states(dynamodb) == {"expired": JOBS, "open": 2}
    assert in_the_index(dynamodb) == 2
