"""Concurrent requests while about every fourth DynamoDB call fails."""

from __future__ import annotations

from typing import Any

from tests.contention.clients import at_once
from tests.contention.conftest import empty
from tests.contention.faults import ShakyCall
from tests.contention.test_acceptance import OWNER, bids_of, job_with_bids, sync_bids, worker
from tests.support.client import VISITOR, Person
from tests.support.records import OFFER, POSTING

ROUNDS = 5
BIDDERS = 32


def test_given_faults_then_at_most_one_bid_is_accepted_and_job_and_bids_agree(engine: None, dynamodb: Any) -> None:
    for number in range(ROUNDS):
        # given a job with 64 bids
        job_id, bids = job_with_bids()
        # when all are accepted or withdrawn concurrently
        calls = [
            ShakyCall(worker(place), "POST", f"/bids/{bid}/withdrawal", seed=number * 100 + place)
            if place % 4 == 0
            else ShakyCall(OWNER, "POST", f"/bids/{bid}/acceptance", seed=number * 100 + place)
            for place, bid in enumerate(bids)
        ]
        answers = dict(zip(bids, at_once(calls), strict=True))
        sync_bids(job_id)
        # then every response is 200, 409 or 503
        assert set(answers.values()) <= {200, 409, 503}
        job, after = OWNER.get(f"/jobs/{job_id}").body, bids_of(job_id)
        # and every 200 took effect; some of the 503 may have taken effect too
        accepted = [bid for bid in bids if after[bid]["status"] == "accepted"]
        withdrawn = [bid for bid in bids if after[bid]["status"] == "withdrawn"]
        assert {bid for bid, status in answers.items() if status == 200} <= {*accepted, *withdrawn}
        assert accepted == ([job["acceptedBidId"]] if job["acceptedBidId"] else [])
        assert (job["status"], len(accepted)) in {("in_progress", 1), ("open", 0)}
        # and no bid is in between
        left = "rejected" if accepted else "pending"
        assert {after[bid]["status"] for bid in bids if bid not in {*accepted, *withdrawn}} == {left}
        assert job["bidCount"] == len(bids) - len(withdrawn)
        empty(dynamodb)


def test_given_faults_then_the_bid_count_is_exact(engine: None) -> None:
    # given a job on which 32 workers bid concurrently
    job = OWNER.post("/jobs", POSTING).body["id"]
    calls = [ShakyCall(worker(place), "POST", f"/jobs/{job}/bids", OFFER, seed=place) for place in range(BIDDERS)]
    answers = at_once(calls)
    # then each 201 placed one bid; some of the 503 may have placed one too
    assert set(answers) <= {201, 503}
    bids = bids_of(job)
    bidders = [bid["workerId"] for bid in bids.values()]
    assert {f"worker-{place}" for place, status in enumerate(answers) if status == 201} <= {*bidders}
    assert len(bidders) == len({*bidders})
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == len(bids)


def test_given_faults_then_one_key_posts_one_job_and_a_repeat_returns_it(engine: None) -> None:
    # given one request with one key, sent by 32 clients concurrently
    buyer = Person("buyer", ("buyer",), headers={"Idempotency-Key": "key-1"})
    answers = at_once([ShakyCall(buyer, "POST", "/jobs", POSTING, seed=place) for place in range(32)])
    # when it is repeated
    assert set(answers) <= {201, 503}
    again = buyer.post("/jobs", POSTING)
    # then there is one job, and the response names it
    (job,) = buyer.get("/jobs/mine").body["items"]
    assert (again.status, again.body["id"]) == (201, job["id"])
