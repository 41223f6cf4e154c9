"""What many clients do at the same moment has the effect that it should have, once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.contention.clients import Call, at_once
from tests.contention.test_acceptance import OFFER, OWNER, POSTING, WORKERS, worker
from tests.support.client import VISITOR, Person


def test_sixty_four_workers_bid_at_once_and_the_count_is_exact(engine: None) -> None:
    # given an open job
    job = OWNER.post("/jobs", POSTING).body
    # when 64 workers bid on it at once
    answers = at_once([Call(worker(number), "POST", f"/jobs/{job['id']}/bids", OFFER) for number in range(WORKERS)])
    # then all bids stand and are counted
    assert Counter(answers) == {201: WORKERS}
    assert VISITOR.get(f"/jobs/{job['id']}").body["bidCount"] == WORKERS


def test_one_worker_has_one_live_bid_however_often_they_bid_at_once(engine: None) -> None:
    job = OWNER.post("/jobs", POSTING).body
    answers = at_once([Call(worker(1), "POST", f"/jobs/{job['id']}/bids", OFFER) for _ in range(32)])
    assert Counter(answers) == {201: 1, 409: 31}
    assert VISITOR.get(f"/jobs/{job['id']}").body["bidCount"] == 1


def test_the_same_idempotency_key_from_32_clients_posts_one_job(engine: None) -> None:
    # given one request with one key
    buyer = Person("buyer", ("buyer",), headers={"Idempotency-Key": "key-1"})
    # when 32 clients send it at once
    answers = at_once([Call(buyer, "POST", "/jobs", POSTING) for _ in range(32)])
    # then each is told of success, and there is one job
    assert set(answers) == {201}
    assert len(buyer.get("/jobs/mine").body["items"]) == 1


def test_one_of_two_edits_of_the_same_version_stands(engine: None) -> None:
    # given a job at version 1, and eight people's browsers that have read it
    job = OWNER.post("/jobs", POSTING).body
    careful = Person("owner", ("buyer",), headers={"If-Match": '"1"'})
    # when each saves its own change at once
    titles = [f"Fix leaking tap number {number}" for number in range(8)]
    answers = at_once([Call(careful, "PATCH", f"/jobs/{job['id']}", {"title": title}) for title in titles])
    # then one change was saved and the others were told that theirs was stale
    assert Counter(answers) == {200: 1, 412: 7}
    after = VISITOR.get(f"/jobs/{job['id']}").body
    assert (after["version"], after["title"]) == (2, titles[answers.index(200)])


def test_forty_simultaneous_writes_and_twenty_pass_the_gate(engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a limit of twenty writes a minute, and a minute that does not end in between
    from khaya.platform.base import clock, settings  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base.errors import TooMany  # noqa: PLC0415
    from khaya.platform.web.access import SIGNED_IN, Caller  # noqa: PLC0415
    from khaya.users import store as users  # noqa: PLC0415 - after the environment is set
    from tests.contention.clients import in_threads  # noqa: PLC0415

    monkeypatch.setenv("WRITES_PER_MINUTE", "20")
    settings.settings.cache_clear()
    now = clock.now()

    def write() -> bool:
        try:
            users.pass_account_guard(Caller("busy", frozenset({"buyer"}), "s", 1), SIGNED_IN, now, counted=True)
        except TooMany:
            return False
        return True

    # when one person writes forty times at once
    passed = in_threads([write] * 40)
    settings.settings.cache_clear()
    # then twenty pass
    assert Counter(passed) == {True: 20, False: 20}
