"""Statistics: what admins are shown, counted once each from what happened, however it is told."""

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
    """What happened on a day, as far as anything did."""
    (found,) = (one for one in shown()["days"] if one["date"] == day)
    return {name: number for name, number in found.items() if number and name != "date"}


def posted(number: int, at: str = NOON) -> dict[str, Any]:
    """The message about a job that was posted."""
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
    """Bring messages to the function; answers which of them (by their place) go back to the queue."""
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


def test_a_quiet_marketplace_is_all_zeros_over_thirty_days(clock: Clock) -> None:
    figures = shown()
    assert figures["generatedAt"] == "2026-11-21T08:00:00.000Z"
    assert figures["jobs"] == dict.fromkeys(
        ("open", "inProgress", "completed", "cancelled", "expired", "agreedCents", "completedCents"), 0
    )
    assert figures["reviews"] == {"count": 0, "average": None}
    days = [day["date"] for day in figures["days"]]
    assert (len(days), days[0], days[-1]) == (30, "2026-10-23", "2026-11-21")


def test_a_life_of_the_marketplace_adds_up(buyer: Person, worker: Person, seller: Person) -> None:
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
    # when what follows has been done
    streams.follow("statistics")
    # then all of it is counted
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


def test_what_is_told_again_counts_once() -> None:
    # given events that came once
    assert deliver(posted(1), posted(2)) == []
    # when they come again, in one batch twice, and together with a new one
    assert deliver(posted(1), posted(1), posted(2), posted(3), posted(3)) == []
    # then each counts once
    assert shown()["jobs"]["open"] == 3
    assert on("2026-11-21") == {"jobsPosted": 3}


def test_any_order_and_any_batches_end_in_the_same_numbers() -> None:
    messages = [posted(number) for number in range(12)]
    told = [*messages, *messages[:5]]
    random.Random(7).shuffle(told)  # noqa: S311 - the same order every time
    for first in range(0, len(told), 4):
        assert deliver(*told[first : first + 4]) == []
    assert shown()["jobs"]["open"] == 12


@pytest.mark.parametrize("poison", ["no JSON", "{}", json.dumps({"event": {**posted(9)["event"], "detail": {}}})])
def test_a_poison_message_goes_back_alone_and_the_others_count(poison: str) -> None:
    assert deliver(posted(1), poison, posted(2)) == ["1"]
    assert shown()["jobs"]["open"] == 2
    # and the same batch again, as it may come, counts no more
    assert deliver(posted(1), poison, posted(2)) == ["1"]
    assert shown()["jobs"]["open"] == 2


def test_a_batch_of_nothing_but_poison_is_no_accident() -> None:
    assert deliver("no JSON", "{}") == ["0", "1"]


def test_a_batch_that_dynamodb_did_not_take_comes_again_and_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # given an answer that was lost after the counts were made
    real = dynamo.commit

    def lost(*arguments: Any) -> None:
        real(*arguments)
        raise Unavailable

    monkeypatch.setattr(dynamo, "commit", lost)
    with pytest.raises(Unavailable):
        deliver(posted(1), posted(2))
    monkeypatch.setattr(dynamo, "commit", real)
    # when the queue brings it again, then it has counted already
    assert deliver(posted(1), posted(2)) == []
    assert shown()["jobs"]["open"] == 2


def test_an_event_belongs_to_the_day_on_which_it_happened_however_late_it_comes(clock: Clock) -> None:
    # given a job of last night, a minute before midnight in South Africa, and one a minute after
    clock.tick(days=3)
    assert deliver(posted(1, "2026-11-20T21:59:00.000Z"), posted(2, "2026-11-20T22:01:00.000Z")) == []
    # then each is on its day
    assert on("2026-11-20") == {"jobsPosted": 1}
    assert on("2026-11-21") == {"jobsPosted": 1}


def test_no_item_is_everybodys() -> None:
    """Batches fall upon different parts of the counts."""
    for number in range(40):
        deliver(posted(number))
    parts = [item["jobsOpen"] for item in stored("statistics") if item["id"].startswith("total#")]
    assert len(parts) == 8
    assert sum(parts) == 40


def test_counts_name_nobody() -> None:
    deliver(posted(1))
    assert "buyer-1" not in json.dumps(stored("statistics"))


def test_reading_is_one_call_however_much_was_counted(clock: Clock) -> None:
    # given a busy month
    for day in range(35):
        deliver(posted(day, f"2026-{10 + day // 20}-{1 + day % 20:02}T08:00:00.000Z"))
    calls: list[str] = []
    events = dynamo.client().meta.events
    note = lambda model, **_: calls.append(model.name)  # noqa: E731
    events.register("provide-client-params.dynamodb", note)
    shown()
    events.unregister("provide-client-params.dynamodb", note)
    # then it is the gate's call and one more
    assert calls == ["UpdateItem", "BatchGetItem"]


def night(milliseconds: int = 60_000) -> dict[str, int]:
    report: dict[str, int] = app("daily_statistics").handler({}, Context(milliseconds))
    return report


def test_a_day_is_written_down_and_stays_when_its_parts_have_gone(clock: Clock) -> None:
    # given a day that is over, written down in the night
    deliver(posted(1), posted(2))
    clock.tick(days=1)
    assert night() == {"done": 30, "changed": 30, "failed": 0, "days": 1}
    # when its parts have gone by time to live and it is long ago
    for item in stored("statistics"):
        if item["id"].startswith("day#2026-11-21#"):
            stand_in.client("dynamodb").delete_item(TableName="khaya-statistics-test-1", Key={"id": {"S": item["id"]}})
    clock.tick(days=13)
    # then it is shown, and no later night forgets it
    assert on("2026-11-21") == {"jobsPosted": 2}
    night()
    assert on("2026-11-21") == {"jobsPosted": 2}


def test_what_comes_late_is_in_the_row_after_the_next_night(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=1)
    night()
    clock.tick(days=9)
    deliver(posted(2))
    assert on("2026-11-21") == {"jobsPosted": 1}
    night()
    assert on("2026-11-21") == {"jobsPosted": 2}


def test_a_night_that_was_missed_is_made_up_for(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=20)
    assert on("2026-11-21") == {}
    night()
    assert on("2026-11-21") == {"jobsPosted": 1}


def test_a_second_run_in_a_night_finds_the_day_finished(clock: Clock) -> None:
    deliver(posted(1))
    clock.tick(days=1)
    night()
    before = stand_in.contents()
    assert night() == {"done": 0, "changed": 0, "failed": 0, "days": 0}
    assert stand_in.contents() == before


def test_a_night_begins_at_south_africas_midnight(clock: Clock) -> None:
    # given a day that a run has finished
    night()
    # when it is a minute before midnight there, then a minute after
    clock.tick(hours=13, minutes=59)
    assert night()["days"] == 0
    clock.tick(minutes=1)
    assert night()["days"] == 1


def test_a_run_short_of_time_goes_on_where_it_stopped(clock: Clock) -> None:
    context = Context()
    remaining = iter([60_000] * 8)
    context.get_remaining_time_in_millis = lambda: next(remaining, 0)  # type: ignore[method-assign]
    first = app("daily_statistics").handler({}, context)
    assert 0 < first["done"] < 30
    assert night()["done"] == 30 - first["done"]
    assert len([item for item in stored("statistics") if item["id"].count("#") == 1]) == 30
