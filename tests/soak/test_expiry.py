"""Expiry of 25,000 stale jobs, over all their pages, with a stop in the middle."""

from __future__ import annotations

import time
from typing import Any

from tests.contention.stale_jobs import ShortOfTime, in_the_index, post_stale_jobs, run, states

JOBS = 25_000


def test_25000_stale_jobs_expire_with_a_stop_in_the_middle(engine: None, dynamodb: Any) -> None:
    # given 25,000 stale jobs, one that is not due and one that cannot be read
    post_stale_jobs(JOBS)
    # when a run has time for 11,111 of them, and the next one goes on
    began = time.monotonic()
    first = run(ShortOfTime(11_111))
    second = run()
    seconds = time.monotonic() - began
    print(f"\n{JOBS} jobs in {seconds:.0f} s, {JOBS / seconds:.0f} a second")  # noqa: T201 - the figure that this is run for
    # then all have expired but those two, each by one of the runs
    assert first["expired"] + first["failed"] == 11_111
    assert first["expired"] + second["expired"] == JOBS
    assert states(dynamodb) == {"expired": JOBS, "open": 2}
    assert in_the_index(dynamodb) == 2
