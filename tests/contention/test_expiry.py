"""Expiry over many pages: stopped in the middle, broken by one job, and run twice at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contention.clients import at_once
from tests.contention.stale_jobs import Run, ShortOfTime, in_the_index, post_stale_jobs, run, states


@pytest.mark.parametrize("number", [600])
def test_stale_jobs_expire_over_pages_with_a_stop_in_the_middle(engine: None, dynamodb: Any, number: int) -> None:
    # given many stale jobs, one that is not due and one that cannot be read
    post_stale_jobs(number)
    # when a run has to stop in the middle, and another one goes on
    first = run(ShortOfTime(number // 2))
    assert first["expired"] + first["failed"] == number // 2
    second = run()
    # then all have expired but those two
    assert first["expired"] + second["expired"] == number
    assert second["failed"] == 1
    assert states(dynamodb) == {"expired": number, "open": 2}
    assert in_the_index(dynamodb) == 2
    # and a third run finds nothing to do
    assert run() == {"expired": 0, "failed": 1}


def test_runs_at_the_same_moment_expire_each_job_once(engine: None, dynamodb: Any) -> None:
    post_stale_jobs(300)
    assert sum(at_once([Run(), Run(), Run()])) == 300
    assert states(dynamodb) == {"expired": 300, "open": 2}
