"""Acceptance in 64 threads of one process, without the handlers."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from khaya.bids import service
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work.retries import retry_on_conflict
from tests.contention.clients import in_threads
from tests.contention.conftest import empty
from tests.contention.test_acceptance import OWNER, bids_of, job_with_bids, sync_bids

ROUNDS = 10
ATTEMPTS = 1_000


def _accepted(bid_id: str) -> bool:
    """Accept the bid, and return whether this acceptance succeeded."""

    def attempt() -> None:
        unit_of_work = UnitOfWork()
        service.accept(bid_id, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work)
        unit_of_work.commit()

    try:
        retry_on_conflict(attempt, ATTEMPTS)
    except Conflict:
        return False
    return True


def test_one_of_sixty_four_threads_accepts(engine: None, dynamodb: Any) -> None:
    for _ in range(ROUNDS):
        job_id, bids = job_with_bids()
        answers = in_threads([partial(_accepted, bid) for bid in bids])
        sync_bids(job_id)
        assert Counter(answers) == {True: 1, False: len(bids) - 1}
        winner = bids[answers.index(True)]
        assert OWNER.get(f"/jobs/{job_id}").body["acceptedBidId"] == winner
        assert Counter(bid["status"] for bid in bids_of(job_id).values()) == {"accepted": 1, "rejected": len(bids) - 1}
        empty(dynamodb)
