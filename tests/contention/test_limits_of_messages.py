"""Concurrent events, reads, deliveries and reminders: counts of gatherings and limits are exact."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from khaya.deliveries import service as deliveries
from khaya.events.model import Event
from khaya.notices import service
from khaya.notifications import store
from khaya.platform.base import clock, settings
from khaya.platform.base.ids import derived_id, new_id
from khaya.platform.data import dynamo
from khaya.platform.data.writes import plain_item
from tests.contention.clients import Action, Call, at_once
from tests.contention.conftest import empty
from tests.contention.test_notifications import inbox, unread
from tests.support.client import Person
from tests.support.records import post_job
from tests.support.template import table_name

OWNER = Person("owner", ("buyer",))
READING_ALL = Call(OWNER, "POST", "/notifications/read")
FORTY = 40
LIMIT = 30


@dataclass(frozen=True)
class Bidding:
    """The consumer of notices handles the event of a bid. Its status is 201, or 200 if it was counted before."""

    job_id: str
    number: int
    function: str = "notices"

    def make(self) -> int:
        deliveries.enqueue = deliveries.enqueue_count = lambda *_: None  # type: ignore[assignment]
        at = f"2026-11-21T08:00:{self.number:02}.000Z"
        detail = {
            "bidId": f"bid-{self.number}",
            "jobId": self.job_id,
            "buyerId": "owner",
            "workerId": f"worker-{self.number}",
            "amountCents": 40_000,
            "timelineDays": 3,
        }
        event = Event(
            id=derived_id(at, "bid", str(self.number)),
            kind="bid.placed",
            version=1,
            at=at,
            actor=f"worker-{self.number}",
            object=f"bids/bid-{self.number}",
            detail=detail,
        )
        return 201 if service.handle(event, clock.now()) else 200


@dataclass(frozen=True)
class Sending:
    """A channel claims a message of a person's day. Its status is 200, or 429 beyond the limit."""

    user_id: str
    function: str = "notifications"

    def make(self) -> int:
        refusal = LookupError()
        try:
            dynamo.commit([store.count_message(self.user_id, "2026-11-21", LIMIT, refusal)], new_id())
        except LookupError:
            return 429
        return 200


@pytest.fixture(autouse=True)
def queues(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the functions whose code runs."""
    for name in ("NOTICES_QUEUE_URL", "DELIVERIES_QUEUE_URL"):
        monkeypatch.setenv(name, os.environ["CODE_DELIVERY_QUEUE_URL"])
    settings.settings.cache_clear()


def test_forty_concurrent_bids_are_one_row_with_their_exact_count(engine: None) -> None:
    # given a job, when forty bids on it are told of, each twice, concurrently
    job = post_job(OWNER)
    answers = at_once([Bidding(job, number) for number in range(FORTY)] * 2)
    # then each counts once, in one unread row
    assert Counter(answers) == {201: FORTY, 200: FORTY}
    items, count = inbox(OWNER)
    assert [item["data"]["count"] for item in items] == [FORTY]
    assert count == 1


def test_the_unread_count_is_exact_while_a_row_gathers_and_is_read(engine: None, dynamodb: Any) -> None:
    for number in range(3):
        # given a job, when bids are told of while everything is marked read
        job = post_job(OWNER)
        calls: list[Action] = []
        for place in range(FORTY):
            calls.append(Bidding(job, place))
            if place % 6 == number:
                calls.append(READING_ALL)
        answers = at_once(calls)
        # then the row has counted all, and the unread count is that of the rows
        assert Counter(answers)[201] == FORTY
        items, _ = inbox(OWNER)
        assert [item["data"]["count"] for item in items] == [FORTY]
        assert unread(OWNER) in (0, 1)
        READING_ALL.make()
        assert unread(OWNER) == 0
        Bidding(job, 59).make()
        assert unread(OWNER) == 1
        empty(dynamodb)


def test_no_more_messages_than_the_days_limit_are_claimed_concurrently(engine: None) -> None:
    answers = at_once([Sending("thandi") for _ in range(64)] + [Sending("sipho") for _ in range(10)])
    assert Counter(answers[:64]) == {200: LIMIT, 429: 64 - LIMIT}
    assert Counter(answers[64:]) == {200: 10}


def test_fifty_reminders_of_ninety_that_are_set_concurrently_wait(engine: None, dynamodb: Any) -> None:
    # given thirty reminders, when forty more are set and ten are deleted concurrently
    body = {"text": "Call Sipho", "dueAt": clock.plus(clock.now(), days=3)}
    given = [OWNER.post("/reminders", body).body["id"] for _ in range(30)]
    setting = [Call(OWNER, "POST", "/reminders", body) for _ in range(FORTY)]
    assert Counter(at_once(setting)) == {201: 20, 409: 20}
    # then fifty wait, and with deletions meanwhile never more
    assert _waiting(dynamodb) == 50
    calls = [Call(OWNER, "DELETE", f"/reminders/{one}") for one in given[:10] for _ in range(2)] + setting
    answers = Counter(at_once(calls))
    assert answers[204] == 10
    assert answers[404] == 10
    assert _waiting(dynamodb) == 40 + answers[201] <= 50
    assert Counter(at_once(setting))[201] == 50 - 40 - answers[201]


def _waiting(dynamodb: Any) -> int:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name("RemindersTable"), ConsistentRead=True)
    rows = [plain_item(item) for page in pages for item in page["Items"]]
    waiting = sum(row.get("status") == "waiting" for row in rows)
    assert [row["waiting"] for row in rows if row["id"].startswith("person#")] == [waiting]
    return waiting
