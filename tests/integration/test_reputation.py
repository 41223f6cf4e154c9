"""Updates of the median response time and of the directory after changes of profiles and bids."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from khaya.platform.base.errors import IndexBehind
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.profiles import store
from khaya.reputation import service
from tests.conftest import Clock
from tests.support import streams
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import accept, complete_job, place_bid, post_job, profile
from tests.support.stand_in import contents, stored


def follow(user_id: str, bid_id: str | None = None) -> dict[str, Any]:
    """Give the function the message of the stream dispatcher, twice, as may happen."""
    body = {"consumer": "reputation", "userId": user_id, **({"bidId": bid_id} if bid_id else {})}
    record = {
        "messageId": "1",
        "receiptHandle": "handle",
        "body": json.dumps(body),
        "attributes": {"MessageGroupId": user_id},
        "eventSource": "aws:sqs",
    }
    app("derived").handler({"Records": [record]}, Context())
    answer: dict[str, Any] = app("derived").handler({"Records": [record]}, Context())
    return answer


def directory(**query: str) -> list[tuple[str, int]]:
    return [(one["userId"], one["trustScore"]) for one in VISITOR.get("/profiles", query=query).body["items"]]


def test_when_a_review_is_written_then_the_directory_order_changes(buyer: Person, worker: Person) -> None:
    # given two workers
    profile("worker-1", roles=["worker"], trades=["Plumbing"], location="Durban")
    profile("worker-2", roles=["worker"], trades=["Plumbing"], location="Durban", verified=True)
    assert directory() == [("worker-2", 20), ("worker-1", 0)]
    # when one is reviewed and the message was handled
    job = complete_job(buyer, worker)
    buyer.post(f"/jobs/{job}/reviews", {"rating": 5})
    assert follow("worker-1") == {"batchItemFailures": []}
    # then that worker is first under every filter
    for query in ({}, {"trade": "plumbing"}, {"location": "durban"}, {"trade": "plumbing", "location": "durban"}):
        assert directory(**query) == [("worker-1", 25), ("worker-2", 20)]
    shown = VISITOR.get("/profiles").body["items"][0]
    assert (shown["rating"], shown["completedJobs"]) == ({"average": 5, "count": 1}, 1)


def test_given_a_bid_and_a_review_when_the_streams_are_processed_then_the_directory_is_updated_once(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a bid after half an hour, a completed job and a review
    profile("worker-1", roles=["worker"])
    job = post_job(buyer)
    clock.tick(minutes=30)
    accept(buyer, place_bid(worker, job))
    buyer.post(f"/jobs/{job}/completion")
    buyer.post(f"/jobs/{job}/reviews", {"rating": 4})
    # when the streams were processed
    streams.follow("reputation")
    streams.follow("reputation")
    # then the directory has the score
    assert directory() == [("worker-1", 30)]
    # and the update itself causes no further writes
    before = contents()
    streams.follow("reputation")
    assert contents() == before


def test_given_an_up_to_date_directory_when_reputation_is_updated_then_nothing_is_written() -> None:
    profile("worker-1", roles=["worker"], trades=["Plumbing", "Tiling"])
    before = contents()
    assert follow("worker-1") == {"batchItemFailures": []}
    assert follow("nobody") == {"batchItemFailures": []}
    assert contents() == before


def test_when_reputation_is_updated_then_the_owners_etag_stays_valid(buyer: Person, worker: Person) -> None:
    profile("worker-1", roles=["worker"])
    version = worker.get("/profiles/me").headers["ETag"]
    job = complete_job(buyer, worker)
    buyer.post(f"/jobs/{job}/reviews", {"rating": 5})
    follow("worker-1")
    assert worker.patch("/profiles/me", {"bio": "Neat."}, headers={"If-Match": version}).status == 200


def test_the_median_response_time_uses_the_last_twenty_bids(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    # given five bids after 500 minutes, then twenty after 50 minutes
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
    # then the profile has the score and the badge
    shown = VISITOR.get("/profiles/worker-1").body
    assert (shown["trustScore"], "fastResponse" in shown["badges"]) == (10, True)
    assert directory() == [("worker-1", 10)]
    # and an older message that arrives late changes nothing
    before = contents()
    follow("worker-1", "01000000000000000000000000")
    assert contents() == before


def test_withdrawn_bids_do_not_count_for_the_median_response_time(buyer: Person, worker: Person, clock: Clock) -> None:
    # given twenty bids after 50 minutes, and then twenty-five withdrawn ones after 500 minutes
    profile("worker-1", roles=["worker"])
    for number in range(45):
        job = post_job(buyer)
        clock.tick(minutes=50 if number < 20 else 500)
        last = place_bid(worker, job)
        if number >= 20:
            assert worker.post(f"/bids/{last}/withdrawal").status == 200
    # when the last one was handled, then the median is that of the twenty
    follow("worker-1", last)
    assert stored("profiles")[0]["medianResponseMinutes"] == pytest.approx(50)


def test_when_a_bid_is_withdrawn_then_the_median_response_time_is_calculated_again(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a bid after 50 minutes and one after 500
    profile("worker-1", roles=["worker"])
    for minutes in (50, 500):
        job = post_job(buyer)
        clock.tick(minutes=minutes)
        last = place_bid(worker, job)
    streams.follow("reputation")
    assert stored("profiles")[0]["medianResponseMinutes"] == pytest.approx(275)
    # when the second is withdrawn, then only the first counts
    assert worker.post(f"/bids/{last}/withdrawal").status == 200
    streams.follow("reputation")
    assert stored("profiles")[0]["medianResponseMinutes"] == pytest.approx(50)


def test_given_a_withdrawal_missing_in_the_index_when_its_message_is_handled_then_it_comes_again(
    buyer: Person, worker: Person
) -> None:
    # given an index that still shows the bid as pending
    profile("worker-1", roles=["worker"])
    bid = place_bid(worker, post_job(buyer))
    # when, then
    with pytest.raises(IndexBehind):
        service.update_reputation("worker-1", bid, withdrawn=True)


def test_given_a_bid_missing_in_the_index_when_its_message_is_handled_then_it_returns_to_the_queue(
    worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile("worker-1", roles=["worker"])
    monkeypatch.setattr(time, "sleep", lambda _: None)
    answer = follow("worker-1", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_given_a_trade_removed_during_an_update_when_the_update_commits_then_its_row_stays_deleted(
    worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a new review
    profile("worker-1", roles=["worker"], trades=["Plumbing", "Tiling"])
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.count_review("worker-1", 5, {}, 1, "2026-11-21T08:00:00.000Z"))
    unit_of_work.commit()
    # when the worker removes a trade between the read of the profile and the commit of the rows
    real, edits = store.derived_writes, [{"trades": ["Plumbing"]}]

    def slow(before: Any, after: Any) -> Any:
        found = real(before, after)
        if edits:
            assert worker.patch("/profiles/me", edits.pop()).status == 200
        return found

    monkeypatch.setattr(store, "derived_writes", slow)
    service.update_reputation("worker-1")
    # then the directory agrees with the profile
    assert directory(trade="tiling") == []
    assert directory(trade="plumbing") == directory() == [("worker-1", 25)]


def test_given_outdated_directory_rows_when_reputation_is_updated_then_they_are_corrected(worker: Person) -> None:
    # given rows that an edit wrote from an older version of the profile
    profile("worker-1", roles=["worker"])
    old = store.get("worker-1")
    for write in (
        [store.count_review("worker-1", 5, {}, 1, "2026-11-21T08:00:00.000Z")],
        store.change(old, old.with_own_roles(["worker", "buyer"], "2026-11-21T08:00:00.000Z")),
    ):
        unit_of_work = UnitOfWork()
        unit_of_work.add(*write)
        unit_of_work.commit()
    assert directory() == [("worker-1", 0)]
    # when the reputation is updated
    follow("worker-1")
    # then the rows are correct
    assert directory() == directory(role="buyer") == [("worker-1", 25)]
    assert VISITOR.get("/profiles/worker-1").body["rating"] == {"average": 5, "count": 1}
