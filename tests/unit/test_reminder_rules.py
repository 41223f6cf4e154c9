"""When reminders are due, how often, and which events plan and settle them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.platform.base import clock
from khaya.platform.base.errors import Invalid
from khaya.reminders.model import RECURRENCES, Kind, Reminder, ReminderRequest, effect_of, own

NOW = "2026-11-21T08:00:00.000Z"
JOB = "01KAK2M8Q0X3V4N5B6C7D8E9F9"
BUYER, WORKER = "buyer-1", "worker-1"


def event(kind: str, at: str = NOW, **detail: Any) -> Event:
    known = {"jobId": JOB, "buyerId": BUYER, "workerId": WORKER, "completedAt": at, "acceptedAt": at, **detail}
    return Event(id=f"{kind} {at}", kind=kind, version=1, at=at, object=f"jobs/{JOB}", detail=known)


def waiting(kind: Kind, due_at: str, number: int = 0) -> Reminder:
    return Reminder(id=f"{kind}#{JOB}", user_id=BUYER, kind=kind, job_id=JOB, due_at=due_at, number=number)


def request(text: str = "Call Sipho", due_at: str = "2026-11-22T08:00:00.000Z") -> ReminderRequest:
    return ReminderRequest.model_validate_json(f'{{"text": "{text}", "dueAt": "{due_at}"}}')


# Own reminders


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00.000Z"),
        ("2026-12-01T08:00:00+02:00", "2026-12-01T06:00:00.000Z"),
        ("2027-01-01T01:30:00+02:00", "2026-12-31T23:30:00.000Z"),
        ("2026-12-01t08:00:00.5z", "2026-12-01T08:00:00.500Z"),
    ],
)
def test_a_time_with_any_offset_is_the_same_moment(sent: str, kept: str) -> None:
    assert own(request(due_at=sent), user_id=BUYER, now=NOW).due_at == kept


@pytest.mark.parametrize("due_at", ["", "tomorrow", "2026-12-01", "2026-12-01T08:00:00", "9999-12-31T23:59:59-12:00"])
def test_an_invalid_time_is_refused_by_its_field(due_at: str) -> None:
    with pytest.raises(ValidationError) as refused:
        request(due_at=due_at)
    assert [error["loc"] for error in refused.value.errors()] == [("dueAt",)]


@pytest.mark.parametrize("due_at", [NOW, "2026-11-21T09:59:59.999+02:00", "2000-01-01T00:00:00Z"])
def test_a_reminder_lies_in_the_future(due_at: str) -> None:
    with pytest.raises(Invalid) as refused:
        own(request(due_at=due_at), user_id=BUYER, now=NOW)
    assert [error.field for error in refused.value.errors] == ["dueAt"]


@pytest.mark.parametrize(
    ("text", "fits"), [("x", True), ("x" * 200, True), ("x" * 201, False), ("", False), (" ", False)]
)
def test_a_text_has_one_to_two_hundred_characters(text: str, fits: bool) -> None:
    if fits:
        assert request(text).text == text
    else:
        with pytest.raises(ValidationError):
            request(text)


def test_an_own_reminder_is_sent_once() -> None:
    reminder = own(request(), user_id=BUYER, now=NOW)
    sent = reminder.claimed("2026-11-22T08:01:00.000Z")
    assert (sent.status, sent.number, sent.due_at) == ("sent", 1, reminder.due_at)
    assert sent.expires_at == clock.epoch("2027-02-20T08:01:00.000Z")


# Recurrence


def sent_at(reminder: Reminder, sweeps: Sequence[str]) -> list[str]:
    """The times of the runs that send the reminder."""
    found = []
    for now in sweeps:
        if reminder.status == "waiting" and reminder.due_at <= now:
            reminder = reminder.claimed(now)
            found.append(now)
    return found


def mornings(first: str, days: int) -> list[str]:
    return [clock.plus(first, days=day) for day in range(days)]


def test_a_review_is_asked_for_after_one_day_and_again_three_days_later() -> None:
    first, other = effect_of(event("job.completed", NOW)).planned
    assert (first.user_id, other.user_id) == (BUYER, WORKER)
    every_five_minutes = [clock.plus(NOW, minutes=5 * step) for step in range(12 * 24 * 12)]
    for prompt in (first, other):
        assert sent_at(prompt, every_five_minutes) == ["2026-11-22T08:00:00.000Z", "2026-11-25T08:00:00.000Z"]


@pytest.mark.parametrize(
    ("kind", "cause", "days"),
    [
        ("chooseBid", event("bid.placed", NOW), [23, 26, 29]),
        ("confirmWork", event("job.submitted", NOW), [22, 24, 26]),
        (
            "handInWork",
            event("job.accepted", "2026-11-16T08:00:00.000Z", acceptedAt="2026-11-16T08:00:00.000Z", timelineDays=5),
            [22, 25, 28],
        ),
    ],
)
def test_open_actions_are_reminded_of_in_the_morning_at_most_three_times(
    kind: str, cause: Event, days: list[int]
) -> None:
    (plan,) = effect_of(cause).planned
    assert plan.kind == kind
    eights = mornings("2026-11-16T06:00:00.000Z", 60)
    assert sent_at(plan, eights) == [f"2026-11-{day}T06:00:00.000Z" for day in days]


@pytest.mark.parametrize("kind", ["review", "chooseBid", "confirmWork", "handInWork"])
@pytest.mark.parametrize("days", [1, 7, 100])
def test_after_an_outage_of_days_one_reminder_is_sent_and_the_next_counts_from_now(kind: Kind, days: int) -> None:
    overdue = waiting(kind, clock.plus(NOW, days=-days))
    sweeps = [NOW, clock.plus(NOW, minutes=5), clock.plus(NOW, days=1)]
    assert sent_at(overdue, sweeps) == [NOW]
    later = overdue.claimed(NOW).due_at
    assert RECURRENCES[kind].days - 1 <= clock.seconds_between(NOW, later) / 86_400 <= RECURRENCES[kind].days


# Times in South Africa


@pytest.mark.parametrize(
    ("placed", "due"),
    [
        ("2026-11-21T21:59:59.999Z", "2026-11-23T06:00:00.000Z"),  # 23:59 there
        ("2026-11-21T22:00:00.000Z", "2026-11-24T06:00:00.000Z"),  # midnight there: the next day
        ("2026-11-22T05:59:00.000Z", "2026-11-24T06:00:00.000Z"),  # just before eight
        ("2026-11-22T06:01:00.000Z", "2026-11-24T06:00:00.000Z"),
        ("2026-12-30T23:00:00.000Z", "2027-01-02T06:00:00.000Z"),  # the last day of the year there
        ("2026-12-31T22:00:00.000Z", "2027-01-03T06:00:00.000Z"),  # New Year there, not yet in UTC
        ("2028-02-27T12:00:00.000Z", "2028-02-29T06:00:00.000Z"),  # a leap year
    ],
)
def test_days_are_counted_in_south_african_time(placed: str, due: str) -> None:
    (plan,) = effect_of(event("bid.placed", placed)).planned
    assert plan.due_at == due


@given(moment=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(9000, 1, 1)), days=st.integers(0, 400))  # noqa: DTZ001 - it is given its zone below
def test_eight_in_the_morning_is_six_in_utc_on_any_day(moment: datetime, days: int) -> None:
    text = clock.iso(moment.replace(tzinfo=UTC))
    found = clock.local_hour(text, 8, days=days)
    assert found.endswith("T06:00:00.000Z")
    assert (days - 1) * 86_400 < clock.seconds_between(text, found) <= (days + 1) * 86_400


# Events in any order and number

HISTORIES = {
    "reviewed": ["bid.placed", "job.accepted", "job.started", "job.submitted", "job.completed", "review.written"],
    "cancelled": ["bid.placed", "job.cancelled"],
    "cancelled at work": ["bid.placed", "job.accepted", "job.cancelled"],
    "expired": ["bid.placed", "bid.rejected", "job.expired"],
    "confirmed at once": ["bid.placed", "job.accepted", "job.completed"],
    "at work": ["bid.placed", "job.accepted"],
    "submitted": ["bid.placed", "job.accepted", "job.submitted"],
    "open": ["bid.placed", "bid.placed", "bid.withdrawn"],
}
LEFT = {
    "reviewed": {f"review#{JOB}#{WORKER}"},
    "cancelled": set(),
    "cancelled at work": set(),
    "expired": set(),
    "confirmed at once": {f"review#{JOB}#{BUYER}", f"review#{JOB}#{WORKER}"},
    "at work": {f"handInWork#{JOB}"},
    "submitted": {f"confirmWork#{JOB}"},
    "open": {f"chooseBid#{JOB}"},
}
"""The reminders that wait after such a history."""


def history(name: str) -> list[Event]:
    found = []
    for hour, kind in enumerate(HISTORIES[name]):
        at = clock.plus(NOW, hours=hour * 30)
        never_at_work = name in ("cancelled", "expired")
        more = {"workerId": None} if kind in ("job.cancelled", "job.expired") and never_at_work else {}
        found.append(event(kind, at, acceptedAt=at, timelineDays=3, reviewerId=BUYER, **more))
    return found


def waiting_after(events: Sequence[Event]) -> dict[str, Reminder]:
    """The reminders that wait after these events."""
    rows: dict[str, Reminder | None] = {}
    for one in events:
        what = effect_of(one)
        for name in what.settled:
            rows[name] = None
        for plan in what.planned:
            if plan.id not in rows:
                rows[plan.id] = plan
            elif (before := rows[plan.id]) is not None:
                rows[plan.id] = before.merged_with(plan)
    return {name: row for name, row in rows.items() if row is not None}


@given(st.sampled_from(sorted(HISTORIES)), st.data())
def test_events_in_any_order_and_number_plan_the_same_reminders(name: str, data: st.DataObject) -> None:
    events = history(name)
    in_order = waiting_after(events)
    assert {*in_order} == LEFT[name]
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=6))
    arrived = data.draw(st.permutations([*events, *repeated]))
    assert waiting_after(arrived) == in_order


def test_the_first_of_several_bids_sets_the_due_time() -> None:
    first, second = event("bid.placed", NOW), event("bid.placed", clock.plus(NOW, days=5))
    due = {"chooseBid#" + JOB: effect_of(first).planned[0]}
    assert waiting_after([first, second]) == waiting_after([second, first]) == due


def test_a_bid_does_not_move_a_reminder_that_was_sent_once() -> None:
    once = waiting("chooseBid", "2026-11-26T06:00:00.000Z", number=1)
    assert once.merged_with(waiting("chooseBid", "2026-11-25T06:00:00.000Z")) is once


def test_a_new_bid_ends_the_idle_state_and_keeps_the_count() -> None:
    idle = waiting("chooseBid", "2026-11-23T06:00:00.000Z", number=2).idle()
    woken = idle.merged_with(waiting("chooseBid", "2026-11-29T06:00:00.000Z"))
    assert (woken.status, woken.due_at, woken.number) == ("waiting", "2026-11-29T06:00:00.000Z", 2)
    assert woken.claimed("2026-11-29T06:00:00.000Z").status == "sent"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_event_has_an_effect_without_error(kind: str) -> None:
    effect_of(event(kind, NOW, acceptedAt=NOW, timelineDays=0, reviewerId=BUYER))
