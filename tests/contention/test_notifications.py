"""Concurrent changes of one inbox: the unread count and the limit of five devices are exact."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from khaya.erasure import service
from khaya.platform.base import clock
from khaya.platform.base.settings import settings
from khaya.platform.data.writes import plain_item
from tests.contention.clients import Action, Call, at_once
from tests.contention.conftest import empty
from tests.contention.faults import ShakyCall
from tests.support.client import Person
from tests.support.inbox import PersonLeft, add_notification, device

THANDI = Person("thandi", ("buyer",))
FORTY = 40


@dataclass(frozen=True)
class Telling:
    """The consumer of events adds a notification to an inbox."""

    user_id: str
    function: str = "notifications"

    def make(self) -> int:
        try:
            add_notification(self.user_id)
        except PersonLeft:
            return 410
        return 201


@dataclass(frozen=True)
class Leaving:
    """The erasure consumer deletes a person's notifications and devices."""

    user_id: str
    function: str = "person"

    def make(self) -> int:

        for step in (service._notification_settings, service._inbox):
            for _ in step(self.user_id, clock.now()):
                pass
        return 204


def reading(notification_id: str) -> Call:
    return Call(THANDI, "POST", f"/notifications/{notification_id}/read")


def reading_all() -> Call:
    return Call(THANDI, "POST", "/notifications/read")


def registering(who: Person, device_id: str, token: str) -> Call:
    return Call(who, "PUT", f"/devices/{device_id}", device(token))


def inbox(who: Person) -> tuple[list[dict[str, Any]], int]:
    """The items of an inbox, and its unread count."""
    found: list[dict[str, Any]] = []
    query = {"limit": "50"}
    while True:
        page = who.get("/notifications", query=query).body
        found += page["items"]
        if page["nextCursor"] is None:
            return found, page["unreadCount"]
        query["cursor"] = page["nextCursor"]


def unread(who: Person) -> int:
    """The number of unread notifications, which must equal the unread count."""
    items, count = inbox(who)
    assert sum(not item["read"] for item in items) == count
    return count


def devices_of(who: Person, names: list[str]) -> list[str]:
    """The person's devices out of the given ones. Checking removes them."""
    answers = {name: who.delete(f"/devices/{name}").status for name in names}
    assert set(answers.values()) <= {204, 404}
    return [name for name, status in answers.items() if status == 204]


def test_concurrent_notifications_are_all_counted(engine: None) -> None:
    assert Counter(at_once([Telling("thandi")] * FORTY)) == {201: FORTY}
    assert unread(THANDI) == FORTY


def test_a_notification_read_concurrently_counts_once(engine: None) -> None:
    ids = [add_notification("thandi", number=number) for number in range(5)]
    assert Counter(at_once([reading(ids[2])] * 32)) == {200: 32}
    assert unread(THANDI) == 4


def test_the_unread_count_is_exact_under_concurrent_arrivals_and_reads(engine: None, dynamodb: Any) -> None:
    for number in range(5):
        # given thirty unread notifications
        ids = [add_notification("thandi", number=one) for one in range(30)]
        # when each is read twice while forty more arrive and all are marked read four times
        calls: list[Action] = []
        for place in range(FORTY):
            calls.append(Telling("thandi"))
            if place < 30:
                calls += [reading(ids[place])] * 2
            if place % 10 == number:
                calls.append(reading_all())
        answers = at_once(calls)
        # then all requests succeed, nothing is lost, and the unread count is exact
        assert set(answers) == {200, 201}
        items, _ = inbox(THANDI)
        assert len(items) == len({item["id"] for item in items}) == 70
        assert all(item["read"] for item in items if item["id"] in ids)
        assert unread(THANDI) <= FORTY
        # and after all are read the count is zero, and the next notification makes it one
        assert reading_all().make() == 200
        assert unread(THANDI) == 0
        add_notification("thandi")
        assert unread(THANDI) == 1
        empty(dynamodb)


def test_given_faults_then_the_unread_count_is_exact(engine: None) -> None:
    # given thirty unread notifications
    ids = [add_notification("thandi", number=one) for one in range(30)]
    # when each is read by two clients concurrently, and all are marked read meanwhile
    calls: list[Action] = [Telling("thandi") for _ in range(8)]
    for seed, one in enumerate(ids * 2):
        calls.append(ShakyCall(THANDI, "POST", f"/notifications/{one}/read", seed=seed))
        if seed % 20 == 10:
            calls.append(ShakyCall(THANDI, "POST", "/notifications/read", seed=seed))
    answers = at_once(calls)
    # then every response is 200 or 503, and the unread count is exact
    assert set(answers) <= {200, 201, 503}
    assert unread(THANDI) <= 38


def test_five_of_forty_concurrent_devices_are_registered(engine: None) -> None:
    # when forty devices are registered concurrently
    names = [f"device-{number}" for number in range(FORTY)]
    answers = at_once([registering(THANDI, name, name) for name in names])
    # then five succeed, and those are registered
    assert Counter(answers) == {200: 5, 409: 35}
    registered = [name for name, status in zip(names, answers, strict=True) if status == 200]
    assert devices_of(THANDI, names) == registered


def test_a_phone_registered_by_many_people_concurrently_belongs_to_one(engine: None) -> None:
    # given one phone on which forty people sign in, some repeatedly
    people = [Person(f"person-{number}", ("buyer",)) for number in range(FORTY)]
    answers = at_once([registering(who, "phone", "shared") for who in people + people[:20]])
    assert Counter(answers) == {200: 60}
    # then one person has the phone
    assert len([who for who in people if devices_of(who, ["phone"])]) == 1
    # and it is free after its removal
    assert registering(THANDI, "phone", "shared").make() == 200


def test_a_phone_that_changes_owners_concurrently_never_belongs_to_two(engine: None, dynamodb: Any) -> None:
    people = [Person(f"person-{number}", ("buyer",)) for number in range(4)]
    names = [f"phone-{number}" for number in range(3)]
    for number in range(2):
        # when four people register and remove three phones concurrently, with changing push tokens
        calls: list[Action] = []
        for place in range(48):
            who, name = people[place % 4], names[place % 3]
            if place % 5 == 4:
                calls.append(Call(who, "DELETE", f"/devices/{name}"))
            else:
                calls.append(registering(who, name, f"token-{(place // 4 + number) % 5}"))
        assert set(at_once(calls)) <= {200, 204, 404}
        # then each push token belongs to one device, and each device has its push token
        rows = [_plain(row) for row in dynamodb.scan(TableName=_table())["Items"]]
        having = sorted(
            (one["token"], row["id"].removeprefix("recipient#"), name)
            for row in rows
            for name, one in row.get("devices", {}).items()
        )
        held = sorted((row["holder"], row["deviceId"]) for row in rows if "holder" in row)
        assert len({token for token, *_ in having}) == len(having)
        assert sorted((person, name) for _, person, name in having) == held
        empty(dynamodb)


def test_given_an_erasure_during_other_requests_then_no_notification_is_left(engine: None, dynamodb: Any) -> None:
    # given a person with an inbox and a phone
    add_notification("thandi")
    assert registering(THANDI, "phone", "one").make() == 200
    # when they are erased while notifications arrive and are read and devices are registered
    calls: list[Action] = [Telling("thandi") for _ in range(24)]
    calls[12:12] = [Leaving("thandi"), reading_all(), registering(THANDI, "tablet", "two"), reading_all()]
    answers = at_once(calls)
    # then later requests are refused
    assert set(answers) <= {200, 201, 204, 401, 410}
    assert Leaving("thandi").make() == 204
    assert Telling("thandi").make() == 410
    # and only the erasure record is left
    rows = [_plain(row) for row in dynamodb.scan(TableName=_table())["Items"]]
    assert [set(row) - {"lastWrite"} for row in rows] == [{"id", "erasedAt", "version"}]


def _table() -> str:

    return settings().notifications_table


def _plain(row: Any) -> dict[str, Any]:

    return plain_item(row)
