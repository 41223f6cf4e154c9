"""The use case of accepting in 64 threads of one process, without the handlers around it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from tests.contention.clients import in_threads
from tests.contention.conftest import empty
from tests.contention.test_acceptance import OWNER, bids_of, follow, job_with_bids

ROUNDS = 10


def _accepted(bid_id: str) -> bool:
    """Accept, again where somebody was faster in between, and answer whether it was this that stands."""
    from khaya.bids import service  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base.errors import Conflict, WriteConflict  # noqa: PLC0415
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415

    while True:
        unit_of_work = UnitOfWork()
        try:
            service.accept(bid_id, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work)
            unit_of_work.commit()
        except WriteConflict:
            continue
        except Conflict:
            return False
        return True


def test_one_of_sixty_four_threads_accepts(engine: None, dynamodb: Any) -> None:
    for _ in range(ROUNDS):
        job_id, bids = job_with_bids()
        answers = in_threads([partial(_accepted, bid) for bid in bids])
        follow(job_id)
        assert Counter(answers) == {True: 1, False: len(bids) - 1}
        winner = bids[answers.index(True)]
        assert OWNER.get(f"/jobs/{job_id}").body["acceptedBidId"] == winner
        assert Counter(bid["status"] for bid in bids_of(job_id).values()) == {"accepted": 1, "rejected": len(bids) - 1}
        empty(dynamodb)
