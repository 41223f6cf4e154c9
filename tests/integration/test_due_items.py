"""Due reminders: claimed once, with failures, interruptions and outages; and the reminders of open actions.

Concurrent runs are tested on the real engine, in tests/contention/test_due_reminders.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from khaya.events.model import Event
from khaya.money_timers import service as money_timers
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageResult
from khaya.reminders import service, store
from khaya.reminders import service as reminders
from khaya.reminders.model import Reminder
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Context, Person, app
from tests.support.payments import pay
from tests.support.provider import fake_provider
from tests.support.records import accept, complete_job, place_bid, post_job
from tests.support.reminders import claim_due, expected, remind, row, waiting
from tests.support.streams import follow

OTHER = Person("other", ("worker",))


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on one shard at a time, since moto does not serialise concurrent writes."""
    monkeypatch.setattr(service, "THREADS", 1)


def kinds_told(person: Person) -> list[str]:
    """The kinds in a person's inbox, oldest first."""
    return [one["kind"] for one in reversed(person.get("/notifications", query={"limit": "50"}).body["items"])]


def asked(person: Person) -> list[str]:
    """The kinds in a person's inbox that ask for an action."""
    return [kind for kind in kinds_told(person) if kind in ("chooseBid", "confirmWork", "handInWork", "reviewPrompt")]


def morning(clock: Clock) -> None:
    """Let time pass until the next 08:00 in South Africa."""
    eight = clock.moment.replace(hour=6, minute=0, second=0, microsecond=0)
    clock.tick(seconds=((eight - clock.moment).total_seconds() - 1) % 86_400 + 1)


def mornings(clock: Clock, number: int) -> Iterator[dict[str, int]]:
    for _ in range(number):
        morning(clock)
        report = claim_due("daily")
        if report["claimed"]:
            follow("notices")
        yield report


# Reminders of open actions


def test_given_pending_bids_then_the_owner_is_reminded_to_choose(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a job with a bid on it, placed on the 21st
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    assert waiting() == {f"chooseBid#{job}": "2026-11-23T06:00:00.000Z"}
    # when a fortnight passes, then the owner is reminded on the 23rd, the 26th and the 29th only
    claimed = [report["claimed"] for report in mornings(clock, 14)]
    assert [22 + day for day, number in enumerate(claimed) if number] == [23, 26, 29]
    assert asked(buyer) == ["chooseBid"] * 3
    assert asked(worker) == []


@pytest.mark.parametrize("end", ["accepted", "cancelled", "expired"])
def test_given_a_job_that_is_not_open_then_nobody_is_reminded_to_choose(
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
        app("job_expiry").handler({}, Context())
    follow("notices")
    assert f"chooseBid#{job}" not in waiting()
    list(mornings(clock, 4))
    assert "chooseBid" not in asked(buyer)


def test_given_no_pending_bid_then_nobody_is_reminded_until_a_new_one(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a job whose bid was rejected, and one whose bid was withdrawn
    job, other = post_job(buyer), post_job(buyer)
    buyer.post(f"/bids/{place_bid(worker, job)}/rejection")
    worker.post(f"/bids/{place_bid(worker, other)}/withdrawal")
    follow("notices")
    assert [report["claimed"] for report in mornings(clock, 3)] == [0, 0, 0]
    assert waiting() == {}
    # when there is a new bid, then the owner is reminded two days later
    place_bid(OTHER, job)
    follow("notices")
    assert [report["claimed"] for report in mornings(clock, 3)] == [0, 1, 0]
    assert asked(buyer) == ["chooseBid"]


def test_the_worker_is_reminded_to_submit_and_then_the_buyer_to_confirm(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a job of three days that began on the 21st
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job, timelineDays=3))
    follow("notices")
    assert waiting() == {f"handInWork#{job}": "2026-11-25T06:00:00.000Z"}
    list(mornings(clock, 4))
    assert (asked(worker), asked(buyer)) == (["handInWork"], [])
    # when the work is submitted on the 25th, then the buyer is reminded on the 26th, the 28th and the 30th
    worker.post(f"/jobs/{job}/submission", {})
    follow("notices")
    assert waiting() == {f"confirmWork#{job}": "2026-11-26T06:00:00.000Z"}
    claimed = [report["claimed"] for report in mornings(clock, 10)]
    assert [26 + day for day, number in enumerate(claimed) if number] == [26, 28, 30]
    assert (asked(worker), asked(buyer)) == (["handInWork"], ["confirmWork"] * 3)


def test_given_escrow_then_the_worker_is_told_that_the_work_is_overdue_by_the_days_after_the_deposit(
    buyer: Person, worker: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a bid of one day that was accepted on the 21st, and a deposit that is paid on the 23rd
    job = post_job(buyer, payment="escrow", budgetCents=100_000)
    accept(buyer, place_bid(worker, job, timelineDays=1))
    follow("notices")
    assert [report["claimed"] for report in mornings(clock, 2)] == [0, 0]
    with fake_provider(monkeypatch) as provider:
        pay(provider, job, "deposit")
    # then nobody is told before the 25th, a day after the time that both see
    agreed = worker.get(f"/jobs/{job}").body["handInBy"]
    assert agreed == "2026-11-24T06:00:00.000Z"
    assert [report["claimed"] for report in mornings(clock, 3)] == [0, 1, 0]
    assert asked(worker) == ["handInWork"]
    (notice,) = [one for one in worker.get("/notifications").body["items"] if one["kind"] == "handInWork"]
    assert "24 November 2026" in notice["text"]


def test_both_parties_are_prompted_twice_for_a_review_unless_they_write_it(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job = complete_job(buyer, worker)
    follow("notices")
    clock.tick(hours=24, milliseconds=-1)
    assert claim_due()["claimed"] == 0
    clock.tick(milliseconds=1)
    assert claim_due()["claimed"] == 2
    follow("notices")
    # when the buyer writes a review, then only the worker is prompted again, after three days, and once
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
    follow("notices")
    claimed = []
    for _ in range(10):
        clock.tick(days=1)
        claimed.append(claim_due()["claimed"])
        if claimed[-1]:
            follow("notices")
    assert claimed == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert (asked(buyer), asked(worker)) == (["reviewPrompt"], ["reviewPrompt"] * 2)


def test_given_an_action_done_before_its_event_arrives_then_nobody_is_reminded(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given reminders whose actions were done, but whose events have not arrived
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
    assert claim_due("minute") == expected(dropped=2)
    assert claim_due("daily") == expected("daily", dropped=2)
    assert waiting() == {}


def test_repeated_events_of_a_finished_job_plan_nothing(buyer: Person, worker: Person, clock: Clock) -> None:
    # given all events of a finished job

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
    # when they are repeated in reverse order, then nothing changes
    for event in reversed(events):
        reminders.handle(event, "2026-11-22T08:00:00.000Z")
    assert stand_in.stored("reminders") == before


def test_events_in_the_wrong_order_do_not_plan_settled_reminders(buyer: Person, worker: Person) -> None:
    # given a cancellation and a review that arrive before the events whose reminders they settle

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


# Failures


def set_many(number: int, due_at: str = "2026-11-21T09:00:00.000Z") -> list[str]:
    return [remind(OTHER, f"number {count}", due_at) for count in range(number)]


def test_after_days_of_outage_each_overdue_reminder_is_sent_once(buyer: Person, worker: Person, clock: Clock) -> None:
    # given reminders that are days overdue
    set_many(3)
    job, open_job = complete_job(buyer, worker), post_job(buyer)
    place_bid(worker, open_job)
    follow("notices")
    clock.tick(days=20)
    # when the task runs again, then each is sent once, and the next time counts from now
    assert claim_due("minute")["claimed"] == 3 + 2
    assert claim_due("daily")["claimed"] == 1
    follow("notices")
    for schedule in ("minute", "daily"):
        assert claim_due(schedule)["claimed"] == 0
    assert waiting() == {
        f"review#{job}#buyer-1": "2026-12-14T08:00:00.000Z",
        f"review#{job}#worker-1": "2026-12-14T08:00:00.000Z",
        f"chooseBid#{open_job}": "2026-12-14T06:00:00.000Z",
    }
    assert (sorted(asked(buyer)), asked(worker)) == (["chooseBid", "reviewPrompt"], ["reviewPrompt"])
    assert kinds_told(OTHER) == ["reminder"] * 3


def test_all_pages_of_a_shard_are_claimed(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PAGE", 3)
    monkeypatch.setattr(store, "shard_of", lambda _: 7)
    set_many(11)
    clock.tick(hours=1)
    assert claim_due()["claimed"] == 11


def test_a_run_without_time_is_continued_by_the_next(clock: Clock) -> None:
    # given more than a run has time for
    reminders = set_many(7)
    clock.tick(hours=1)
    asked_for = iter([60_000] * 4)  # one for the release, then one for each reminder
    context = Context()
    context.get_remaining_time_in_millis = lambda: next(asked_for, 9_999)  # type: ignore[method-assign]
    # when it stops early
    report = app("due_items").handler({"schedule": "minute"}, context)
    assert (report["claimed"], report["failed"]) == (3, 0)
    assert report["unfinished"] > 0
    # then the next run sends the rest, and each is sent once
    assert claim_due()["claimed"] == 4
    assert [row(reminder)["number"] for reminder in reminders] == [1] * 7


def test_the_timers_and_the_release_use_at_most_a_third_of_the_time_each(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given endless timers, an endless release, and a minute left
    set_many(1)
    clock.tick(hours=1)
    left, used = 60_000, list[int]()

    def spend(time_is_left: Callable[[], bool]) -> None:
        nonlocal left
        while time_is_left():
            left -= 100
        used.append(60_000 - sum(used) - left)

    def apply(now: str, time_is_left: Callable[[], bool]) -> money_timers.TimerCounts:
        spend(time_is_left)
        return money_timers.TimerCounts(applied=3)

    def release(now: str, time_is_left: Callable[[], bool]) -> int:
        spend(time_is_left)
        return 5

    context = Context()
    context.get_remaining_time_in_millis = lambda: left  # type: ignore[method-assign]
    monkeypatch.setattr(app("due_items").deliveries, "release_due", release)
    monkeypatch.setattr(app("due_items").money_timers, "run_due", apply)
    # when the task runs, then the reminders get the last third of the time
    done = app("due_items").handler({"schedule": "minute"}, context)
    assert done == expected(claimed=1, released=5, applied=3)
    assert used == [pytest.approx(16_666, abs=200)] * 2


def test_a_failing_release_does_not_stop_reminders(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    set_many(2)
    clock.tick(hours=1)

    def failing(*_: Any) -> int:
        raise Unavailable

    monkeypatch.setattr(app("due_items").deliveries, "release_due", failing)
    assert claim_due() == expected(claimed=2, failed=1)


def test_a_reminder_that_cannot_be_claimed_does_not_stop_the_others(
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
        assert claim_due() == expected(claimed=4, failed=1)
    assert "number 2" not in caplog.text
    assert claim_due()["claimed"] == 1


def test_a_shard_that_cannot_be_read_does_not_stop_the_others(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reminders = set_many(12)
    clock.tick(hours=1)
    broken = store.shard_of(reminders[0])
    there = sum(store.shard_of(one) == broken for one in reminders)
    real = store.due

    def failing(schedule: Any, shard: int, now: str) -> Iterator[list[Reminder]]:
        if shard == broken:
            raise Unavailable
        return real(schedule, shard, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "due", failing)
        assert claim_due() == expected(claimed=12 - there, failed=1)
    assert claim_due()["claimed"] == there


@pytest.mark.parametrize("written", [False, True])
def test_given_a_lost_answer_then_a_reminder_is_sent_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    # given a claim that fails, before or after it was written
    reminder = remind(OTHER, due_at="2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    real = dynamo.commit

    def lost(*arguments: Any) -> None:
        if written:
            real(*arguments)
        raise Unavailable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamo, "commit", lost)
        assert claim_due()["failed"] == 1
    # when the next run comes, then it is sent once
    assert claim_due()["claimed"] == (0 if written else 1)
    follow("notices")
    assert row(reminder)["number"] == 1
    assert kinds_told(OTHER) == ["reminder"]


def test_a_reminder_that_changes_before_its_claim_is_not_claimed(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a reminder that is deleted and one that another run claims, after this run has read them
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
    # when it continues, then it claims neither
    assert claim_due() == expected()
    assert [one["id"] for one in stand_in.stored("reminders") if "kind" in one] == [taken]
    assert row(taken)["number"] == 1


def test_a_shard_in_which_another_run_is_ahead_is_left_to_it(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given many in one shard, which another run claims after this one has read them
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
    # when it continues, then it stops after a few lost claims
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reminder, "claimed", noted)
        assert claim_due()["claimed"] == 0
    assert len(tried) - 12 == service.MAX_LOST_CLAIMS


def test_a_reminder_settled_before_its_claim_stays_settled(
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
    assert claim_due()["claimed"] == 0
    assert waiting() == {}
    assert row(f"review#{job}#{buyer.user_id}")["status"] == "settled"


def test_a_run_reads_only_due_reminders(clock: Clock) -> None:
    # given one due reminder among many that are not
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


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="no schedule"):
        app("due_items").handler({"schedule": "weekly"}, Context())


def test_given_new_year_in_south_africa_then_days_count_from_there(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a bid placed at 22:30 UTC on New Year's Eve, which is New Year's Day in South Africa
    clock.tick(days=40, hours=14, minutes=30)
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    assert waiting() == {f"chooseBid#{job}": "2027-01-03T06:00:00.000Z"}
    assert [report["claimed"] for report in mornings(clock, 4)] == [0, 0, 1, 0]


def test_an_unreadable_reminder_does_not_stop_the_ones_after_it(
    buyer: Person, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a reminder, and an older one of an unknown kind in the same shard
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
    # when both are due, then one is sent and the other is reported as failed
    clock.tick(days=400)
    report = claim_due()
    assert (report["claimed"], report["failed"]) == (1, 1)
    assert set(waiting()) == {"unknown"}


def test_a_bid_that_the_index_lacks_counts_as_pending(
    buyer: Person, worker: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a job with a bid that the index does not have yet
    job = post_job(buyer)
    place_bid(worker, job)
    follow("notices")
    monkeypatch.setattr(service.bids, "on_job", lambda *_: PageResult([], None))
    # when the morning comes, then the owner is reminded
    clock.tick(days=2)
    assert claim_due("daily")["claimed"] == 1
