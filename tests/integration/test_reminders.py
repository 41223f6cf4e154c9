"""People's own reminders: set, listed, sent and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.integration.test_exports import _file
from tests.support import stand_in
from tests.support.client import Person
from tests.support.lives import MEMBER, NAME, arrive, traces
from tests.support.reminders import DUE_AT, claim_due, expected, remind, row
from tests.support.streams import follow

OTHER = Person("other", ("worker",))


def listed(person: Person, **query: str) -> list[tuple[str, str]]:
    return [(one["text"], one["status"]) for one in person.get("/reminders", query=query).body["items"]]


def test_a_reminder_is_set_and_listed(worker: Person) -> None:
    # when a reminder is set
    answer = worker.post("/reminders", {"text": " Call Sipho ", "dueAt": "2026-12-01T10:00:00+02:00"})
    # then it is listed with its time in UTC
    reminder = answer.body
    assert (answer.status, "Location" in answer.headers) == (201, False)
    assert reminder == {"id": reminder["id"], "text": "Call Sipho", "dueAt": DUE_AT, "status": "waiting"}
    assert worker.get("/reminders").body == {"items": [reminder], "nextCursor": None}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"text": "x", "dueAt": "2026-11-21T08:00:00.000Z"}, {"dueAt"}),  # now
        ({"text": "x", "dueAt": "2026-11-20T08:00:00Z"}, {"dueAt"}),
        ({"text": "x", "dueAt": "2026-12-01"}, {"dueAt"}),
        ({"text": "x", "dueAt": "2026-12-01T08:00:00"}, {"dueAt"}),
        ({"text": "x", "dueAt": 1_796_108_400}, {"dueAt"}),
        ({"text": "x"}, {"dueAt"}),
        ({"text": "", "dueAt": DUE_AT}, {"text"}),
        ({"text": "x" * 201, "dueAt": DUE_AT}, {"text"}),
        ({"text": 5, "dueAt": "soon"}, {"text", "dueAt"}),
        ({"text": "x", "dueAt": DUE_AT, "status": "sent"}, {"status"}),
    ],
)
def test_an_invalid_reminder_is_refused_by_its_fields(worker: Person, body: Any, named: set[str]) -> None:
    answer = worker.post("/reminders", body)
    assert (answer.status, answer.fields) == (422, named)
    assert stand_in.stored("reminders") == []


def test_a_repeated_idempotency_key_sets_one_reminder(worker: Person) -> None:
    for _ in range(2):
        worker.post("/reminders", {"text": "x", "dueAt": DUE_AT}, headers={"Idempotency-Key": "key-1"})
    assert len(listed(worker)) == 1


def test_own_reminders_are_listed_soonest_due_first(worker: Person, clock: Clock) -> None:
    # given reminders set in another order than they are due, and one of another person
    for day in (3, 1, 5, 2, 4):
        remind(worker, f"day {day}", f"2026-12-0{day}T08:00:00.000Z")
        clock.tick(minutes=1)
    remind(OTHER, "of another", "2026-12-01T00:00:00.000Z")
    # when they are read two at a time
    found, cursor = [], None
    for _ in range(3):
        page = worker.get("/reminders", query={"limit": "2", **({"cursor": cursor} if cursor else {})}).body
        found += [one["text"] for one in page["items"]]
        cursor = page["nextCursor"]
    # then they are ordered by their due time
    assert (found, cursor) == ([f"day {day}" for day in range(1, 6)], None)
    assert listed(OTHER) == [("of another", "waiting")]


def test_a_reminder_is_sent_when_it_is_due_and_not_before(worker: Person, clock: Clock) -> None:
    # given a reminder due in an hour, and one due later
    remind(worker, "later", "2026-11-22T08:00:00.000Z")
    remind(worker, "in an hour", "2026-11-21T09:00:00.000Z")
    clock.tick(hours=1, milliseconds=-1)
    assert claim_due() == expected()
    # when it is due, then it is sent, and is listed after the waiting one
    clock.tick(milliseconds=1)
    assert claim_due()["claimed"] == 1
    assert listed(worker) == [("later", "waiting"), ("in an hour", "sent")]
    # and a later run finds nothing
    assert claim_due()["claimed"] == 0


def test_a_sent_reminder_is_in_the_inbox_once(worker: Person, clock: Clock) -> None:
    reminder = remind(worker, "Call Sipho", "2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    for _ in range(2):
        claim_due()
        follow()
    inbox = worker.get("/notifications").body
    assert inbox["unreadCount"] == 1
    (notification,) = inbox["items"]
    assert (notification["kind"], notification["data"]["reminderId"]) == ("reminder", reminder)
    assert "Call Sipho" in notification["title"] + notification["text"]
    assert OTHER.get("/notifications").body["unreadCount"] == 0


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_deleted_reminder_is_neither_listed_nor_sent(worker: Person, clock: Clock, was_sent: bool) -> None:
    reminder = remind(worker, due_at="2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    if was_sent:
        assert claim_due()["claimed"] == 1
    assert worker.delete(f"/reminders/{reminder}").status == 204
    assert listed(worker) == []
    assert claim_due()["claimed"] == 0
    follow()
    assert worker.get("/notifications").body["items"] == []
    assert worker.delete(f"/reminders/{reminder}").status == 404


def test_a_reminder_of_another_person_is_not_found(worker: Person) -> None:
    reminder = remind(worker)
    assert OTHER.delete(f"/reminders/{reminder}").status == 404
    assert listed(OTHER) == []
    assert listed(worker) == [("Call Sipho", "waiting")]


def test_a_sent_reminder_expires_after_three_months(worker: Person, clock: Clock) -> None:
    reminder = remind(worker)
    assert "expiresAt" not in row(reminder), "a waiting reminder does not expire"
    clock.tick(days=10)
    claim_due()

    assert row(reminder)["expiresAt"] == khaya_clock.epoch(khaya_clock.plus(khaya_clock.now(), days=90))


def test_the_text_of_a_reminder_is_in_no_log(
    worker: Person, clock: Clock, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    remind(worker, "Ask Thandi about the rent", "2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    claim_due()
    assert "Thandi" not in caplog.text + capfd.readouterr().out


def test_reminders_are_exported_and_erased_with_the_account(clock: Clock) -> None:
    # given a person with more reminders than a page, one of them sent, and another person with one
    arrive()
    follow()
    first = remind(MEMBER, f"Ask {NAME}'s mother", "2026-11-21T09:00:00.000Z")
    for _ in range(4):
        clock.tick(minutes=1)
        for _ in range(12):
            remind(MEMBER, f"Call {NAME}")
    remind(OTHER, "of another")
    clock.tick(minutes=56)
    assert claim_due()["claimed"] == 1
    for _ in range(2):
        remind(MEMBER, f"Call {NAME}")
    # when the data is exported, then all are in it
    MEMBER.post("/profiles/me/export")
    follow()
    exported = _file(MEMBER.get("/profiles/me/export"))["reminders"]
    assert len(exported) == 51
    assert exported[-1] == {
        "id": first,
        "text": f"Ask {NAME}'s mother",
        "dueAt": "2026-11-21T09:00:00.000Z",
        "status": "sent",
    }
    # and when the account is erased, then only the other person's remains
    assert MEMBER.delete("/profiles/me").status == 204
    follow()
    clock.tick(seconds=30)
    follow()
    left = stand_in.stored("reminders")
    assert [row["text"] for row in left if "text" in row] == ["of another"]
    assert {row["id"] for row in left if "text" not in row} == {f"person#{OTHER.user_id}"}
    assert traces(NAME) == []


def test_an_erased_person_is_not_reminded(worker: Person, clock: Clock) -> None:
    # given a person who is erased after their reminder was claimed
    arrive()
    remind(MEMBER, due_at="2026-11-21T09:00:00.000Z")
    clock.tick(hours=1)
    assert claim_due()["claimed"] == 1
    assert MEMBER.delete("/profiles/me").status == 204
    follow()
    clock.tick(seconds=30)
    follow()
    assert [row for row in stand_in.stored("notifications") if row.get("kind") == "reminder"] == []


def test_given_fifty_waiting_reminders_then_another_is_refused_until_one_is_sent_or_deleted(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given fifty, one of which is due soon
    first = remind(buyer, due_at="2026-11-21T09:00:00.000Z")
    second = remind(buyer)
    for number in range(3):
        clock.tick(minutes=number)
        for _ in range(16):
            remind(buyer)
    # when another is set, then it is refused with a code, and other people's are not
    answer = buyer.post("/reminders", {"text": "Call Sipho", "dueAt": DUE_AT})
    assert (answer.status, answer.body["code"], answer.body["params"]) == (409, "reminder_limit", {"max": 50})
    remind(worker)
    # and after one was deleted or sent there is room for one more each time
    assert buyer.delete(f"/reminders/{second}").status == 204
    remind(buyer)
    assert buyer.post("/reminders", {"text": "Call Sipho", "dueAt": DUE_AT}).status == 409
    clock.tick(hours=1)
    assert claim_due()["claimed"] == 1
    remind(buyer)
    assert buyer.post("/reminders", {"text": "Call Sipho", "dueAt": DUE_AT}).status == 409
    # and the deletion of a sent one makes no room
    assert buyer.delete(f"/reminders/{first}").status == 204
    assert buyer.post("/reminders", {"text": "Call Sipho", "dueAt": DUE_AT}).status == 409


@pytest.mark.parametrize(
    ("due_at", "status"),
    [("2028-11-21T08:00:00.000Z", 201), ("2028-11-23T08:00:00.000Z", 422), ("2199-01-01T00:00:00.000Z", 422)],
)
def test_a_reminder_lies_within_two_years(buyer: Person, due_at: str, status: int) -> None:
    answer = buyer.post("/reminders", {"text": "Call Sipho", "dueAt": due_at})
    assert answer.status == status
    assert status == 201 or answer.fields == {"dueAt"}
