"""Messages for the consumer `reputation`."""

from __future__ import annotations

from typing import Any

from khaya.platform.base.changes import Change
from tests.support.client import app

PROFILE: dict[str, Any] = {"userId": "worker-1", "ratingCount": 1, "version": 3, "lastWrite": "a"}


def news(resource: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Any:
    return app("relay").judged(Change("1", resource, before, after, "2026-11-21T08:00:00.000Z", None))


def test_a_changed_profile_sends_a_message() -> None:
    told = {"group": "worker-1", "userId": "worker-1", "roles": False}
    assert news("profiles", PROFILE, {**PROFILE, "ratingCount": 2}) == told
    assert news("profiles", PROFILE, {**PROFILE, "version": 4, "lastWrite": "b"}) == told


def test_a_message_says_whether_roles_changed() -> None:
    told = news("profiles", {**PROFILE, "roles": ["worker"]}, {**PROFILE, "roles": ["buyer"]})
    assert told == {"group": "worker-1", "userId": "worker-1", "roles": True}


def test_an_unchanged_profile_sends_no_message() -> None:
    assert news("profiles", PROFILE, {**PROFILE, "lastWrite": "b"}) is None
    assert news("profiles", None, PROFILE) is None
    assert news("profiles", PROFILE, None) is None


def test_a_new_bid_sends_a_message_and_its_slot_does_not() -> None:
    bid = {"id": "bid-1", "workerId": "worker-1", "status": "pending"}
    assert news("bids", None, bid) == {"group": "worker-1", "userId": "worker-1", "bidId": "bid-1"}
    assert news("bids", None, {"id": "job-1#worker-1", "bidId": "bid-1", "taken": True}) is None
    assert news("bids", bid, {**bid, "status": "rejected"}) is None
    assert news("jobs", PROFILE, {**PROFILE, "version": 4}) is None
