"""Ratings that are exact whatever is written, repeated and hidden at once, and a directory that comes to agree."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from tests.contention.clients import Call, at_once
from tests.support.client import VISITOR, Person
from tests.support.records import complete_job, profile

WORKER = Person("worker", ("worker",))
ADMIN = Person("admin", ("admin",))


def buyer(number: int) -> Person:
    return Person(f"buyer-{number}", ("buyer",))


def completed_jobs(count: int) -> list[str]:
    """A worker with a profile, and jobs that they did, each for a buyer of its own."""
    profile("worker", roles=["worker"], trades=["Plumbing", "Tiling"])
    return [complete_job(buyer(number), WORKER) for number in range(count)]


def shown(user_id: str = "worker") -> dict[str, Any]:
    answer = VISITOR.get(f"/profiles/{user_id}")
    assert answer.status == 200
    found: dict[str, Any] = answer.body["rating"]
    return found


def review_ids() -> list[str]:
    page = VISITOR.get("/profiles/worker/reviews", query={"limit": "50"}).body
    return [review["id"] for review in page["items"]]


def test_every_one_of_many_simultaneous_reviews_counts(engine: None) -> None:
    # given forty completed jobs of one worker, and when all buyers review at once
    jobs = completed_jobs(40)
    stars = [number % 5 + 1 for number in range(40)]
    calls = [
        Call(buyer(number), "POST", f"/jobs/{job}/reviews", {"rating": stars[number], "subRatings": {"fairPrice": 2}})
        for number, job in enumerate(jobs)
    ]
    assert Counter(at_once(calls)) == {201: 40}
    # then the rating is that of all of them
    assert shown() == {"average": 3, "count": 40}
    assert len(review_ids()) == 40
    # and when two admins hide half of them and show some again at the same moment, several times each
    hidden = review_ids()[:20]
    decisions = [
        Call(Person(f"admin-{number % 2}", ("admin",)), "POST", f"/reviews/{review}/moderation", decision)
        for number in range(3)
        for review in hidden
        for decision in ({"hidden": True, "reason": "Insults."}, {"hidden": number < 1, "reason": "Looked again."})
    ]
    assert set(at_once(decisions)) == {200}
    # then the rating is that of the reviews that show
    left = [VISITOR.get(f"/reviews/{review}") for review in hidden]
    showing = review_ids()
    assert sorted(showing[-20:] + [one.body["id"] for one in left if one.status == 200]) == sorted(showing)
    ratings = [VISITOR.get(f"/reviews/{review}").body["rating"] for review in showing]
    assert shown() == {"average": round(sum(ratings) / len(ratings), 2), "count": len(ratings)}
    sides = VISITOR.get("/profiles/worker/resume").body["subRatings"]["fairPrice"]
    assert sides == {"average": 2, "count": len(ratings)}


def test_one_review_and_one_answer_of_many_attempts(engine: None) -> None:
    # given a completed job, and when both sides review it sixteen times each at once
    (job,) = completed_jobs(1)
    calls = [Call(who, "POST", f"/jobs/{job}/reviews", {"rating": 4}) for _ in range(16) for who in (buyer(0), WORKER)]
    # then each counts once
    assert Counter(at_once(calls)) == {201: 2, 409: 30}
    assert shown() == {"average": 4, "count": 1}
    # and so does the answer
    (review,) = review_ids()
    answers = [
        Call(WORKER, "POST", f"/reviews/{review}/response", {"comment": f"Thank you {number}."}) for number in range(16)
    ]
    assert Counter(at_once(answers)) == {200: 1, 409: 15}


def test_a_report_is_open_once_and_resolved_once(engine: None) -> None:
    profile("worker", roles=["worker"])
    request = {"kind": "profile", "id": "worker", "reason": "This is somebody else."}
    assert Counter(at_once([Call(buyer(1), "POST", "/reports", request) for _ in range(16)])) == {201: 1, 409: 15}
    (report,) = ADMIN.get("/reports").body["items"]
    resolution = {"decision": "upheld", "note": "It is."}
    calls = [Call(ADMIN, "POST", f"/reports/{report['id']}/resolution", resolution) for _ in range(16)]
    assert Counter(at_once(calls)) == {200: 1, 409: 15}


def test_the_directory_agrees_with_the_profile_after_reviews_edits_and_what_follows_them_at_once(engine: None) -> None:
    # given a worker whose standing is followed all the time
    jobs = completed_jobs(24)
    from khaya.platform.base.errors import WriteConflict  # noqa: PLC0415 - after the environment is set
    from khaya.profiles import store  # noqa: PLC0415
    from khaya.reputation import service  # noqa: PLC0415

    done = threading.Event()
    failed: list[Exception] = []

    def follow() -> None:
        while not done.is_set():
            try:
                service.follow("worker")
            except WriteConflict:
                continue  # the queue would bring it again
            except Exception as error:  # noqa: BLE001 - told by the test
                failed.append(error)

    follower = threading.Thread(target=follow)
    follower.start()
    # when reviews come in while the worker takes up and drops trades
    reviews = [Call(buyer(n), "POST", f"/jobs/{job}/reviews", {"rating": 5}) for n, job in enumerate(jobs)]
    trades: tuple[list[str], ...] = (["Plumbing"], ["Plumbing", "Tiling"], ["Roofing"], [])
    edits = [Call(WORKER, "PATCH", "/profiles/me", {"trades": trades[number % 4]}) for number in range(24)]
    statuses = at_once([call for pair in zip(reviews, edits, strict=True) for call in pair])
    done.set()
    follower.join()
    # then nobody was refused, and once the last change was followed the rows are those of the profile and no others
    assert (Counter(statuses), failed) == ({201: 24, 200: 24}, [])
    service.follow("worker")
    profile_now = store.get("worker")
    assert (profile_now.rating_sum, profile_now.rating_count) == (120, 24)
    for trade in ("Plumbing", "Tiling", "Roofing"):
        listed = VISITOR.get("/profiles", query={"trade": trade}).body["items"]
        assert [one["rating"]["count"] for one in listed] == ([24] if trade in profile_now.trades else [])
    assert [one["trustScore"] for one in VISITOR.get("/profiles").body["items"]] == [25]
