"""Sweeps: what is due is claimed once, whatever fails, is interrupted or stood still for days; and what asks for what.

Concurrent sweeps are tested on the real engine, in tests/contention/test_due_reminders.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageResult
from khaya.reminders import service, store
from khaya.reminders.model import Reminder
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Context, Person, app
from tests.support.records import accept, complete_job, place_bid, post_job
from tests.support.reminders import remind, row, sweep, waiting
from tests.support.streams import follow

OTHER = Person("other", ("worker",))


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto lets writes through that meet, so here parts are swept one after the other."""
    monkeypatch.setattr(service, "THREADS", 1)


def kinds_told(person: Person) -> list[str]:
    """The kinds of what a person was told, the oldest first."""
    return [one["kind"] for one in reversed(person.get("/notifications", query={"limit": "50"}).body["items"])]


def asked(person: Person) -> list[str]:
    """Those of them that ask for something."""
    return [kind for kind in kinds_told(person) if kind in ("chooseBid", "confirmWork", "handInWork", "reviewPrompt")]


def morning(clock: Clock) -> None:
    """Let time pass until the next 08:00 in South Africa."""
    eight = clock.moment.replace(hour=6, minute=0, second=0, microsecond=0)
    clock.tick(seconds=((eight - clock.moment).total_seconds() - 1) % 86_400 + 1)


def mornings(clock: Clock, number: int) -> Iterator[dict[str, int]]:
    for _ in range(number):
        morning(clock)
        report = sweep("daily")
        if report["claimed"]:
            follow("notices")
        yield report


# What the marketplace asks for.


def test_an_owner_is_asked_to_choose_while_bids_wait(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a job with a bid on it, placed on the 21st
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    assert waiting() == {f"chooseBid#{job}": "2026-11-23T06:00:00.000Z"}
    # when a fortnight's mornings pass, then the owner is asked on the 23rd, the 26th and the 29th, and no more
    claimed = [report["claimed"] for report in mornings(clock, 14)]
    assert [22 + day for day, number in enumerate(claimed) if number] == [23, 26, 29]
    assert asked(buyer) == ["chooseBid"] * 3
    assert asked(worker) == []


@pytest.mark.parametrize("end", ["accepted", "cancelled", "expired"])
def test_nobody_is_asked_to_choose_when_the_job_is_no_longer_open(
    buyer: Person, worker: Person, clock: Clock, end: str
) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    follow("notices")
    if end == "accepted":
        accept(buyer, bid)
    elif end == "cancelled":
        buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."})
    else:
        clock.tick(days=30)
        app("expiry").handler({}, Context())
    follow("notices")
    assert f"chooseBid#{job}" not in waiting()
    list(mornings(clock, 4))
    assert "chooseBid" not in asked(buyer)


def test_without_a_pending_bid_nobody_is_asked_until_there_is_a_new_one(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a job whose one bid was turned down, and of another it was taken back
    job, other = post_job(buyer), post_job(buyer)
    buyer.post(f"/bids/{place_bid(worker, job)}/rejection")
    worker.post(f"/bids/{place_bid(worker, other)}/withdrawal")
    follow("notices")
    assert [report["claimed"] for report in mornings(clock, 3)] == [0, 0, 0]
    assert waiting() == {}
    # when somebody bids anew, then the owner is asked two days later
    place_bid(OTHER, job)
    follow("notices")
    assert [report["claimed"] for report in mornings(clock, 3)] == [0, 1, 0]
    assert asked(buyer) == ["chooseBid"]


def test_a_worker_is_asked_to_hand_in_and_then_the_buyer_to_confirm(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a job of three days that began on the 21st
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job, timelineDays=3))
    follow("notices")
    assert waiting() == {f"handInWork#{job}": "2026-11-25T06:00:00.000Z"}
    list(mornings(clock, 4))
    assert (asked(worker), asked(buyer)) == (["handInWork"], [])
    # when the work is handed in on the 25th, then it is the buyer who is asked: on the 26th, the 28th and the 30th
    worker.post(f"/jobs/{job}/submission", {})
    follow("notices")
    assert waiting() == {f"confirmWork#{job}": "2026-11-26T06:00:00.000Z"}
    claimed = [report["claimed"] for report in mornings(clock, 10)]
    assert [26 + day for day, number in enumerate(claimed) if number] == [26, 28, 30]
    assert (asked(worker), asked(buyer)) == (["handInWork"], ["confirmWork"] * 3)


def test_both_sides_are_asked_for_a_review_twice_unless_they_write_it(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job = complete_job(buyer, worker)
    follow("notices")
    clock.tick(hours=24, milliseconds=-1)
    assert sweep()["claimed"] == 0
    clock.tick(milliseconds=1)
    assert sweep()["claimed"] == 2
    follow("notices")
    # when the buyer writes theirs, then only the worker is asked again, after three days, and then nobody any more
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
    follow("notices")
    claimed = []
    for _ in range(10):
        clock.tick(days=1)
        claimed.append(sweep()["claimed"])
        if claimed[-1]:
            follow("notices")
    assert claimed == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert (asked(buyer), asked(worker)) == (["reviewPrompt"], ["reviewPrompt"] * 2)


def test_what_was_done_is_not_asked_for_though_no_event_told_of_it_yet(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given prompts whose cause was settled, of which the reminders have not heard
    reviewed, confirmed, handed_in = complete_job(buyer, worker), post_job(buyer), post_job(buyer)
    accept(buyer, place_bid(worker, confirmed))
    accept(buyer, place_bid(worker, handed_in))
    worker.post(f"/jobs/{confirmed}/submission", {})
    follow("notices")
    assert len(waiting()) == 4
    for writer in (buyer, worker):
        writer.post(f"/jobs/{reviewed}/reviews", {"rating": 5})
    buyer.post(f"/jobs/{confirmed}/completion")
    worker.post(f"/jobs/{handed_in}/submission", {})
    clock.tick(days=10)
    # when they are due, then all are dropped
    assert sweep("minute") == {"claimed": 0, "dropped": 2, "failed": 0, "unfinished": 0, "released": 0}
    assert sweep("daily") == {"claimed": 0, "dropped": 2, "failed": 0, "unfinished": 0}
    assert waiting() == {}


def test_events_told_again_after_everything_plan_nothing(buyer: Person, worker: Person, clock: Clock) -> None:
    # given all events of a job's life
    from khaya.events.model import Event  # noqa: PLC0415
    from khaya.reminders import service as reminders  # noqa: PLC0415

    events: list[Event] = []
    real = reminders.handle

    def noted(event: Event, now: str) -> None:
        events.append(event)
        real(event, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reminders, "handle", noted)
        job = post_job(buyer)
        accept(buyer, place_bid(worker, job))
        worker.post(f"/jobs/{job}/submission", {})
        buyer.post(f"/jobs/{job}/completion")
        for person in (buyer, worker):
            person.post(f"/jobs/{job}/reviews", {"rating": 5})
        follow("notices")
    before = stand_in.stored("reminders")
    assert {row["status"] for row in before} == {"settled"}
    # when they are told again, the other way round, then nothing changes
    for event in reversed(events):
        reminders.handle(event, "2026-11-22T08:00:00.000Z")
    assert stand_in.stored("reminders") == before


def test_events_in_the_wrong_order_plan_nothing_that_is_settled(buyer: Person, worker: Person) -> None:
    # given a cancellation and a review, of which is told before what they settle
    from khaya.events.model import Event  # noqa: PLC0415

    def event(kind: str, **detail: Any) -> Event:
        at = "2026-11-21T08:00:00.000Z"
        return Event(id=kind, kind=kind, version=1, at=at, object="jobs/j", detail={"jobId": "j", **detail})

    sides = {"buyerId": "buyer-1", "workerId": "worker-1"}
    for one in (
        event("job.cancelled", buyerId="buyer-1"),
        event("bid.placed", **sides),
        event("review.written", reviewerId="buyer-1"),
        event("job.completed", **sides, completedAt="2026-11-21T08:00:00.000Z"),
    ):
        service.handle(one, "2026-11-21T08:00:00.000Z")
    assert [*waiting()] == ["review#j#worker-1"]


# Whatever goes wrong.


def set_many(number: int, due_at: str = "2026-11-21T09:00:00.000Z") -> list[str]:
    return [remind(OTHER, f"number {count}", due_at) for count in range(number)]


def test_what_stood_still_for_days_is_caught_up_with_each_once(buyer: Person, worker: Person, clock: Clock) -> None:
    # given reminders, a prompt and an open action that are days overdue
    set_many(3)
    job, open_job = complete_job(buyer, worker), post_job(buyer)
    place_bid(worker, open_job)
    follow("notices")
    clock.tick(days=20)
    # when the sweeps go on, then each is sent once, and the next one counts from now
    assert sweep("minute")["claimed"] == 3 + 2
    assert sweep("daily")["claimed"] == 1
    follow("notices")
    for lane in ("minute", "daily"):
        assert sweep(lane)["claimed"] == 0
    assert waiting() == {
        f"review#{job}#buyer-1": "2026-12-14T08:00:00.000Z",
        f"review#{job}#worker-1": "2026-12-14T08:00:00.000Z",
        f"chooseBid#{open_job}": "2026-12-14T06:00:00.000Z",
    }
    assert (sorted(asked(buyer)), asked(worker)) == (["chooseBid", "reviewPrompt"], ["reviewPrompt"])
    assert kinds_told(OTHER) == ["reminder"] * 3


def test_more_than_a_page_of_one_part_is_all_claimed(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PAGE", 3)
    monkeypatch.setattr(store, "shard_of", lambda _: 7)
    set_many(11)
    clock.tick(hours=1)
    assert sweep()["claimed"] == 11


def test_a_sweep_that_is_short_of_time_leaves_the_rest_to_the_next(clock: Clock) -> None:
    # given more than a sweep has time for
    reminders = set_many(7)
    clock.tick(hours=1)
    asked_for = iter([60_000] * 4)  # once for the release, then for each reminder
    context = Context()
    context.get_remaining_time_in_millis = lambda: next(asked_for, 9_999)  # type: ignore[method-assign]
    # when it stops in the middle
    report = app("sweep").handler({"lane": "minute"}, context)
    assert (report["claimed"], report["failed"]) == (3, 0)
    assert report["unfinished"] > 0
    # then the next one does the rest, and everything is sent once
    assert sweep()["claimed"] == 4
    assert [row(reminder)["number"] for reminder in reminders] == [1] * 7


def test_the_time_left_of_a_sweep_that_releases_deliveries_too_is_shared(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a release that would go on for ever, in a function with a minute left
    set_many(1)
    clock.tick(hours=1)
    left = 60_000

    def release(now: str, time_is_left: Callable[[], bool]) -> int:
        nonlocal left
        while time_is_left():
            left -= 100
        return 5

    context = Context()
    context.get_remaining_time_in_millis = lambda: left  # type: ignore[method-assign]
    monkeypatch.setattr(app("sweep").deliveries, "release_due", release)
    # when it is swept, then reminders get the other half
    assert app("sweep").handler({"lane": "minute"}, context) == {
        "claimed": 1,
        "dropped": 0,
        "failed": 0,
        "unfinished": 0,
        "released": 5,
    }
    assert left > 30_000


def test_a_release_that_fails_keeps_no_reminder(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    set_many(2)
    clock.tick(hours=1)

    def failing(*_: Any) -> int:
        raise Unavailable

    monkeypatch.setattr(app("sweep").deliveries, "release_due", failing)
    assert sweep() == {"claimed": 2, "dropped": 0, "failed": 1, "unfinished": 0, "released": 0}


def test_a_row_that_cannot_be_claimed_does_not_keep_the_others(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reminders = set_many(5)
    clock.tick(hours=1)
    real = Reminder.claimed

    def failing(reminder: Reminder, now: str) -> Reminder:
        if reminder.id == reminders[2]:
            raise RuntimeError("number 2")
        return real(reminder, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reminder, "claimed", failing)
        assert sweep() == {"claimed": 4, "dropped": 0, "failed": 1, "unfinished": 0, "released": 0}
    assert "number 2" not in caplog.text
    assert sweep()["claimed"] == 1


def test_a_part_that_cannot_be_read_does_not_keep_the_others(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reminders = set_many(12)
    clock.tick(hours=1)
    broken = store.shard_of(reminders[0])
    there = sum(store.shard_of(one) == broken for one in reminders)
    real = store.due

    def failing(lane: Any, shard: int, now: str) -> Iterator[list[Reminder]]:
        if shard == broken:
            raise Unavailable
        return real(lane, shard, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "due", failing)
        assert sweep() == {"claimed": 12 - there, "dropped": 0, "failed": 1, "unfinished": 0, "released": 0}
    assert sweep()["claimed"] == there


@pytest.mark.parametrize("written", [False, True])
def test_a_claim_whose_answer_is_lost_is_one_claim(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    # given a DynamoDB that fails a claim, having written it or not
    reminder = remind(OTHER, due_at="2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    real = dynamo.commit

    def lost(*arguments: Any) -> None:
        if written:
            real(*arguments)
        raise Unavailable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamo, "commit", lost)
        assert sweep()["failed"] == 1
    # when the next sweep comes, then it is sent once all the same
    assert sweep()["claimed"] == (0 if written else 1)
    follow("notices")
    assert row(reminder)["number"] == 1
    assert kinds_told(OTHER) == ["reminder"]


def test_a_reminder_that_changes_between_reading_and_claiming_is_left_alone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given one that its owner deletes, and one that another sweep claims, while a sweep has them in hand
    deleted, taken = set_many(2)
    clock.tick(hours=1)
    real = store.due

    def meanwhile(*arguments: Any) -> list[list[dict[str, Any]]]:
        pages = [list(page) for page in real(*arguments)]
        for reminder in [Reminder.model_validate(one) for page in pages for one in page]:
            if reminder.id == deleted:
                assert OTHER.delete(f"/reminders/{deleted}").status == 204
            else:
                dynamo.commit([store.change(reminder, reminder.claimed("2026-11-21T09:00:00.000Z"))], "another")
        return pages

    monkeypatch.setattr(store, "due", meanwhile)
    # when it goes on, then it claims neither, and nothing comes back
    assert sweep() == {"claimed": 0, "dropped": 0, "failed": 0, "unfinished": 0, "released": 0}
    assert [one["id"] for one in stand_in.stored("reminders")] == [taken]
    assert row(taken)["number"] == 1


def test_a_part_in_which_another_sweep_is_ahead_is_left_to_it(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given many in one part, which another sweep claims right after this one has read them
    monkeypatch.setattr(store, "shard_of", lambda _: 7)
    set_many(12)
    clock.tick(hours=1)
    real, tried = store.due, []

    def meanwhile(*arguments: Any) -> list[list[dict[str, Any]]]:
        pages = [list(page) for page in real(*arguments)]
        for reminder in [Reminder.model_validate(one) for page in pages for one in page]:
            dynamo.commit([store.change(reminder, reminder.claimed("2026-11-21T09:00:00.000Z"))], "another")
        return pages

    def noted(reminder: Reminder, now: str) -> Reminder:
        tried.append(reminder.id)
        return claimed(reminder, now)

    claimed = Reminder.claimed
    monkeypatch.setattr(store, "due", meanwhile)
    # when it goes on, then it gives up after a few
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reminder, "claimed", noted)
        assert sweep()["claimed"] == 0
    assert len(tried) - 12 == service.MAX_LOST_CLAIMS


def test_a_prompt_that_is_settled_while_a_sweep_has_it_in_hand_stays_settled(
    buyer: Person, worker: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = complete_job(buyer, worker)
    follow("notices")
    clock.tick(days=2)
    real = store.change

    def meanwhile(before: Reminder, after: Reminder) -> Any:
        dynamo.commit([store.settle(before.id, "2026-11-23T08:00:00.000Z")], "another")
        return real(before, after)

    monkeypatch.setattr(store, "change", meanwhile)
    assert sweep()["claimed"] == 0
    assert waiting() == {}
    assert row(f"review#{job}#{buyer.user_id}")["status"] == "settled"


def test_a_sweep_reads_only_what_is_due(clock: Clock) -> None:
    # given one reminder that is due among many that are not
    set_many(1)
    set_many(18, "2027-01-01T00:00:00.000Z")
    clock.tick(hours=1)
    read: list[int] = []
    real = dynamo.query

    def counted(*arguments: Any, **named: Any) -> Any:
        rows = real(*arguments, **named)
        read.append(len(rows))
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamo, "query", counted)
        service.claim_due("minute", "2026-11-21T09:00:00.000Z", lambda: True)
    assert (sum(read), len(read)) == (1, store.SHARDS)


def test_a_sweep_of_no_lane_is_refused() -> None:
    with pytest.raises(ValueError, match="no lane"):
        app("sweep").handler({"lane": "weekly"}, Context())


def test_a_year_ends_in_south_africa_two_hours_earlier(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a bid placed at 22:30 UTC on New Year's Eve, which is New Year's Day there
    clock.tick(days=40, hours=14, minutes=30)
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    assert waiting() == {f"chooseBid#{job}": "2027-01-03T06:00:00.000Z"}
    assert [report["claimed"] for report in mornings(clock, 4)] == [0, 0, 1, 0]


def test_a_reminder_that_nobody_can_read_keeps_none_of_those_behind_it(
    buyer: Person, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given one reminder, and in the same part of the lane an older one of a kind that this release does not know
    reminder = remind(buyer)
    shard = store.shard_of(reminder)
    unknown = {
        "id": "unknown",
        "userId": "buyer-1",
        "kind": "payInvoice",
        "dueAt": "2026-11-21T08:00:00.000Z",
        "number": 0,
        "status": "waiting",
        "dueShard": f"minute#{shard}",
        "dueOrder": "2026-11-21T08:00:00.000Z#unknown",
    }
    table = settings().reminders_table
    dynamo.commit([writes.put(table, unknown, condition=None, refusal=lambda _: WriteConflict())], new_id())
    # when both are due, then one is sent and the other reported
    clock.tick(days=400)
    report = sweep()
    assert (report["claimed"], report["failed"]) == (1, 1)
    assert set(waiting()) == {"unknown"}


def test_a_bid_that_the_index_does_not_show_yet_is_asked_about(
    buyer: Person, worker: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a job with a bid, which the index of bids does not have yet when the owner is to be asked
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    monkeypatch.setattr(service.bids, "on_job", lambda *_: PageResult([], None))
    # when the morning comes, then they are asked all the same
    clock.tick(days=2)
    assert sweep("daily")["claimed"] == 1
