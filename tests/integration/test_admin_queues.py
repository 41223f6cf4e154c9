"""The admins' queues: how many wait in each and since when, after each thing enters and leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from khaya.admin_queues import counting, model
from khaya.chargebacks import service as chargebacks
from khaya.collections import service as collections
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data.pages import PageRequest
from tests.conftest import Clock
from tests.integration import test_payout_decisions as payouts
from tests.integration import test_refund_decisions as refunds
from tests.integration.test_chargebacks import respond
from tests.integration.test_escrow_flow import disputed_job
from tests.integration.test_reconciliation import reconcile
from tests.integration.test_reward_decisions import waiting_bonus
from tests.support import stand_in
from tests.support.client import Answer, Context, Person, app
from tests.support.escrow import DEPOSIT, agreed, check_out, pay
from tests.support.events import batch
from tests.support.items import damage
from tests.support.money import REASON, adjust, approve, decide_reward, key, known, waiting_proposals
from tests.support.provider import FakeProvider
from tests.support.records import accept, list_materials, place_bid, post_job, profile, version_of
from tests.support.stories import approve_story, submit_story
from tests.support.streams import dispatch, follow, make_queues, waiting

ADMIN = Person("admin-1", ("admin",))
BUYER, WORKER, SELLER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",)), Person("seller-1", ("seller",))
EMPTY = {"count": 0, "more": False, "oldestAt": None}
START = "2026-11-21T08:00:00.000Z"

pytestmark = pytest.mark.usefixtures("parties")

Decide = Callable[[], Answer | None]


def queues() -> dict[str, dict[str, Any]]:
    """The state of each queue, by name."""
    answer = ADMIN.get("/admin/queues")
    assert answer.status == 200, answer.text
    return {one.pop("queue"): one for one in answer.body["items"]}


def occupied() -> dict[str, tuple[int, str | None]]:
    """Count and oldest time of the queues that are not empty, after all changes were followed."""
    follow("admin_queues")
    return {name: (one["count"], one["oldestAt"]) for name, one in queues().items() if one["count"]}


def a_listing(_: FakeProvider) -> Decide:
    listing = list_materials(SELLER)
    body = {"decision": "approve", "version": version_of("listings", listing)}
    return lambda: ADMIN.post(f"/listings/{listing}/moderation", body)


def a_story(_: FakeProvider) -> Decide:
    story = submit_story(WORKER)
    return lambda: approve_story(story)


def a_request_to_be_verified(_: FakeProvider) -> Decide:
    assert WORKER.post("/profiles/me/verification", {"note": "I passed my trade test."}).status == 200
    return lambda: ADMIN.post("/admin/verifications/worker-1/decision", {"decision": "approve", "reason": REASON})


def a_report(_: FakeProvider) -> Decide:
    report = SELLER.post("/reports", {"kind": "job", "id": post_job(BUYER), "reason": "Not what it says."}).body["id"]
    return lambda: ADMIN.post(f"/reports/{report}/resolution", {"decision": "dismissed", "note": REASON})


def a_dispute(fake: FakeProvider) -> Decide:
    job = disputed_job(BUYER, WORKER, fake)
    return lambda: BUYER.delete(f"/jobs/{job}/escrow/dispute")


def a_payout(fake: FakeProvider) -> Decide:
    earned = payouts.new_workers_earning(fake)
    assert payouts.decide(earned, "hold").status == 200
    return lambda: payouts.decide(earned, "send")


def a_refund(fake: FakeProvider) -> Decide:
    job = refunds.failed(fake)
    return lambda: refunds.decide(ADMIN, job, "again")


def money_in_suspense(fake: FakeProvider) -> Decide:
    reference = check_out(BUYER, agreed(BUYER, WORKER), "deposit").body["reference"]
    fake.pay(reference, DEPOSIT + 1)
    assert collections.apply(reference, khaya_clock.now()) == "returned"
    path = f"/admin/payments/suspense/{reference}/refund"
    return lambda: ADMIN.post(path, {"reason": REASON}, headers=key())


def a_chargeback(fake: FakeProvider) -> Decide:
    chargeback = fake.charge_back(pay(BUYER, fake, agreed(BUYER, WORKER)))
    assert chargebacks.apply(chargeback, khaya_clock.now()) == "open"
    return lambda: respond(chargeback, "accept")


def a_difference(fake: FakeProvider) -> Decide:
    fake.usable_at_once, fake.balance_cents = False, 0
    del fake.collections[pay(BUYER, fake, agreed(BUYER, WORKER))]
    reconcile()
    (found,) = ADMIN.get("/admin/payments/differences").body["items"]
    return lambda: ADMIN.post(f"/admin/payments/differences/{found['id']}/closing", {"reason": REASON})


def an_adjustment(_: FakeProvider) -> Decide:
    known("worker-1")
    assert adjust("worker-1", 1_000_000).status == 202
    return lambda: approve(waiting_proposals()[0]["id"], decision="refuse")


def a_bonus(_: FakeProvider) -> Decide:
    profile("referrer-1", display_name="Thandi", roles=["worker"])
    profile("newcomer-1", display_name="Sipho", roles=["buyer"])
    bonus = waiting_bonus()
    return lambda: decide_reward(bonus)


ENTRIES: dict[str, Callable[[FakeProvider], Decide]] = {
    "listings": a_listing,
    "stories": a_story,
    "verifications": a_request_to_be_verified,
    "reports": a_report,
    "disputes": a_dispute,
    "payouts": a_payout,
    "refunds": a_refund,
    "suspense": money_in_suspense,
    "chargebacks": a_chargeback,
    "differences": a_difference,
    "adjustments": an_adjustment,
    "referrals": a_bonus,
}


def test_each_queue_whose_count_is_kept_has_a_case() -> None:
    assert ENTRIES.keys() == model.KEPT.keys() == counting.LISTS.keys()


def test_where_nothing_waits_all_queues_are_shown_and_empty() -> None:
    assert queues() == dict.fromkeys([*model.KEPT, "stuck_jobs"], EMPTY)


@pytest.mark.parametrize("queue", ENTRIES)
def test_a_queue_counts_what_enters_it_until_it_is_decided(queue: str, fake: FakeProvider) -> None:
    # given something that waits for an admin
    decide = ENTRIES[queue](fake)
    # then its queue has one entry, and the others have none
    assert occupied() == {queue: (1, START)}
    # when it is decided, then the queue is empty
    answer = decide()
    assert answer is None or answer.status in (200, 204), answer.text
    assert occupied() == {}


def test_the_oldest_of_several_entries_is_shown(clock: Clock) -> None:
    first = submit_story(WORKER)
    clock.tick(hours=1)
    submit_story(WORKER)
    assert occupied() == {"stories": (2, START)}
    approve_story(first)
    assert occupied() == {"stories": (1, "2026-11-21T09:00:00.000Z")}


def test_jobs_count_as_stuck_from_the_moment_at_which_an_admin_may_close_them(clock: Clock) -> None:
    # given a job that is to be done in a day
    job = post_job(BUYER)
    accept(BUYER, place_bid(WORKER, job, timelineDays=1))
    clock.tick(days=14)
    assert queues()["stuck_jobs"] == EMPTY
    # when fourteen days have passed since then, without any further change
    clock.tick(days=1)
    # then it is counted, without a message
    assert queues()["stuck_jobs"] == {"count": 1, "more": False, "oldestAt": "2026-12-06T08:00:00.000Z"}


def test_a_long_queue_is_counted_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # given more entries than are counted
    monkeypatch.setattr(model, "MOST", 2)
    monkeypatch.setattr(counting, "_FIRST", PageRequest(("admin_queues",), 2))
    stories = [submit_story(WORKER) for _ in range(3)]
    follow("admin_queues")
    assert queues()["stories"] == {"count": 2, "more": True, "oldestAt": START}
    # when fewer are left, then the count is exact
    approve_story(stories[0])
    follow("admin_queues")
    assert queues()["stories"] == {"count": 2, "more": False, "oldestAt": START}


def test_a_change_that_moves_nothing_into_or_out_of_a_queue_has_no_message() -> None:
    # given a listing whose message was handled
    listing = list_materials(SELLER)
    follow("admin_queues")
    # when its stock changes, then there is no message for the queues
    assert SELLER.post(f"/listings/{listing}/stock", {"delta": 5}).status == 200
    dispatch()
    assert [one for one in waiting("DerivedQueue") if one["consumer"] == "admin_queues"] == []


def handle(queue: str) -> None:
    """Have the consumer handle a message about a queue."""
    make_queues()
    event = batch("admin_queues", json.dumps({"consumer": "admin_queues", "queue": queue}))
    assert app("derived").handler(event, Context()) == {"batchItemFailures": []}


def test_a_repeated_or_late_message_leaves_the_count_right() -> None:
    # given a story that was decided before its first message came
    story = submit_story(WORKER)
    approve_story(story)
    submit_story(WORKER)
    # when messages come twice and in any order, then what waits now is counted
    for _ in range(3):
        handle("stories")
        assert queues()["stories"]["count"] == 1


def test_a_lost_message_is_made_up_for_by_the_nightly_repair() -> None:
    # given a story whose message was lost, and a count that is right
    list_materials(SELLER)
    follow("admin_queues")
    submit_story(WORKER)
    # when the repair runs
    make_queues()
    found = app("repair").handler({}, Context())["findings"]
    # then it has the one queue counted anew
    assert (found["mended"], found["failed"]) == ({"admin_queues": 1}, {})
    assert found["checked"]["admin_queues"] == len(model.KEPT)
    (message,) = waiting("DerivedQueue")
    assert message == {"consumer": "admin_queues", "queue": "stories"}
    handle("stories")
    assert {name: one["count"] for name, one in queues().items() if one["count"]} == {"listings": 1, "stories": 1}


def test_the_command_can_name_a_queue() -> None:
    # given a wrong count
    handle("reports")
    damage("statistics", {"id": "queue#reports"}, count=7)
    # when the repair is asked for that queue, then it has it counted anew
    answer = app("repair").handler({"objects": ["queues/reports", "queues/unknown"]}, Context())
    assert (answer["left"], answer["findings"]["mended"]) == ([], {"admin_queues": 1})


def test_counting_a_queue_costs_one_read_and_one_write_however_many_wait() -> None:
    from bench.round_trips import counted  # noqa: PLC0415 - the benchmark's counter

    for _ in range(5):
        submit_story(WORKER)
    with counted() as calls:
        handle("stories")
    assert calls == ["Query", "PutItem"]
    assert stand_in.stored("statistics") == [
        {"id": "queue#stories", "queue": "stories", "count": 5, "more": False, "oldestAt": START}
        | {"lastWrite": stand_in.stored("statistics")[0]["lastWrite"]}
    ]
