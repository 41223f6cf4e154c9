"""Statistics: each event is counted once, and admins see the counts."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from khaya.platform.base.errors import Unavailable
from khaya.platform.base.ids import derived_id
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support import stand_in, streams
from tests.support.client import Context, Person, app
from tests.support.records import accept, complete_job, list_materials, place_bid, post_job, profile
from tests.support.stand_in import stored

ADMIN = Person("admin-1", ("admin",))
NOON = "2026-11-21T10:00:00.000Z"


def shown() -> dict[str, Any]:
    answer = ADMIN.get("/admin/statistics")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.body
    return found


def on(day: str) -> dict[str, int]:
    """The counts of a day that are not zero."""
    (found,) = (one for one in shown()["days"] if one["date"] == day)
    return {name: number for name, number in found.items() if number and name != "date"}


def posted(number: int, at: str = NOON) -> dict[str, Any]:
    """The message of a `job.posted` event."""
    job = f"job-{number}"
    detail = {"jobId": job, "buyerId": "buyer-1", "category": "other", "location": "Durban", "budgetCents": 5000}
    return {
        "consumer": "statistics",
        "event": {
            "id": derived_id(at, job),
            "kind": "job.posted",
            "version": 1,
            "at": at,
            "object": f"jobs/{job}",
            "detail": {**detail, "payment": "cash"},
            "changes": {"status": [None, "open"]},
        },
    }


def deliver(*messages: Any) -> list[str]:
    """Deliver messages to the function; returns the positions of those that are returned to the queue."""
    records = [
        {
            "messageId": str(number),
            "receiptHandle": "handle",
            "body": message if isinstance(message, str) else json.dumps(message),
            "attributes": {"MessageGroupId": "jobs/1"},
            "eventSource": "aws:sqs",
        }
        for number, message in enumerate(messages)
    ]
    answer = app("records").handler({"Records": records}, Context())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_without_events_all_counts_of_thirty_days_are_zero(clock: Clock) -> None:
    figures = shown()
    assert figures["generatedAt"] == "2026-11-21T08:00:00.000Z"
    assert figures["jobs"] == dict.fromkeys(
        ("open", "inProgress", "completed", "cancelled", "expired", "agreedCents", "completedCents"), 0
    )
    assert figures["reviews"] == {"count": 0, "average": None}
    days = [day["date"] for day in figures["days"]]
    assert (len(days), days[0], days[-1]) == (30, "2026-10-23", "2026-11-21")


def test_all_counts_match_what_happened(buyer: Person, worker: Person, seller: Person) -> None:
    # given people, jobs in every state, bids, listings, reviews and a report
    for user_id, role in (("buyer-1", "buyer"), ("worker-1", "worker"), ("seller-1", "seller")):
        profile(user_id, roles=[role])
    ADMIN.put("/profiles/worker-1/verification", {"verified": True})
    ADMIN.patch("/admin/users/seller-1", {"status": "suspended", "reason": "Invented jobs."})
    done = complete_job(buyer, worker)
    buyer.post(f"/jobs/{done}/reviews", {"rating": 5})
    worker.post(f"/jobs/{done}/reviews", {"rating": 4})
    under_way, called_off, _ = post_job(buyer), post_job(buyer), post_job(buyer)
    accept(buyer, place_bid(worker, under_way))
    buyer.post(f"/jobs/{called_off}/cancellation", {"reason": "Not needed."})
    list_materials(Person("seller-2", ("seller",)))
    buyer.post(
        "/reports", {"kind": "profile", "id": "seller-1", "reason": "spam", "text": "Invented jobs, all of them."}
    )
    # when the events are counted
    streams.follow("statistics")
    # then all counts match
    figures = shown()
    assert figures["people"] == {"total": 3, "verified": 1, "suspended": 1}
    assert figures["jobs"] == {
        "open": 1,
        "inProgress": 1,
        "completed": 1,
        "cancelled": 1,
        "expired": 0,
        "agreedCents": 80_000,
        "completedCents": 40_000,
    }
    assert figures["bids"] == {"placed": 2, "accepted": 2}
    assert figures["listings"] == {"pending": 1, "active": 0, "rejected": 0, "inactive": 0}
    assert figures["reviews"] == {"count": 2, "average": 4.5}
    assert on("2026-11-21") == {
        "peopleJoined": 3,
        "jobsPosted": 4,
        "jobsCompleted": 1,
        "bidsPlaced": 2,
        "bidsAccepted": 2,
        "agreedCents": 80_000,
        "completedCents": 40_000,
        "listingsCreated": 1,
        "reviewsWritten": 2,
    }


def test_a_repeated_event_counts_once() -> None:
    # given events that were counted
    assert deliver(posted(1), posted(2)) == []
    # when they come again, in one batch twice, and together with a new one
    assert deliver(posted(1), posted(1), posted(2), posted(3), posted(3)) == []
    # then each counts once
    assert shown()["jobs"]["open"] == 3
    assert on("2026-11-21") == {"jobsPosted": 3}


def test_events_in_any_order_and_batches_give_the_same_counts() -> None:
    messages = [posted(number) for number in range(12)]
    shuffled = [*messages, *messages[:5]]
    random.Random(7).shuffle(shuffled)  # noqa: S311 - the same order every time
    for first in range(0, len(shuffled), 4):
        assert deliver(*shuffled[first : first + 4]) == []
    assert shown()["jobs"]["open"] == 12


@pytest.mark.parametrize("poison", ["no JSON", "{}", json.dumps({"event": {**posted(9)["event"], "detail": {}}})])
def test_an_unreadable_message_is_returned_alone_and_the_others_count(poison: str) -> None:
    assert deliver(posted(1), poison, posted(2)) == ["1"]
    assert shown()["jobs"]["open"] == 2
    # and the same batch counts nothing more
    assert deliver(posted(1), poison, posted(2)) == ["1"]
    assert shown()["jobs"]["open"] == 2


def test_a_batch_of_unreadable_messages_is_returned_without_an_error() -> None:
    assert deliver("no JSON", "{}") == ["0", "1"]


def test_given_a_lost_answer_when_the_batch_is_repeated_then_it_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a lost answer of the transaction
    real = dynamo.commit

    def lost(*arguments: Any) -> None:
        real(*arguments)
        raise Unavailable

    monkeypatch.setattr(dynamo, "commit", lost)
    assert deliver(posted(1), posted(2)) == ["0", "1"]
    monkeypatch.setattr(dynamo, "commit", real)
    # when the batch is repeated, then it counts nothing more
    assert deliver(posted(1), posted(2)) == []
    assert shown()["jobs"]["open"] == 2


def test_a_late_event_counts_on_the_day_on_which_it_happened(clock: Clock) -> None:
    # given late events of a minute before and a minute after midnight in South Africa
    clock.tick(days=3)
    assert deliver(posted(1, "2026-11-20T21:59:00.000Z"), posted(2, "2026-11-20T22:01:00.000Z")) == []
    # then each counts on its day
    assert on("2026-11-20") == {"jobsPosted": 1}
    assert on("2026-11-21") == {"jobsPosted": 1}


def test_batches_are_spread_over_the_shards() -> None:
    for number in range(40):
        deliver(posted(number))
    parts = [item["jobsOpen"] for item in stored("statistics") if item["id"].startswith("total#")]
    assert len(parts) == 8
    assert sum(parts) == 40


def test_counts_hold_no_user_id() -> None:
    deliver(posted(1))
    assert "buyer-1" not in json.dumps(stored("statistics"))


def test_statistics_are_read_in_one_call(clock: Clock) -> None:
    # given a busy month
    for day in range(35):
        deliver(posted(day, f"2026-{10 + day // 20}-{1 + day % 20:02}T08:00:00.000Z"))
    calls: list[str] = []
    events = dynamo.client().meta.events
    note = lambda model, **_: calls.append(model.name)  # noqa: E731
    events.register("provide-client-params.dynamodb", note)
    shown()
    events.unregister("provide-client-params.dynamodb", note)
    # then there is one call besides the account guard's
    assert calls == ["UpdateItem", "BatchGetItem"]


def night(milliseconds: int = 60_000) -> dict[str, int]:
    report: dict[str, int] = app("daily_statistics").handler({}, Context(milliseconds))
    return report


def test_a_stored_day_remains_after_its_shards_expired(clock: Clock) -> None:
    # given a stored day
    deliver(posted(1), posted(2))
    clock.tick(days=1)
    assert night() == {"done": 30, "changed": 30, "failed": 0, "unfinished": 0, "days": 1}
    # when its shards have expired
    for item in stored("statistics"):
        if item["id"].startswith("day#2026-11-21#"):
            stand_in.client("dynamodb").delete_item(TableName="khaya-statistics-test-1", Key={"id": {"S": item["id"]}})
    clock.tick(days=13)
    # then it is shown, also after a later run
    assert on("2026-11-21") == {"jobsPosted": 2}
    night()
    assert on("2026-11-21") == {"jobsPosted": 2}


def test_a_late_event_is_in_the_stored_day_after_the_next_run(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=1)
    night()
    clock.tick(days=9)
    deliver(posted(2))
    assert on("2026-11-21") == {"jobsPosted": 1}
    night()
    assert on("2026-11-21") == {"jobsPosted": 2}


def test_a_missed_run_is_made_up_for(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=20)
    assert on("2026-11-21") == {}
    night()
    assert on("2026-11-21") == {"jobsPosted": 1}


def test_a_second_run_on_a_day_changes_nothing(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=1)
    night()
    before = stand_in.contents()
    assert night() == {"done": 0, "changed": 0, "failed": 0, "unfinished": 0, "days": 0}
    assert stand_in.contents() == before


def test_a_new_run_is_due_after_midnight_in_south_africa(clock: Clock) -> None:
    # given a finished run
    night()
    # then a new one is due at midnight in South Africa
    clock.tick(hours=13, minutes=59)
    assert night()["days"] == 0
    clock.tick(minutes=1)
    assert night()["days"] == 1


def test_a_run_without_time_is_continued_by_the_next(clock: Clock) -> None:
    context = Context()
    remaining = iter([60_000] * 8)
    context.get_remaining_time_in_millis = lambda: next(remaining, 0)  # type: ignore[method-assign]
    first = app("daily_statistics").handler({}, context)
    assert 0 < first["done"] < 30
    assert night()["done"] == 30 - first["done"]
    assert len([item for item in stored("statistics") if item["id"].count("#") == 1]) == 30


@pytest.mark.parametrize(
    ("query", "first", "last", "number"),
    [
        ({}, "2026-10-23", "2026-11-21", 30),
        ({"from": "2026-11-20"}, "2026-11-20", "2026-11-21", 2),
        ({"to": "2026-09-30"}, "2026-09-01", "2026-09-30", 30),
        ({"from": "2026-08-01", "to": "2026-08-31"}, "2026-08-01", "2026-08-31", 31),
        ({"from": "2026-11-21", "to": "2026-11-21"}, "2026-11-21", "2026-11-21", 1),
    ],
    ids=str,
)
def test_a_span_of_days_is_shown_in_order(query: dict[str, str], first: str, last: str, number: int) -> None:
    days = [day["date"] for day in Person("admin-1", ("admin",)).get("/admin/statistics", query=query).body["days"]]
    assert (days[0], days[-1], len(days)) == (first, last, number)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-21", "to": "2026-11-20"},
        {"from": "2026-10-01", "to": "2026-11-01"},
        {"from": "2026-10-01"},
    ],
    ids=str,
)
def test_a_span_that_ends_before_it_begins_or_is_too_long_is_refused(query: dict[str, str]) -> None:
    answer = Person("admin-1", ("admin",)).get("/admin/statistics", query=query)
    assert (answer.status, answer.fields) == (422, {"to"})
