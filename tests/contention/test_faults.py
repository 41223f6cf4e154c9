"""Many at once, while every fourth call to DynamoDB meets contention, throttling, or loses its answer."""

from __future__ import annotations

from typing import Any

from tests.contention.clients import at_once
from tests.contention.conftest import empty
from tests.contention.faults import ShakyCall
from tests.contention.test_acceptance import OFFER, OWNER, POSTING, bids_of, follow, job_with_bids, worker
from tests.support.client import VISITOR, Person

ROUNDS = 5
BIDDERS = 32


def test_one_bid_at_most_is_accepted_and_all_agree(engine: None, dynamodb: Any) -> None:
    for number in range(ROUNDS):
        # given a job with 64 bids
        job_id, bids = job_with_bids()
        # when all are accepted at once, or withdrawn
        calls = [
            ShakyCall(worker(place), "POST", f"/bids/{bid}/withdrawal", seed=number * 100 + place)
            if place % 4 == 0
            else ShakyCall(OWNER, "POST", f"/bids/{bid}/acceptance", seed=number * 100 + place)
            for place, bid in enumerate(bids)
        ]
        answers = dict(zip(bids, at_once(calls), strict=True))
        follow(job_id)
        # then each was told of success, of a conflict, or to come again
        assert set(answers.values()) <= {200, 409, 503}
        job, after = OWNER.get(f"/jobs/{job_id}").body, bids_of(job_id)
        # and who was told of success has it, whoever else has it without knowing
        accepted = [bid for bid in bids if after[bid]["status"] == "accepted"]
        withdrawn = [bid for bid in bids if after[bid]["status"] == "withdrawn"]
        assert {bid for bid, status in answers.items() if status == 200} <= {*accepted, *withdrawn}
        assert accepted == ([job["acceptedBidId"]] if job["acceptedBidId"] else [])
        assert (job["status"], len(accepted)) in {("in_progress", 1), ("open", 0)}
        # and nothing hangs in between
        left = "rejected" if accepted else "pending"
        assert {after[bid]["status"] for bid in bids if bid not in {*accepted, *withdrawn}} == {left}
        assert job["bidCount"] == len(bids) - len(withdrawn)
        empty(dynamodb)


def test_bids_are_counted_exactly(engine: None) -> None:
    # given a job on which 32 workers bid at once
    job = OWNER.post("/jobs", POSTING).body["id"]
    calls = [ShakyCall(worker(place), "POST", f"/jobs/{job}/bids", OFFER, seed=place) for place in range(BIDDERS)]
    answers = at_once(calls)
    # then those who were told so have one bid, and some may who were told to come again
    assert set(answers) <= {201, 503}
    bids = bids_of(job)
    bidders = [bid["workerId"] for bid in bids.values()]
    assert {f"worker-{place}" for place, status in enumerate(answers) if status == 201} <= {*bidders}
    assert len(bidders) == len({*bidders})
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == len(bids)


def test_one_key_posts_one_job_and_the_client_who_comes_again_is_told_of_it(engine: None) -> None:
    # given one request with one key, sent by 32 clients at once
    buyer = Person("buyer", ("buyer",), headers={"Idempotency-Key": "key-1"})
    answers = at_once([ShakyCall(buyer, "POST", "/jobs", POSTING, seed=place) for place in range(32)])
    # when it is sent once more
    assert set(answers) <= {201, 503}
    again = buyer.post("/jobs", POSTING)
    # then there is the one job, and that is what is told
    (job,) = buyer.get("/jobs/mine").body["items"]
    assert (again.status, again.body["id"]) == (201, job["id"])
