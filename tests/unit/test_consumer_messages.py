"""Which change leads to a message for which consumer."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.bids import consumer as bids
from khaya.erasure import consumer as erasure
from khaya.exports import consumer as exports
from khaya.name_sync import consumer as name_sync
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.referrals import consumer as referrals
from khaya.reputation import consumer as reputation
from khaya.search import consumer as search

NOW = "2026-11-21T08:00:00.000Z"
PROFILE: dict[str, Any] = {"userId": "worker-1", "displayName": "One", "ratingCount": 1, "version": 3, "lastWrite": "a"}
JOB: dict[str, Any] = {"id": "job-1", "title": "Fix a tap", "status": "open", "category": "plumbing", "location": "X"}
BID: dict[str, Any] = {"id": "bid-1", "workerId": "worker-1", "status": "pending"}
EXPORT: dict[str, Any] = {"userId": "export#a", "exportOf": "a", "exportId": "1", "exportStatus": "pending"}
ERASED: dict[str, Any] = {"userId": "a", "status": "erased"}

Image = dict[str, Any] | None


def change(resource: str, before: Image, after: Image) -> Change:
    return Change("change-1", resource, before, after, NOW, None)


@pytest.mark.parametrize(
    ("consumer", "resource", "before", "after", "body"),
    [
        (bids, "jobs", JOB, {**JOB, "status": "in_progress"}, {"jobId": "job-1"}),
        (bids, "jobs", JOB, {**JOB, "title": "Fix two taps"}, {"jobId": "job-1"}),
        (referrals, "jobs", JOB, {**JOB, "releasedAt": NOW}, {"jobId": "job-1"}),
        (reputation, "profiles", PROFILE, {**PROFILE, "ratingCount": 2}, {"userId": "worker-1", "roles": False}),
        (reputation, "profiles", PROFILE, {**PROFILE, "version": 4}, {"userId": "worker-1", "roles": False}),
        (reputation, "profiles", PROFILE, {**PROFILE, "roles": ["buyer"]}, {"userId": "worker-1", "roles": True}),
        (reputation, "bids", None, BID, {"userId": "worker-1", "bidId": "bid-1"}),
        (
            reputation,
            "bids",
            BID,
            {**BID, "status": "withdrawn"},
            {"userId": "worker-1", "bidId": "bid-1", "withdrawn": True},
        ),
        (name_sync, "profiles", PROFILE, {**PROFILE, "displayName": "Other"}, {"userId": "worker-1"}),
        (erasure, "users", {"userId": "a", "status": "active"}, ERASED, {"userId": "a"}),
        (erasure, "users", ERASED, {**ERASED, "erasureRuns": 1}, {"userId": "a"}),
        (exports, "users", None, EXPORT, {"userId": "a", "exportId": "1"}),
        (exports, "users", {**EXPORT, "exportId": "0"}, EXPORT, {"userId": "a", "exportId": "1"}),
    ],
)
def test_given_a_change_that_concerns_a_consumer_then_its_message_names_the_object_and_the_change(
    consumer: Any, resource: str, before: Image, after: Image, body: dict[str, Any]
) -> None:
    message: OutgoingMessage = consumer.message_for(change(resource, before, after))
    assert (message.consumer, message.body, message.change) == (consumer.NAME, body, "change-1")
    assert message.object in body.values()


@pytest.mark.parametrize(
    ("consumer", "resource", "before", "after"),
    [
        (bids, "jobs", JOB, {**JOB, "bidCount": 1}),
        (bids, "jobs", None, JOB),
        (bids, "jobs", {**JOB, "status": "in_progress"}, {**JOB, "status": "completed"}),
        (bids, "listings", JOB, {**JOB, "status": "inactive"}),
        (referrals, "jobs", {**JOB, "releasedAt": NOW}, {**JOB, "releasedAt": NOW}),
        (reputation, "profiles", PROFILE, {**PROFILE, "lastWrite": "b"}),
        (reputation, "profiles", None, PROFILE),
        (reputation, "profiles", PROFILE, None),
        (reputation, "bids", None, {"id": "job-1#worker-1", "bidId": "bid-1", "taken": True}),
        (reputation, "bids", BID, {**BID, "status": "rejected"}),
        (reputation, "bids", {**BID, "status": "withdrawn"}, {**BID, "status": "withdrawn", "proposal": "-"}),
        (reputation, "jobs", PROFILE, {**PROFILE, "version": 4}),
        (name_sync, "profiles", PROFILE, {**PROFILE, "bio": "New."}),
        (name_sync, "profiles", None, PROFILE),
        (erasure, "users", {**ERASED, "erasureRuns": 1}, {**ERASED, "erasureRuns": 1, "writes0": [1]}),
        (erasure, "users", ERASED, {**ERASED, "erasureDoneAt": NOW}),
        (erasure, "users", {"userId": "a", "status": "active"}, {"userId": "a", "status": "suspended"}),
        (exports, "users", EXPORT, EXPORT),
        (exports, "users", EXPORT, {**EXPORT, "exportStatus": "ready"}),
        (search, "jobs", JOB, {**JOB, "bidCount": 1}),
    ],
)
def test_given_a_change_that_does_not_concern_a_consumer_then_there_is_no_message(
    consumer: Any, resource: str, before: Image, after: Image
) -> None:
    assert consumer.message_for(change(resource, before, after)) is None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, JOB, ["a", "fix", "tap"]),
        (JOB, {**JOB, "title": "Fix two taps"}, ["a", "fix", "tap", "taps", "two"]),
        (JOB, {**JOB, "status": "cancelled"}, ["a", "fix", "tap"]),
        (JOB, None, ["a", "fix", "tap"]),
    ],
)
def test_given_a_title_that_changed_then_the_message_for_search_names_the_words_of_both(
    before: Image, after: Image, words: list[str]
) -> None:
    message = search.message_for(change("jobs", before, after))
    assert message is not None
    assert message.body == {"kind": "jobs", "id": "job-1", "words": words}
    assert message.object == "jobs/job-1"
