"""A job on its whole way, as its buyer and its workers live through it."""

from __future__ import annotations

from typing import Any

from tests.support.client import VISITOR, Person

POSTING: dict[str, Any] = {
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night long.",
    "category": "plumbing",
    "budgetCents": 50_000,
    "location": "Durban",
    "coordinates": {"lat": -29.85, "lng": 31.02},
}
OFFER = {"amountCents": 40_000, "timelineDays": 3, "proposal": "I can come tomorrow morning."}


def test_a_job_is_posted_bid_on_accepted_done_and_confirmed(buyer: Person, worker: Person) -> None:
    # given a job with a bid
    job = buyer.post("/jobs", POSTING)
    assert job.status == 201
    assert job.headers["Location"] == f"/jobs/{job.body['id']}"
    bid = worker.post(f"/jobs/{job.body['id']}/bids", OFFER)
    assert bid.status == 201
    # when the owner accepts it, the worker submits and the owner confirms
    accepted = buyer.post(f"/bids/{bid.body['id']}/acceptance")
    submitted = worker.post(f"/jobs/{job.body['id']}/submission", {"note": "Done, no more drips."})
    completed = buyer.post(f"/jobs/{job.body['id']}/completion")
    # then each step shows in the job, and the worker has a completed job
    assert (accepted.status, accepted.body["job"]["status"], accepted.body["bid"]["status"]) == (
        200,
        "in_progress",
        "accepted",
    )
    assert submitted.body["submission"]["note"] == "Done, no more drips."
    assert (completed.status, completed.body["status"]) == (200, "completed")
    assert VISITOR.get("/profiles/worker-1").body["completedJobs"] == 1
    assert VISITOR.get(f"/jobs/{job.body['id']}").status == 404
