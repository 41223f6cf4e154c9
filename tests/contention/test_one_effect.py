"""Concurrent requests take effect exactly once."""

from __future__ import annotations

from collections import Counter

import pytest

from khaya.platform.base import clock, settings
from khaya.platform.base.errors import TooMany
from khaya.platform.web.access import SIGNED_IN, Caller
from khaya.users import store as users
from tests.contention.clients import Call, at_once, in_threads
from tests.contention.test_acceptance import OWNER, WORKERS, worker
from tests.support.client import VISITOR, Person
from tests.support.records import OFFER, POSTING


def test_given_64_concurrent_bids_then_the_bid_count_is_exact(engine: None) -> None:
    # given an open job
    job = OWNER.post("/jobs", POSTING).body
    # when 64 workers bid on it concurrently
    answers = at_once([Call(worker(number), "POST", f"/jobs/{job['id']}/bids", OFFER) for number in range(WORKERS)])
    # then all bids are placed and counted
    assert Counter(answers) == {201: WORKERS}
    assert VISITOR.get(f"/jobs/{job['id']}").body["bidCount"] == WORKERS


def test_given_concurrent_bids_of_one_worker_then_one_is_placed(engine: None) -> None:
    job = OWNER.post("/jobs", POSTING).body
    answers = at_once([Call(worker(1), "POST", f"/jobs/{job['id']}/bids", OFFER) for _ in range(32)])
    assert Counter(answers) == {201: 1, 409: 31}
    assert VISITOR.get(f"/jobs/{job['id']}").body["bidCount"] == 1


def test_the_same_idempotency_key_from_32_clients_posts_one_job(engine: None) -> None:
    # given one request with one key
    buyer = Person("buyer", ("buyer",), headers={"Idempotency-Key": "key-1"})
    # when 32 clients send it concurrently
    answers = at_once([Call(buyer, "POST", "/jobs", POSTING) for _ in range(32)])
    # then each gets 201, and there is one job
    assert set(answers) == {201}
    assert len(buyer.get("/jobs/mine").body["items"]) == 1


def test_given_concurrent_edits_of_one_version_then_one_succeeds(engine: None) -> None:
    # given a job at version 1, read by eight clients
    job = OWNER.post("/jobs", POSTING).body
    careful = Person("owner", ("buyer",), headers={"If-Match": '"1"'})
    # when each saves its own change concurrently
    titles = [f"Fix leaking tap number {number}" for number in range(8)]
    answers = at_once([Call(careful, "PATCH", f"/jobs/{job['id']}", {"title": title}) for title in titles])
    # then one succeeds and the others get 412
    assert Counter(answers) == {200: 1, 412: 7}
    after = VISITOR.get(f"/jobs/{job['id']}").body
    assert (after["version"], after["title"]) == (2, titles[answers.index(200)])


def test_given_forty_concurrent_writes_then_twenty_pass_the_account_guard(
    engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a limit of twenty writes per minute, and a stopped clock

    monkeypatch.setenv("WRITES_PER_MINUTE", "20")
    settings.settings.cache_clear()
    now = clock.now()

    def write() -> bool:
        try:
            users.pass_account_guard(Caller("busy", frozenset({"buyer"}), "s", 1), SIGNED_IN, now, counted=True)
        except TooMany:
            return False
        return True

    # when one person writes forty times concurrently
    passed = in_threads([write] * 40)
    settings.settings.cache_clear()
    # then twenty pass the account guard
    assert Counter(passed) == {True: 20, False: 20}
