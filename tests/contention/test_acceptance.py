"""Concurrent decisions on the bids of one job: one acceptance succeeds, and job and bids agree."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

from khaya.bids import service
from khaya.bids import store as bids
from khaya.bids.model import BidOffer, new_bid
from khaya.jobs import store as jobs
from khaya.jobs.model import JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from tests.contention.clients import Call, at_once
from tests.contention.conftest import empty
from tests.support.client import Person
from tests.support.records import OFFER, POSTING

ROUNDS = int(os.environ.get("ROUNDS", "30"))
"""The number of rounds; `make soak` runs two hundred."""
WORKERS = 64
OWNER = Person("owner", ("buyer",))


def worker(number: int) -> Person:
    return Person(f"worker-{number}", ("worker",))


def job_with_bids() -> tuple[str, list[str]]:
    """An open job with a bid of each worker, stored in fewer calls than by requests."""

    now = clock.now()
    job = new_job(JobPosting.model_validate(POSTING), buyer_id="owner", buyer_name="Owner", now=now)
    offer = BidOffer.model_validate(OFFER)
    bids_placed = [
        new_bid(offer, job, worker_id=f"worker-{number}", worker_name=f"Worker {number}", now=now)
        for number in range(WORKERS)
    ]
    dynamo.write_many([jobs.create(job.model_copy(update={"bid_count": WORKERS}))])
    for bid in bids_placed:
        dynamo.commit(bids.create(bid), new_id())
    return job.id, [bid.id for bid in bids_placed]


def sync_bids(job_id: str) -> None:
    """Run the consumer of the Jobs stream."""

    service.update_bids_of_job(job_id, clock.now())


def bids_of(job_id: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    query = {"limit": "50"}
    while True:
        page = OWNER.get(f"/jobs/{job_id}/bids", query=query).body
        found |= {bid["id"]: bid for bid in page["items"]}
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


def test_one_of_sixty_four_concurrent_acceptances_succeeds(engine: None) -> None:
    # given a job with 64 bids
    job_id, bids = job_with_bids()
    # when all are accepted concurrently
    answers = at_once([Call(OWNER, "POST", f"/bids/{bid}/acceptance") for bid in bids])
    sync_bids(job_id)
    # then one succeeds, the other 63 get 409, and every bid agrees with the job
    assert Counter(answers) == {200: 1, 409: 63}
    job = OWNER.get(f"/jobs/{job_id}").body
    assert (job["status"], job["acceptedBidId"]) == ("in_progress", bids[answers.index(200)])
    after = bids_of(job_id)
    assert after[job["acceptedBidId"]]["status"] == "accepted"
    assert job["workerId"] == after[job["acceptedBidId"]]["workerId"]
    losers = [bid for bid in after.values() if bid["id"] != job["acceptedBidId"]]
    assert {(bid["status"], bid["rejectionReason"]) for bid in losers} == {("rejected", "other_bid_accepted")}
    assert len(losers) == 63


def test_concurrent_acceptances_withdrawals_rejections_and_a_cancellation_agree(engine: None, dynamodb: Any) -> None:
    for number in range(ROUNDS):
        _mixed_round(random.Random(number))  # noqa: S311 - the same rounds every time
        empty(dynamodb)


def _mixed_round(chance: random.Random) -> None:
    # given a job with 64 bids
    job_id, bids = job_with_bids()
    # when bids are accepted, withdrawn and rejected and the job is cancelled concurrently
    calls: dict[str, Call] = {}
    for number, bid in enumerate(bids):
        kind = chance.choices(["acceptance", "withdrawal", "rejection"], [6, 2, 1])[0]
        who = worker(number) if kind == "withdrawal" else OWNER
        calls[bid] = Call(who, "POST", f"/bids/{bid}/{kind}")
    cancellation = Call(OWNER, "POST", f"/jobs/{job_id}/cancellation", {"reason": "No longer needed."})
    order = [*calls.values(), cancellation]
    chance.shuffle(order)
    answers = dict(zip(map(id, order), at_once(order), strict=True))
    sync_bids(job_id)
    # then every response is 200 or 409
    assert set(answers.values()) <= {200, 409}
    done = {bid: call.path.rsplit("/", 1)[1] for bid, call in calls.items() if answers[id(call)] == 200}
    job = OWNER.get(f"/jobs/{job_id}").body
    after = bids_of(job_id)
    # and at most one bid was accepted, and the job names it
    accepted = [bid for bid, kind in done.items() if kind == "acceptance"]
    assert accepted == ([job["acceptedBidId"]] if job["acceptedBidId"] else [])
    # and the job is cancelled, unless an acceptance came first
    assert answers[id(cancellation)] == 200 or accepted
    assert job["status"] == ("cancelled" if answers[id(cancellation)] == 200 else "in_progress")
    # and every bid agrees with its response, or is rejected with the right reason; none is pending
    for bid in bids:
        expected = {
            "acceptance": ("accepted", None),
            "withdrawal": ("withdrawn", None),
            "rejection": ("rejected", "by_owner"),
            None: ("rejected", "other_bid_accepted" if accepted else "job_cancelled"),
        }[done.get(bid)]
        assert (after[bid]["status"], after[bid]["rejectionReason"]) == expected
    # and the bid count excludes withdrawn bids
    assert job["bidCount"] == WORKERS - sum(kind == "withdrawal" for kind in done.values())
