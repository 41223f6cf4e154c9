"""Reviews: writing, answering and moderating them, and their effect on the rating."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.records import accept, complete_job, place_bid, post_job, profile
from tests.support.stand_in import stored

REVIEW: dict[str, Any] = {"rating": 5, "subRatings": {"punctuality": 4, "fairPrice": 3}, "comment": "Neat and quick."}


@pytest.fixture
def job(buyer: Person, worker: Person) -> str:
    """A completed job of `buyer` and `worker`."""
    profile("buyer-1", display_name="Thandi", roles=["buyer"])
    profile("worker-1", display_name="Bongani", roles=["worker"])
    return complete_job(buyer, worker)


def rating(user_id: str = "worker-1") -> dict[str, Any]:
    found: dict[str, Any] = VISITOR.get(f"/profiles/{user_id}").body["rating"]
    return found


def test_a_buyer_reviews_the_worker_of_a_completed_job(job: str, buyer: Person) -> None:
    # when the buyer reviews the job
    answer = buyer.post(f"/jobs/{job}/reviews", REVIEW)
    # then the review is about the worker and counts towards their rating
    review_id = answer.body["id"]
    assert (answer.status, answer.headers["Location"]) == (201, f"../../reviews/{review_id}")
    assert answer.body == {
        "id": review_id,
        "jobId": job,
        "reviewerId": "buyer-1",
        "reviewerName": "Thandi",
        "subjectId": "worker-1",
        "subjectRole": "worker",
        "rating": 5,
        "subRatings": {
            "workmanship": None,
            "punctuality": 4,
            "communication": None,
            "cleanliness": None,
            "fairPrice": 3,
        },
        "comment": "Neat and quick.",
        "response": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
    }
    assert rating() == {"average": 5, "count": 1}
    # and everybody can read it on every route, although the job is not public
    assert VISITOR.get(f"/reviews/{review_id}").body == answer.body
    assert VISITOR.get(f"/jobs/{job}/reviews").body == {"items": [answer.body], "nextCursor": None}
    assert VISITOR.get("/profiles/worker-1/reviews").body["items"] == [answer.body]
    assert VISITOR.get(f"/jobs/{job}").status == 404


def test_a_worker_reviews_the_buyer(job: str, worker: Person) -> None:
    answer = worker.post(f"/jobs/{job}/reviews", {"rating": 4})
    assert (answer.body["subjectId"], answer.body["subjectRole"], answer.body["comment"]) == ("buyer-1", "buyer", None)
    assert rating("buyer-1") == {"average": 4, "count": 1}
    assert rating("worker-1") == {"average": None, "count": 0}


def test_each_party_reviews_a_job_once(job: str, buyer: Person, worker: Person) -> None:
    # given reviews by both parties
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
    assert worker.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
    # when the buyer reviews again, then it is refused and does not count
    again = buyer.post(f"/jobs/{job}/reviews", {"rating": 1})
    assert (again.status, again.body["detail"]) == (409, "You have reviewed this job already.")
    assert rating() == {"average": 5, "count": 1}


def test_a_repeated_request_with_its_key_gets_the_first_response(job: str, buyer: Person) -> None:
    headers = {"Idempotency-Key": "review-1"}
    first = buyer.post(f"/jobs/{job}/reviews", REVIEW, headers=headers)
    again = buyer.post(f"/jobs/{job}/reviews", REVIEW, headers=headers)
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    assert rating() == {"average": 5, "count": 1}


def test_only_a_party_of_a_completed_job_reviews_it(buyer: Person, worker: Person) -> None:
    # given an open job, and one in progress with a rejected bidder
    open_job, job = post_job(buyer), post_job(buyer)
    loser = Person("worker-2", ("worker",))
    place_bid(loser, job)
    accept(buyer, place_bid(worker, job))
    # when somebody reviews them, then those who see the job get 403 or 409, and others 404
    assert buyer.post(f"/jobs/{open_job}/reviews", {"rating": 5}).status == 409
    assert worker.post(f"/jobs/{open_job}/reviews", {"rating": 5}).status == 403
    refused = buyer.post(f"/jobs/{job}/reviews", {"rating": 5})
    assert (refused.status, "in_progress" in refused.body["detail"]) == (409, True)
    assert loser.post(f"/jobs/{job}/reviews", {"rating": 1}).status == 403
    assert Person("worker-3", ("worker",)).post(f"/jobs/{job}/reviews", {"rating": 1}).status == 404
    assert buyer.post("/jobs/nothing/reviews", {"rating": 5}).status == 404
    assert stored("reviews") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rating"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": 5, "subRatings": {"workmanship": 6}}, "subRatings.workmanship"),
        ({"rating": 5, "subRatings": {"smell": 3}}, "subRatings.smell"),
        ({"rating": 5, "comment": "x" * 2001}, "comment"),
        ({"rating": 5, "subjectId": "buyer-2"}, "subjectId"),
    ],
)
def test_an_invalid_field_is_refused_and_named(job: str, buyer: Person, body: dict[str, Any], field: str) -> None:
    answer = buyer.post(f"/jobs/{job}/reviews", body)
    assert (answer.status, answer.fields) == (422, {field})


def test_the_reviewed_person_answers_once(job: str, buyer: Person, worker: Person, clock: Clock) -> None:
    review = buyer.post(f"/jobs/{job}/reviews", REVIEW).body["id"]
    clock.tick(hours=1)
    # when the worker answers
    answer = worker.post(f"/reviews/{review}/response", {"comment": "Thank you!"})
    # then everybody sees the answer, and no other answer is accepted
    response = {"comment": "Thank you!", "createdAt": "2026-11-21T09:00:00.000Z"}
    assert (answer.status, answer.body["response"]) == (200, response)
    assert VISITOR.get(f"/reviews/{review}").body["response"] == response
    assert worker.post(f"/reviews/{review}/response", {"comment": "And more."}).status == 409
    assert buyer.post(f"/reviews/{review}/response", {"comment": "Welcome."}).status == 403
    assert worker.post("/reviews/nothing/response", {"comment": "What?"}).status == 404
    assert worker.post(f"/reviews/{review}/response", {"comment": " "}).fields == {"comment"}


def test_a_hidden_review_is_visible_to_admins_only_and_does_not_count(
    job: str, buyer: Person, worker: Person, admin: Person
) -> None:
    # given a review that an admin hid
    review = buyer.post(f"/jobs/{job}/reviews", REVIEW).body["id"]
    hidden = admin.post(f"/reviews/{review}/moderation", {"hidden": True, "reason": "Insults."})
    # then admins see the moderation
    assert (hidden.status, hidden.body["hidden"]) == (200, True)
    moderation = {"hidden": True, "reason": "Insults.", "moderatorId": "admin-1", "at": "2026-11-21T08:00:00.000Z"}
    assert admin.get(f"/reviews/{review}").body["moderation"] == moderation
    # and nobody else sees the review
    for person in (VISITOR, buyer, worker):
        assert person.get(f"/reviews/{review}").status == 404
        assert person.get(f"/jobs/{job}/reviews").body["items"] == []
        assert person.get("/profiles/worker-1/reviews").body["items"] == []
    assert worker.post(f"/reviews/{review}/response", {"comment": "Hm."}).status == 404
    resume = VISITOR.get("/profiles/worker-1/resume").body
    assert (rating(), resume["jobs"][0]["rating"]) == ({"average": None, "count": 0}, None)
    assert resume["subRatings"]["fairPrice"] == {"average": None, "count": 0}
    # and the buyer's slot stays taken
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": 1}).status == 409


def test_hiding_and_restoring_a_review_are_idempotent(job: str, buyer: Person, admin: Person) -> None:
    review = buyer.post(f"/jobs/{job}/reviews", REVIEW).body["id"]
    for _ in range(2):
        assert admin.post(f"/reviews/{review}/moderation", {"hidden": True, "reason": "Insults."}).status == 200
        assert rating() == {"average": None, "count": 0}
    for _ in range(2):
        restored = admin.post(f"/reviews/{review}/moderation", {"hidden": False, "reason": "It was fair."})
        assert (restored.body["hidden"], restored.body["moderation"]["reason"]) == (False, "It was fair.")
        assert rating() == {"average": 5, "count": 1}
    assert [item["id"] for item in VISITOR.get("/profiles/worker-1/reviews").body["items"]] == [review]
    # and every moderation is stored
    (kept,) = [item["moderations"] for item in stored("reviews") if "rating" in item]
    assert [decision["reason"] for decision in kept] == ["Insults.", "It was fair."]


def test_an_admin_cannot_moderate_a_review_of_their_own_job(job: str, buyer: Person, worker: Person) -> None:
    review = buyer.post(f"/jobs/{job}/reviews", {"rating": 1}).body["id"]
    for participant in ("buyer-1", "worker-1"):
        answer = Person(participant, ("admin",)).post(
            f"/reviews/{review}/moderation", {"hidden": True, "reason": "I do not like it."}
        )
        assert answer.status == 403
    assert rating() == {"average": 1, "count": 1}


def test_reviews_about_a_person_are_listed_newest_first_in_full_pages(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    written = []
    for _ in range(5):
        job_id = complete_job(buyer, worker)
        written.append(buyer.post(f"/jobs/{job_id}/reviews", {"rating": 3}).body["id"])
        clock.tick(minutes=1)
    # when the list is read in pages of two
    found, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = VISITOR.get("/profiles/worker-1/reviews", query=query).body
        found.append([item["id"] for item in page["items"]])
        cursor = page["nextCursor"]
        if cursor is None:
            break
    # then all pages but the last are full, and each review appears once
    listed = [review for page in found for review in page]
    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(listed) == sorted(written)
    assert listed == sorted(written, reverse=True)
    # and a cursor of another list is refused
    cursor = VISITOR.get("/profiles/worker-1/reviews", query={"limit": "2"}).body["nextCursor"]
    assert VISITOR.get("/profiles/buyer-1/reviews", query={"limit": "2", "cursor": cursor}).status == 400


def test_the_reviews_of_an_unknown_person_or_job_are_an_empty_list() -> None:
    assert VISITOR.get("/profiles/nobody/reviews").body == {"items": [], "nextCursor": None}
    assert VISITOR.get("/jobs/nothing/reviews").body == {"items": [], "nextCursor": None}
