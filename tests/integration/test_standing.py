"""What follows a change of a person's facts: their median response, and their rank in the directory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import streams
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import accept, complete_job, place_bid, post_job, profile
from tests.support.stand_in import contents, stored


def follow(user_id: str, bid_id: str | None = None) -> dict[str, Any]:
    """Give the function what the relay would send, twice, as may happen."""
    body = {"group": user_id, "userId": user_id, **({"bidId": bid_id} if bid_id else {})}
    record = {
        "messageId": "1",
        "body": json.dumps(body),
        "attributes": {"MessageGroupId": user_id},
        "eventSource": "aws:sqs",
    }
    app("standing").handler({"Records": [record]}, Context())
    answer: dict[str, Any] = app("standing").handler({"Records": [record]}, Context())
    return answer


def directory(**query: str) -> list[tuple[str, int]]:
    return [(one["userId"], one["trustScore"]) for one in VISITOR.get("/profiles", query=query).body["items"]]


def test_the_directory_follows_a_review(buyer: Person, worker: Person) -> None:
    # given two workers of equal standing
    profile("worker-1", roles=["worker"], trades=["Plumbing"], location="Durban")
    profile("worker-2", roles=["worker"], trades=["Plumbing"], location="Durban", verified=True)
    assert directory() == [("worker-2", 20), ("worker-1", 0)]
    # when one is reviewed and what follows has been done
    job = complete_job(buyer, worker)
    buyer.post(f"/jobs/{job}/reviews", {"rating": 5})
    assert follow("worker-1") == {"batchItemFailures": []}
    # then they are first, under every filter
    for query in ({}, {"trade": "plumbing"}, {"location": "durban"}, {"trade": "plumbing", "location": "durban"}):
        assert directory(**query) == [("worker-1", 25), ("worker-2", 20)]
    shown = VISITOR.get("/profiles").body["items"][0]
    assert (shown["rating"], shown["completedJobs"]) == ({"average": 5, "count": 1}, 1)


def test_the_streams_carry_it_all_the_way_and_come_to_rest(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a job that was bid on after half an hour, done and reviewed
    profile("worker-1", roles=["worker"])
    job = post_job(buyer)
    clock.tick(minutes=30)
    accept(buyer, place_bid(worker, job))
    buyer.post(f"/jobs/{job}/completion")
    buyer.post(f"/jobs/{job}/reviews", {"rating": 4})
    # when what follows has been done
    streams.follow("standing")
    streams.follow("standing")
    # then the score is in the directory
    assert directory() == [("worker-1", 30)]
    # and doing it has caused nothing more to follow
    before = contents()
    streams.follow("standing")
    assert contents() == before


def test_nothing_is_written_where_nothing_is_to_follow() -> None:
    profile("worker-1", roles=["worker"], trades=["Plumbing", "Tiling"])
    before = contents()
    assert follow("worker-1") == {"batchItemFailures": []}
    assert follow("nobody") == {"batchItemFailures": []}
    assert contents() == before


def test_an_owners_version_does_not_go_stale(buyer: Person, worker: Person) -> None:
    profile("worker-1", roles=["worker"])
    version = worker.get("/profiles/me").headers["ETag"]
    job = complete_job(buyer, worker)
    buyer.post(f"/jobs/{job}/reviews", {"rating": 5})
    follow("worker-1")
    assert worker.patch("/profiles/me", {"bio": "Neat."}, headers={"If-Match": version}).status == 200


def test_the_median_response_is_of_the_last_twenty_bids(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    # given slow first bids, and then twenty after 50 minutes
    last = ""
    for number in range(25):
        job = post_job(buyer)
        clock.tick(minutes=500 if number < 5 else 50)
        last = place_bid(worker, job)
        if number in (0, 4, 14, 24):
            assert follow("worker-1", last) == {"batchItemFailures": []}
            (kept,) = stored("profiles")
            expected = {0: 500, 4: 500, 14: 50, 24: 50}[number]
            assert kept["medianResponseMinutes"] == pytest.approx(expected)
    # then the score and the badge are there
    shown = VISITOR.get("/profiles/worker-1").body
    assert (shown["trustScore"], "fastResponse" in shown["badges"]) == (10, True)
    assert directory() == [("worker-1", 10)]
    # and an older message that comes late changes nothing
    before = contents()
    follow("worker-1", "01000000000000000000000000")
    assert contents() == before


def test_a_bid_that_the_index_does_not_have_yet_goes_back_to_the_queue(
    worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile("worker-1", roles=["worker"])
    monkeypatch.setattr(app("standing").time, "sleep", lambda _: None)
    answer = follow("worker-1", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_a_row_that_an_owner_removes_meanwhile_does_not_come_back(
    worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker whose facts have changed
    profile("worker-1", roles=["worker"], trades=["Plumbing", "Tiling"])
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415
    from khaya.profiles import store  # noqa: PLC0415
    from khaya.reputation import service  # noqa: PLC0415

    unit_of_work = UnitOfWork()
    unit_of_work.add(store.count_review("worker-1", 5, {}, 1, "2026-11-21T08:00:00.000Z"))
    unit_of_work.commit()
    # when they drop a trade between the reading of the profile and the writing of the rows
    real, edits = store.bring_in_line, [{"trades": ["Plumbing"]}]

    def slow(before: Any, after: Any) -> Any:
        found = real(before, after)
        if edits:
            assert worker.patch("/profiles/me", edits.pop()).status == 200
        return found

    monkeypatch.setattr(store, "bring_in_line", slow)
    service.follow("worker-1")
    # then what stands in the directory is what the profile says
    assert directory(trade="tiling") == []
    assert directory(trade="plumbing") == directory() == [("worker-1", 25)]


def test_an_edit_from_before_a_review_is_put_right_by_what_follows_it(worker: Person) -> None:
    # given rows that an edit wrote from older facts than the profile has
    profile("worker-1", roles=["worker"])
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415
    from khaya.profiles import store  # noqa: PLC0415

    old = store.get("worker-1")
    for write in (
        [store.count_review("worker-1", 5, {}, 1, "2026-11-21T08:00:00.000Z")],
        store.change(old, old.with_own_roles(["worker", "buyer"], "2026-11-21T08:00:00.000Z")),
    ):
        unit_of_work = UnitOfWork()
        unit_of_work.add(*write)
        unit_of_work.commit()
    assert directory() == [("worker-1", 0)]
    # when what follows the edit is done
    follow("worker-1")
    # then
    assert directory() == directory(role="buyer") == [("worker-1", 25)]
    assert VISITOR.get("/profiles/worker-1").body["rating"] == {"average": 5, "count": 1}
