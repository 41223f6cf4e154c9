"""When reminders are due, how often, and which of them a job's events begin and end: rules alone."""

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
from khaya.reminders.model import RHYTHMS, Kind, Reminder, ReminderRequest, following, own

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


# Reminders of one's own.


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
def test_what_is_no_moment_is_refused_by_its_name(due_at: str) -> None:
    with pytest.raises(ValidationError) as refused:
        request(due_at=due_at)
    assert [error["loc"] for error in refused.value.errors()] == [("dueAt",)]


@pytest.mark.parametrize("due_at", [NOW, "2026-11-21T09:59:59.999+02:00", "2000-01-01T00:00:00Z"])
def test_a_reminder_lies_in_the_future(due_at: str) -> None:
    with pytest.raises(Invalid) as refused:
        own(request(due_at=due_at), user_id=BUYER, now=NOW)
    assert [error["field"] for error in refused.value.errors] == ["dueAt"]


@pytest.mark.parametrize(
    ("text", "fits"), [("x", True), ("x" * 200, True), ("x" * 201, False), ("", False), (" ", False)]
)
def test_a_text_has_one_to_two_hundred_characters(text: str, fits: bool) -> None:
    if fits:
        assert request(text).text == text
    else:
        with pytest.raises(ValidationError):
            request(text)


def test_ones_own_reminder_is_sent_once() -> None:
    reminder = own(request(), user_id=BUYER, now=NOW)
    sent = reminder.claimed("2026-11-22T08:01:00.000Z")
    assert (sent.status, sent.number, sent.due_at) == ("sent", 1, reminder.due_at)
    assert sent.expires_at == clock.epoch("2027-02-20T08:01:00.000Z")


# How often.


def sent_at(reminder: Reminder, sweeps: Sequence[str]) -> list[str]:
    """At which of the sweeps, in their order, the reminder goes out."""
    found = []
    for now in sweeps:
        if reminder.status == "waiting" and reminder.due_at <= now:
            reminder = reminder.claimed(now)
            found.append(now)
    return found


def mornings(first: str, days: int) -> list[str]:
    return [clock.plus(first, days=day) for day in range(days)]


def test_a_review_is_asked_for_after_a_day_and_three_days_later_and_then_no_more() -> None:
    first, other = following(event("job.completed", NOW)).planned
    assert (first.user_id, other.user_id) == (BUYER, WORKER)
    every_five_minutes = [clock.plus(NOW, minutes=5 * step) for step in range(12 * 24 * 12)]
    for prompt in (first, other):
        assert sent_at(prompt, every_five_minutes) == ["2026-11-22T08:00:00.000Z", "2026-11-25T08:00:00.000Z"]


@pytest.mark.parametrize(
    ("kind", "cause", "days"),
    [
        ("chooseBid", event("bid.placed", NOW), [23, 26, 29]),
        ("confirmWork", event("job.submitted", NOW), [22, 24, 26]),
        ("handInWork", event("job.accepted", "2026-11-16T08:00:00.000Z", dueAt=NOW), [22, 25, 28]),
    ],
)
def test_open_actions_come_in_the_morning_by_their_rhythm_at_most_three_times(
    kind: str, cause: Event, days: list[int]
) -> None:
    (plan,) = following(cause).planned
    assert plan.kind == kind
    eights = mornings("2026-11-16T06:00:00.000Z", 60)
    assert sent_at(plan, eights) == [f"2026-11-{day}T06:00:00.000Z" for day in days]


@pytest.mark.parametrize("kind", ["review", "chooseBid", "confirmWork", "handInWork"])
@pytest.mark.parametrize("days", [1, 7, 100])
def test_an_outage_of_days_is_one_reminder_and_the_next_counts_from_then(kind: Kind, days: int) -> None:
    overdue = waiting(kind, clock.plus(NOW, days=-days))
    sweeps = [NOW, clock.plus(NOW, minutes=5), clock.plus(NOW, days=1)]
    assert sent_at(overdue, sweeps) == [NOW]
    later = overdue.claimed(NOW).due_at
    assert RHYTHMS[kind].days - 1 <= clock.seconds_between(NOW, later) / 86_400 <= RHYTHMS[kind].days


# Eight o'clock in South Africa.


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
def test_a_day_is_a_day_in_south_africa(placed: str, due: str) -> None:
    (plan,) = following(event("bid.placed", placed)).planned
    assert plan.due_at == due


@given(moment=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(9000, 1, 1)), days=st.integers(0, 400))  # noqa: DTZ001 - it is given its zone below
def test_eight_in_the_morning_is_six_in_utc_on_any_day(moment: datetime, days: int) -> None:
    text = clock.iso(moment.replace(tzinfo=UTC))
    found = clock.local_hour(text, 8, days=days)
    assert found.endswith("T06:00:00.000Z")
    assert (days - 1) * 86_400 < clock.seconds_between(text, found) <= (days + 1) * 86_400


# Events in any order, and more than once.

LIVES = {
    "reviewed": ["bid.placed", "job.accepted", "job.started", "job.submitted", "job.completed", "review.written"],
    "called off": ["bid.placed", "job.cancelled"],
    "called off at work": ["bid.placed", "job.accepted", "job.cancelled"],
    "expired": ["bid.placed", "bid.rejected", "job.expired"],
    "confirmed at once": ["bid.placed", "job.accepted", "job.completed"],
    "at work": ["bid.placed", "job.accepted"],
    "handed in": ["bid.placed", "job.accepted", "job.submitted"],
    "open": ["bid.placed", "bid.placed", "bid.withdrawn"],
}
LEFT = {
    "reviewed": {f"review#{JOB}#{WORKER}"},
    "called off": set(),
    "called off at work": set(),
    "expired": set(),
    "confirmed at once": {f"review#{JOB}#{BUYER}", f"review#{JOB}#{WORKER}"},
    "at work": {f"handInWork#{JOB}"},
    "handed in": {f"confirmWork#{JOB}"},
    "open": {f"chooseBid#{JOB}"},
}
"""What somebody is still to be reminded of after such a life."""


def life(name: str) -> list[Event]:
    found = []
    for hour, kind in enumerate(LIVES[name]):
        at = clock.plus(NOW, hours=hour * 30)
        never_at_work = name in ("called off", "expired")
        more = {"workerId": None} if kind in ("job.cancelled", "job.expired") and never_at_work else {}
        found.append(event(kind, at, dueAt=clock.plus(at, days=3), reviewerId=BUYER, **more))
    return found


def agenda(events: Sequence[Event]) -> dict[str, Reminder]:
    """What waits after these events, as the service writes it."""
    rows: dict[str, Reminder | None] = {}
    for one in events:
        what = following(one)
        for name in what.settled:
            rows[name] = None
        for plan in what.planned:
            if plan.id not in rows:
                rows[plan.id] = plan
            elif (before := rows[plan.id]) is not None:
                rows[plan.id] = before.planned_again(plan)
    return {name: row for name, row in rows.items() if row is not None}


@given(st.sampled_from(sorted(LIVES)), st.data())
def test_whatever_the_order_and_however_often_the_same_is_planned(name: str, data: st.DataObject) -> None:
    events = life(name)
    in_order = agenda(events)
    assert {*in_order} == LEFT[name]
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=6))
    told = data.draw(st.permutations([*events, *repeated]))
    assert agenda(told) == in_order


def test_of_several_bids_the_first_one_counts_in_whatever_order_they_are_told() -> None:
    first, second = event("bid.placed", NOW), event("bid.placed", clock.plus(NOW, days=5))
    due = {"chooseBid#" + JOB: following(first).planned[0]}
    assert agenda([first, second]) == agenda([second, first]) == due


def test_a_later_bid_does_not_bring_forward_what_was_sent_already() -> None:
    once = waiting("chooseBid", "2026-11-26T06:00:00.000Z", number=1)
    assert once.planned_again(waiting("chooseBid", "2026-11-25T06:00:00.000Z")) is once


def test_a_new_bid_wakes_the_choice_and_how_often_it_was_asked_for_counts_on() -> None:
    idle = waiting("chooseBid", "2026-11-23T06:00:00.000Z", number=2).idle()
    woken = idle.planned_again(waiting("chooseBid", "2026-11-29T06:00:00.000Z"))
    assert (woken.status, woken.due_at, woken.number) == ("waiting", "2026-11-29T06:00:00.000Z", 2)
    assert woken.claimed("2026-11-29T06:00:00.000Z").status == "sent"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_event_can_be_followed(kind: str) -> None:
    following(event(kind, NOW, dueAt=NOW, reviewerId=BUYER))
