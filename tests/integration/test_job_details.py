"""What jobs and bids show of other people: the buyer's reputation, the bidder's, and what the viewer has reviewed."""

from __future__ import annotations

import pytest

from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.records import OFFER, accept, complete_job, place_bid, post_job, profile
from tests.support.template import function_environment

BUYER, WORKER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
NEW_BUYER = {"verified": False, "rating": {"average": None, "count": 0}}


def reviewed_buyer() -> dict[str, object]:
    """Make `BUYER` a verified person with one rating; returns what a job shows of them."""
    profile("buyer-1", roles=["buyer"], verified=True, rating_sum=4, rating_count=1)
    return {"verified": True, "rating": {"average": 4.0, "count": 1}}


def test_a_job_shows_the_reputation_of_its_buyer_to_everybody() -> None:
    shown = reviewed_buyer()
    job, other = post_job(BUYER), post_job(Person("other", ("buyer",)))
    assert VISITOR.get(f"/jobs/{job}").body["buyer"] == shown
    feed = {one["id"]: one["buyer"] for one in VISITOR.get("/jobs").body["items"]}
    assert feed == {job: shown, other: NEW_BUYER}
    assert BUYER.get("/jobs/mine").body["items"][0]["buyer"] == shown


def test_every_answer_about_a_job_but_the_acceptance_shows_the_reputation_of_its_buyer() -> None:
    shown = reviewed_buyer()
    job = post_job(BUYER)
    edited = BUYER.patch(f"/jobs/{job}", {"description": "Two kitchen taps drip all night long."}).body
    accepted = BUYER.post(f"/bids/{place_bid(WORKER, job)}/acceptance").body["job"]
    answers = [
        edited,
        WORKER.post(f"/jobs/{job}/submission", {}).body,
        BUYER.post(f"/jobs/{job}/completion").body,
    ]
    assert [answer["buyer"] for answer in answers] == [shown] * len(answers)
    assert accepted["buyer"] is None, "the acceptance reads no profile"


def test_each_party_sees_whether_they_have_reviewed_the_other() -> None:
    # given a completed job and a running one
    job = complete_job(BUYER, WORKER)
    running = post_job(BUYER)
    accept(BUYER, place_bid(WORKER, running))
    # when the buyer reviews the worker
    assert BUYER.get(f"/jobs/{job}").body["reviewed"] is False
    assert BUYER.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
    # then the buyer has, and the worker has not
    mine = {one["id"]: one["reviewed"] for one in BUYER.get("/jobs/mine").body["items"]}
    assert mine == {job: True, running: False}
    assert BUYER.get(f"/jobs/{job}").body["reviewed"] is True
    assert WORKER.get(f"/jobs/{job}").body["reviewed"] is False
    assert Person("admin-1", ("admin",)).get(f"/jobs/{job}").body["reviewed"] is False


def test_the_owner_sees_the_reputation_of_each_bidder() -> None:
    # given a verified worker with a name for good work, and a new one
    profile("worker-1", roles=["worker"], verified=True, completed_jobs=3, rating_sum=9, rating_count=2)
    job = post_job(BUYER)
    bid, other = place_bid(WORKER, job), place_bid(Person("worker-2", ("worker",)), job)
    # when the owner lists the bids
    listed = {one["id"]: one["worker"] for one in BUYER.get(f"/jobs/{job}/bids").body["items"]}
    # then each shows its worker
    assert listed[bid] == {
        "photoUrl": None,
        "verified": True,
        "trustScore": 43,
        "rating": {"average": 4.5, "count": 2},
        "completedJobs": 3,
        "badges": ["newbie", "verified"],
    }
    assert (listed[other]["verified"], listed[other]["completedJobs"]) == (False, 0)
    assert BUYER.get(f"/bids/{bid}").body["worker"] == listed[bid]
    assert BUYER.post(f"/bids/{other}/rejection").body["worker"] == listed[other]
    # and the bidder sees the bid without that
    assert not {"worker", "quote"} & {*WORKER.get(f"/bids/{bid}").body}
    assert not {"worker", "quote"} & {*WORKER.get(f"/jobs/{job}/bids").body["items"][0]}


@pytest.mark.parametrize(
    ("cents", "quote"),
    [
        (100_000, (105_000, 31_500, 73_500, 95_000)),
        (40_000, (42_000, 42_000, 0, 38_000)),
    ],
)
def test_the_owner_of_an_escrow_job_sees_what_each_bid_would_cost(cents: int, quote: tuple[int, ...]) -> None:
    job = post_job(BUYER, payment="escrow")
    place_bid(WORKER, job, amountCents=cents)
    (bid,) = BUYER.get(f"/jobs/{job}/bids").body["items"]
    names = ("buyerTotalCents", "depositCents", "balanceCents", "workerCents")
    assert bid["quote"] == dict(zip(names, quote, strict=True))


def test_a_bid_on_a_cash_job_has_no_quote() -> None:
    job = post_job(BUYER)
    place_bid(WORKER, job)
    assert BUYER.get(f"/jobs/{job}/bids").body["items"][0]["quote"] is None


def test_given_a_withdrawn_bid_below_the_least_escrow_amount_when_the_job_becomes_an_escrow_job_then_it_has_no_quote() -> (
    None
):
    # given a cash job with a small bid that was withdrawn
    job = post_job(BUYER)
    bid = place_bid(WORKER, job, amountCents=1_000)
    assert WORKER.post(f"/bids/{bid}/withdrawal").status == 200
    # when it is to be paid through escrow
    assert BUYER.patch(f"/jobs/{job}", {"payment": "escrow"}).status == 200
    # then the owner still lists the bid
    (listed,) = BUYER.get(f"/jobs/{job}/bids").body["items"]
    assert (listed["status"], listed["quote"]) == ("withdrawn", None)


def test_a_worker_s_bids_show_the_status_of_their_jobs() -> None:
    won, lost, open_job = (post_job(BUYER) for _ in range(3))
    accept(BUYER, place_bid(WORKER, won))
    place_bid(WORKER, lost)
    assert BUYER.post(f"/jobs/{lost}/cancellation", {"reason": "Plans have changed."}).status == 200
    assert WORKER.post(f"/jobs/{open_job}/bids", OFFER).status == 201
    listed = {one["jobId"]: one["jobStatus"] for one in WORKER.get("/bids/mine").body["items"]}
    assert listed == {won: "in_progress", lost: "cancelled", open_job: "open"}


def test_a_bid_whose_job_is_missing_has_no_job_status() -> None:
    job = post_job(BUYER)
    place_bid(WORKER, job)
    stand_in.client("dynamodb").delete_item(TableName=function_environment()["JOBS_TABLE"], Key={"id": {"S": job}})
    assert WORKER.get("/bids/mine").body["items"][0]["jobStatus"] is None
