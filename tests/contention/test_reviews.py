"""Concurrent reviews and moderations: exact ratings, and a directory that agrees with the profile."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from khaya.platform.base.errors import WriteConflict
from khaya.profiles import store
from khaya.reputation import service
from tests.contention.clients import Call, at_once
from tests.support.client import VISITOR, Person
from tests.support.records import complete_job, profile

WORKER = Person("worker", ("worker",))
ADMIN = Person("admin", ("admin",))


def buyer(number: int) -> Person:
    return Person(f"buyer-{number}", ("buyer",))


def completed_jobs(count: int) -> list[str]:
    """A worker with a profile and completed jobs, each of another buyer."""
    profile("worker", roles=["worker"], trades=["Plumbing", "Tiling"])
    return [complete_job(buyer(number), WORKER) for number in range(count)]


def rating(user_id: str = "worker") -> dict[str, Any]:
    answer = VISITOR.get(f"/profiles/{user_id}")
    assert answer.status == 200
    found: dict[str, Any] = answer.body["rating"]
    return found


def review_ids() -> list[str]:
    page = VISITOR.get("/profiles/worker/reviews", query={"limit": "50"}).body
    return [review["id"] for review in page["items"]]


def test_concurrent_reviews_all_count(engine: None) -> None:
    # given forty completed jobs of one worker, when all buyers review concurrently
    jobs = completed_jobs(40)
    stars = [number % 5 + 1 for number in range(40)]
    calls = [
        Call(buyer(number), "POST", f"/jobs/{job}/reviews", {"rating": stars[number], "subRatings": {"fairPrice": 2}})
        for number, job in enumerate(jobs)
    ]
    assert Counter(at_once(calls)) == {201: 40}
    # then the rating includes all reviews
    assert rating() == {"average": 3, "count": 40}
    assert len(review_ids()) == 40
    # and when two admins hide and restore reviews concurrently, several times each
    hidden = review_ids()[:20]
    decisions = [
        Call(Person(f"admin-{number % 2}", ("admin",)), "POST", f"/reviews/{review}/moderation", decision)
        for number in range(3)
        for review in hidden
        for decision in ({"hidden": True, "reason": "Insults."}, {"hidden": number < 1, "reason": "Looked again."})
    ]
    assert set(at_once(decisions)) == {200}
    # then the rating includes the visible reviews only
    left = [VISITOR.get(f"/reviews/{review}") for review in hidden]
    showing = review_ids()
    assert sorted(showing[-20:] + [one.body["id"] for one in left if one.status == 200]) == sorted(showing)
    ratings = [VISITOR.get(f"/reviews/{review}").body["rating"] for review in showing]
    assert rating() == {"average": round(sum(ratings) / len(ratings), 2), "count": len(ratings)}
    sides = VISITOR.get("/profiles/worker/resume").body["subRatings"]["fairPrice"]
    assert sides == {"average": 2, "count": len(ratings)}


def test_one_of_many_concurrent_reviews_and_answers_succeeds(engine: None) -> None:
    # given a completed job, when both parties review it sixteen times each concurrently
    (job,) = completed_jobs(1)
    calls = [Call(who, "POST", f"/jobs/{job}/reviews", {"rating": 4}) for _ in range(16) for who in (buyer(0), WORKER)]
    # then each party has one review
    assert Counter(at_once(calls)) == {201: 2, 409: 30}
    assert rating() == {"average": 4, "count": 1}
    # and there is one answer
    (review,) = review_ids()
    answers = [
        Call(WORKER, "POST", f"/reviews/{review}/response", {"comment": f"Thank you {number}."}) for number in range(16)
    ]
    assert Counter(at_once(answers)) == {200: 1, 409: 15}


def test_one_of_many_concurrent_reports_and_resolutions_succeeds(engine: None) -> None:
    profile("worker", roles=["worker"])
    request = {"kind": "profile", "id": "worker", "reason": "This is somebody else."}
    assert Counter(at_once([Call(buyer(1), "POST", "/reports", request) for _ in range(16)])) == {201: 1, 409: 15}
    (report,) = ADMIN.get("/reports").body["items"]
    resolution = {"decision": "upheld", "note": "It is."}
    calls = [Call(ADMIN, "POST", f"/reports/{report['id']}/resolution", resolution) for _ in range(16)]
    assert Counter(at_once(calls)) == {200: 1, 409: 15}


def test_the_directory_agrees_with_the_profile_after_concurrent_reviews_and_edits(engine: None) -> None:
    # given a worker whose directory rows are updated continuously
    jobs = completed_jobs(24)

    done = threading.Event()
    failed: list[Exception] = []

    def follow() -> None:
        while not done.is_set():
            try:
                service.update_reputation("worker")
            except WriteConflict:
                continue  # the queue would deliver the message again
            except Exception as error:  # noqa: BLE001 - reported by the test
                failed.append(error)

    follower = threading.Thread(target=follow)
    follower.start()
    # when reviews are written while the worker edits their trades
    reviews = [Call(buyer(n), "POST", f"/jobs/{job}/reviews", {"rating": 5}) for n, job in enumerate(jobs)]
    trades: tuple[list[str], ...] = (["Plumbing"], ["Plumbing", "Tiling"], ["Roofing"], [])
    edits = [Call(WORKER, "PATCH", "/profiles/me", {"trades": trades[number % 4]}) for number in range(24)]
    statuses = at_once([call for pair in zip(reviews, edits, strict=True) for call in pair])
    done.set()
    follower.join()
    # then no request was refused, and after the last change the directory rows equal those of the profile
    assert (Counter(statuses), failed) == ({201: 24, 200: 24}, [])
    service.update_reputation("worker")
    profile_now = store.get("worker")
    assert (profile_now.rating_sum, profile_now.rating_count) == (120, 24)
    for trade in ("Plumbing", "Tiling", "Roofing"):
        listed = VISITOR.get("/profiles", query={"trade": trade}).body["items"]
        assert [one["rating"]["count"] for one in listed] == ([24] if trade in profile_now.trades else [])
    assert [one["trustScore"] for one in VISITOR.get("/profiles").body["items"]] == [25]
