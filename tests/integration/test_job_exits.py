"""How a job in progress ends when one of its parties does not act: sending back, completion by itself, closing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person, app
from tests.support.records import OFFER, POSTING, accept, place_bid, post_job

SUBMISSION = {"note": "New washer, no more drips."}
BACK = {"reason": "It still drips."}
CLOSING = {"status": "cancelled", "reason": "Neither party answers any more."}


@pytest.fixture
def job(buyer: Person, worker: Person) -> str:
    """A job in progress, to be done within three days."""
    job_id = post_job(buyer)
    accept(buyer, place_bid(worker, job_id))
    return job_id


def submit(worker: Person, job_id: str) -> None:
    assert worker.post(f"/jobs/{job_id}/submission", SUBMISSION).status == 200


def run_deadlines() -> dict[str, int]:
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    report: dict[str, int] = app(TASK).handler({}, context)
    return report


TASK = "job_expiry"


def test_given_a_submission_when_the_buyer_sends_it_back_then_both_see_why_and_the_job_goes_on(
    buyer: Person, worker: Person, job: str
) -> None:
    submit(worker, job)
    answer = buyer.post(f"/jobs/{job}/changes", BACK)
    assert answer.status == 200
    seen = worker.get(f"/jobs/{job}").body
    assert (seen["status"], seen["submission"], seen["completesAt"]) == ("in_progress", None, None)
    assert [change["reason"] for change in seen["changes"]] == [BACK["reason"]]


def test_a_submission_is_sent_back_three_times_at_most(buyer: Person, worker: Person, job: str) -> None:
    for _ in range(3):
        submit(worker, job)
        assert buyer.post(f"/jobs/{job}/changes", BACK).status == 200
    submit(worker, job)
    assert buyer.post(f"/jobs/{job}/changes", BACK).status == 409
    assert len(buyer.get(f"/jobs/{job}").body["changes"]) == 3


def test_work_that_was_not_submitted_is_not_sent_back(buyer: Person, job: str) -> None:
    assert buyer.post(f"/jobs/{job}/changes", BACK).status == 409


def test_nobody_cancels_once_the_work_was_submitted_even_after_it_was_sent_back(
    buyer: Person, worker: Person, job: str
) -> None:
    reason = {"reason": "Plans have changed."}
    submit(worker, job)
    assert buyer.post(f"/jobs/{job}/cancellation", reason).status == 409
    assert worker.post(f"/jobs/{job}/cancellation", reason).status == 409
    assert buyer.post(f"/jobs/{job}/changes", BACK).status == 200
    assert buyer.post(f"/jobs/{job}/cancellation", reason).status == 409
    assert worker.post(f"/jobs/{job}/cancellation", reason).status == 409


def test_given_a_buyer_who_does_not_answer_then_a_cash_job_completes_after_seven_days(
    buyer: Person, worker: Person, job: str, clock: Clock
) -> None:
    submit(worker, job)
    assert buyer.get(f"/jobs/{job}").body["completesAt"] == "2026-11-28T08:00:00.000Z"
    clock.tick(days=6, hours=23)
    assert run_deadlines()["completed"] == 0
    clock.tick(hours=1)
    assert run_deadlines() == {"expired": 0, "completed": 1, "failed": 0}
    assert run_deadlines()["completed"] == 0
    seen = worker.get(f"/jobs/{job}").body
    assert (seen["status"], seen["completedAt"]) == ("completed", "2026-11-28T08:00:00.000Z")
    (profile,) = [row for row in stand_in.stored("profiles") if row["userId"] == worker.user_id]
    assert profile["completedJobs"] == 1
    assert all(row.get("jobsInProgress", 0) == 0 for row in stand_in.stored("users"))


def test_sending_back_stops_the_seven_days(buyer: Person, worker: Person, job: str, clock: Clock) -> None:
    submit(worker, job)
    assert buyer.post(f"/jobs/{job}/changes", BACK).status == 200
    clock.tick(days=8)
    assert run_deadlines()["completed"] == 0
    submit(worker, job)
    clock.tick(days=7)
    assert run_deadlines()["completed"] == 1


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_given_a_stuck_job_when_an_admin_closes_it_then_both_parties_see_the_reason(
    buyer: Person, worker: Person, admin: Person, job: str, clock: Clock, status: str
) -> None:
    clock.tick(days=3 + 14)
    answer = admin.post(f"/jobs/{job}/closing", {**CLOSING, "status": status})
    assert (answer.status, answer.body["status"]) == (200, status)
    for party in (buyer, worker):
        closing = party.get(f"/jobs/{job}").body["closing"]
        assert (closing["status"], closing["reason"]) == (status, CLOSING["reason"])
    assert all(row.get("jobsInProgress", 0) == 0 for row in stand_in.stored("users"))
    assert admin.post(f"/jobs/{job}/closing", CLOSING).status == 409


def test_a_job_that_is_not_stuck_is_not_closed(admin: Person, worker: Person, job: str, clock: Clock) -> None:
    clock.tick(days=16)
    assert admin.post(f"/jobs/{job}/closing", CLOSING).status == 409
    submit(worker, job)
    clock.tick(days=13)
    assert admin.post(f"/jobs/{job}/closing", CLOSING).status == 409
    clock.tick(days=1)
    assert admin.post(f"/jobs/{job}/closing", CLOSING).status == 200


def test_no_admin_closes_a_job_of_their_own(clock: Clock, worker: Person) -> None:
    owner = Person("owner", ("buyer", "admin"))
    job_id = post_job(owner)
    accept(owner, place_bid(worker, job_id))
    clock.tick(days=40)
    assert owner.post(f"/jobs/{job_id}/closing", CLOSING).status == 403


@pytest.mark.parametrize("body", [{"status": "open", "reason": "Why not."}, {"status": "completed"}, {"reason": "No."}])
def test_a_closing_without_a_final_status_or_a_reason_is_refused(admin: Person, job: str, body: dict[str, str]) -> None:
    assert admin.post(f"/jobs/{job}/closing", body).status == 422


def test_given_a_job_past_its_expiry_before_the_task_ran_then_it_takes_and_accepts_no_bid_and_is_in_no_list(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job_id = post_job(buyer)
    bid = place_bid(worker, job_id)
    clock.tick(days=30)
    assert buyer.post(f"/bids/{bid}/acceptance").status == 409
    assert Person("rival", ("worker",)).post(f"/jobs/{job_id}/bids", OFFER).status in (404, 409)
    assert VISITOR.get("/jobs").body == {"items": [], "nextCursor": None}
    assert VISITOR.get("/jobs", query={"category": POSTING["category"]}).body["items"] == []
    assert VISITOR.get(f"/jobs/{job_id}").status == 404
    assert buyer.get(f"/jobs/{job_id}").status == 200


def test_given_newer_jobs_then_expired_ones_end_the_list(buyer: Person, clock: Clock) -> None:
    post_job(buyer)
    clock.tick(days=20)
    newer = [post_job(buyer) for _ in range(3)]
    clock.tick(days=10)
    page = VISITOR.get("/jobs", query={"limit": "2"}).body
    assert [item["id"] for item in page["items"]] == newer[:0:-1]
    rest = VISITOR.get("/jobs", query={"limit": "2", "cursor": page["nextCursor"]}).body
    assert ([item["id"] for item in rest["items"]], rest["nextCursor"]) == ([newer[0]], None)


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-20T21:59:59.000Z", "2020-01-01"])
def test_a_start_before_today_in_south_africa_is_refused(buyer: Person, day: str) -> None:
    refused = buyer.post("/jobs", {**POSTING, "startDate": day})
    assert (refused.status, refused.fields) == (422, {"startDate"})
    changed = buyer.patch(f"/jobs/{post_job(buyer)}", {"startDate": day})
    assert (changed.status, changed.fields) == (422, {"startDate"})


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-20T22:00:00.000Z", "2027-05-01"])
def test_a_start_today_or_later_is_taken(buyer: Person, day: str) -> None:
    assert buyer.post("/jobs", {**POSTING, "startDate": day}).status == 201


@pytest.mark.parametrize("fields", [{"title": "Fix two leaking taps"}, {"category": "electrical"}])
def test_given_a_bid_then_what_bidders_rely_on_stays_as_it_is(
    buyer: Person, worker: Person, fields: dict[str, str]
) -> None:
    job_id = post_job(buyer)
    assert buyer.patch(f"/jobs/{job_id}", fields).status == 200
    place_bid(worker, job_id)
    again = {name: POSTING[name] for name in fields}
    assert buyer.patch(f"/jobs/{job_id}", again).status == 409
    assert buyer.patch(f"/jobs/{job_id}", fields).status == 200  # the values that it has already
    assert buyer.patch(f"/jobs/{job_id}", {"budgetCents": 70_000}).status == 200


def test_after_withdrawals_a_worker_bids_again_three_times_at_most(buyer: Person, worker: Person) -> None:
    job_id = post_job(buyer)
    for _ in range(4):
        assert worker.post(f"/bids/{place_bid(worker, job_id)}/withdrawal").status == 200
    assert worker.post(f"/jobs/{job_id}/bids", OFFER).status == 409
    assert VISITOR.get(f"/jobs/{job_id}").body["bidCount"] == 0
