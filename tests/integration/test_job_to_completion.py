"""The whole life of a job, from posting to completion."""

from __future__ import annotations

from tests.support.client import VISITOR, Person
from tests.support.records import OFFER, POSTING


def test_a_job_is_posted_bid_on_accepted_submitted_and_completed(buyer: Person, worker: Person) -> None:
    # given a job with a bid
    job = buyer.post("/jobs", POSTING)
    assert job.status == 201
    assert job.headers["Location"] == f"jobs/{job.body['id']}"
    bid = worker.post(f"/jobs/{job.body['id']}/bids", OFFER)
    assert bid.status == 201
    # when the owner accepts it, the worker submits and the owner confirms
    accepted = buyer.post(f"/bids/{bid.body['id']}/acceptance")
    submitted = worker.post(f"/jobs/{job.body['id']}/submission", {"note": "Done, no more drips."})
    completed = buyer.post(f"/jobs/{job.body['id']}/completion")
    # then the job shows each step, and the worker has one completed job
    assert (accepted.status, accepted.body["job"]["status"], accepted.body["bid"]["status"]) == (
        200,
        "in_progress",
        "accepted",
    )
    assert submitted.body["submission"]["note"] == "Done, no more drips."
    assert (completed.status, completed.body["status"]) == (200, "completed")
    assert VISITOR.get("/profiles/worker-1").body["completedJobs"] == 1
    assert VISITOR.get(f"/jobs/{job.body['id']}").status == 404
