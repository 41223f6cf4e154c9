"""The expiry task over many pages: interrupted, with a failing job, and run concurrently."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contention.clients import at_once
from tests.contention.stale_jobs import Run, ShortOfTime, in_the_index, post_stale_jobs, run, states


@pytest.mark.parametrize("number", [600])
def test_given_a_run_that_stopped_half_way_then_the_next_expires_the_rest(
    engine: None, dynamodb: Any, number: int
) -> None:
    # given many due jobs, one that is not due and one that cannot be read
    post_stale_jobs(number)
    # when one run stops half way and the next continues
    first = run(ShortOfTime(number // 2))
    assert first["expired"] + first["failed"] == number // 2
    second = run()
    # then all but those two are expired
    assert first["expired"] + second["expired"] == number
    assert second["failed"] == 1
    assert states(dynamodb) == {"expired": number, "open": 2}
    assert in_the_index(dynamodb) == 2
    # and a third run has nothing to do
    assert run() == {"expired": 0, "completed": 0, "failed": 1}


def test_concurrent_runs_expire_each_job_once(engine: None, dynamodb: Any) -> None:
    post_stale_jobs(300)
    assert sum(at_once([Run(), Run(), Run()])) == 300
    assert states(dynamodb) == {"expired": 300, "open": 2}
