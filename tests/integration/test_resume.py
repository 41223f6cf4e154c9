"""The resume: completed jobs, their ratings, and the parts of the trust score."""

from __future__ import annotations

from typing import Any

from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.records import accept, complete_job, place_bid, post_job, profile


def resume(user_id: str) -> dict[str, Any]:
    found: dict[str, Any] = VISITOR.get(f"/profiles/{user_id}/resume").body
    return found


def test_a_resume_shows_completed_jobs_ratings_and_the_trust_score(buyer: Person, worker: Person) -> None:
    # given a verified worker with paid jobs, one reviewed job and one without a review
    profile(
        "worker-1",
        display_name="Bongani",
        roles=["worker"],
        verified=True,
        paid_jobs=10,
        on_time_jobs=9,
        median_response_minutes=90.0,
    )
    reviewed = complete_job(buyer, worker, title="Fix a leaking tap")
    buyer.post(f"/jobs/{reviewed}/reviews", {"rating": 4, "subRatings": {"workmanship": 5, "fairPrice": 2}})
    # when a visitor reads the resume
    found = resume("worker-1")
    # then it shows these and no private data
    assert found == {
        "userId": "worker-1",
        "displayName": "Bongani",
        "rating": {"average": 4, "count": 1},
        "subRatings": {
            "workmanship": {"average": 5, "count": 1},
            "punctuality": {"average": None, "count": 0},
            "communication": {"average": None, "count": 0},
            "cleanliness": {"average": None, "count": 0},
            "fairPrice": {"average": 2, "count": 1},
        },
        "badges": ["reliable", "fastResponse", "verified"],
        "trustScore": 67,
        "trustBreakdown": {"verified": 20, "jobs": 6, "reviews": 20, "onTime": 13.5, "response": 7},
        "jobs": [
            {
                "jobId": reviewed,
                "title": "Fix a leaking tap",
                "category": "plumbing",
                "location": "Durban",
                "completedAt": "2026-11-21T08:00:00.000Z",
                "rating": 4,
            }
        ],
    }


def test_a_resume_lists_only_completed_jobs_latest_first(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    # given three accepted jobs, of which two are completed in reverse order, and one that the worker posted as a buyer
    jobs = [post_job(buyer) for _ in range(3)]
    for job in jobs:
        accept(buyer, place_bid(worker, job))
    for job in (jobs[1], jobs[0]):
        clock.tick(minutes=1)
        assert buyer.post(f"/jobs/{job}/completion").status == 200
    clock.tick(minutes=1)
    complete_job(Person("worker-1", ("buyer",)), Person("worker-2", ("worker",)))
    # then
    assert [job["jobId"] for job in resume("worker-1")["jobs"]] == [jobs[0], jobs[1]]


def test_a_resume_lists_at_most_fifty_jobs_each_with_its_rating(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    given = {}
    for number in range(53):
        clock.tick(minutes=1)
        job = complete_job(buyer, worker)
        if number % 3:
            given[job] = number % 5 + 1
            buyer.post(f"/jobs/{job}/reviews", {"rating": given[job]})
    # then the latest fifty are listed, each with its own rating
    jobs = resume("worker-1")["jobs"]
    assert len(jobs) == 50
    assert {job["jobId"]: job["rating"] for job in jobs} == {job["jobId"]: given.get(job["jobId"]) for job in jobs}
    assert [job["completedAt"] for job in jobs] == sorted((job["completedAt"] for job in jobs), reverse=True)


def test_the_resume_of_an_unknown_person_is_404() -> None:
    assert VISITOR.get("/profiles/nobody/resume").status == 404
