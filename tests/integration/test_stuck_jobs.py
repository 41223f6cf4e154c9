"""Stuck jobs, which admins list and close."""

from __future__ import annotations

from tests.conftest import Clock
from tests.support.client import Person
from tests.support.escrow import agreed
from tests.support.records import accept, place_bid, post_job

ADMIN, BUYER, WORKER = Person("admin-1", ("admin",)), Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))


def running(days: int) -> str:
    """A job that is to be done in so many days."""
    job = post_job(BUYER)
    accept(BUYER, place_bid(WORKER, job, timelineDays=days))
    return job


def stuck(**query: str) -> list[str]:
    answer = ADMIN.get("/admin/jobs", query={"stuck": "true", **query})
    assert answer.status == 200, answer.text
    return [one["id"] for one in answer.body["items"]]


def test_jobs_are_listed_from_the_moment_at_which_an_admin_may_close_them(clock: Clock) -> None:
    # given jobs that are to be done in three and in one days, an escrow job and an open one
    later, sooner = running(3), running(1)
    agreed(BUYER, WORKER)
    post_job(BUYER)
    # when fourteen days have passed since the agreed time, then a job is listed, longest first
    clock.tick(days=14)
    assert stuck() == []
    clock.tick(days=1)
    assert stuck() == [sooner]
    clock.tick(days=2)
    assert stuck() == [sooner, later]
    # and those are closed that are listed
    closing = {"status": "cancelled", "reason": "Neither party answers."}
    assert ADMIN.post(f"/jobs/{sooner}/closing", closing).status == 200
    assert stuck() == [later]


def test_a_job_in_which_something_happens_is_not_stuck(clock: Clock) -> None:
    job = running(1)
    clock.tick(days=14)
    assert WORKER.post(f"/jobs/{job}/start").status == 200
    clock.tick(days=13)
    assert stuck() == []
    clock.tick(days=1)
    assert stuck() == [job]


def test_stuck_jobs_are_listed_by_page(clock: Clock) -> None:
    jobs = [running(days) for days in (1, 2, 3)]
    clock.tick(days=20)
    first = ADMIN.get("/admin/jobs", query={"stuck": "true", "limit": "2"}).body
    assert [one["id"] for one in first["items"]] == jobs[:2]
    assert stuck(limit="2", cursor=first["nextCursor"]) == jobs[2:]


def test_there_is_no_other_list_of_jobs_for_admins() -> None:
    answer = ADMIN.get("/admin/jobs", query={"stuck": "false"})
    assert (answer.status, answer.fields) == (422, {"stuck"})
