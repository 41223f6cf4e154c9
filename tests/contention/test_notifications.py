"""The count of what is unread and the five devices, while many things happen to one person at the same moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.contention.clients import Call, Deed, at_once
from tests.contention.conftest import empty
from tests.contention.faults import ShakyCall
from tests.support.client import Person
from tests.support.inbox import PersonLeft, device, tell

THANDI = Person("thandi", ("buyer",))
FORTY = 40


@dataclass(frozen=True)
class Telling:
    """The consumer behind the events puts a notification into somebody's inbox."""

    user_id: str
    function: str = "notifications"

    def make(self) -> int:
        try:
            tell(self.user_id)
        except PersonLeft:
            return 410
        return 201


@dataclass(frozen=True)
class Leaving:
    """The consumer behind an erasure removes what somebody was told and how."""

    user_id: str
    function: str = "erasure"

    def make(self) -> int:
        from khaya.erasure import service  # noqa: PLC0415
        from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set

        for step in (service._told, service._inbox):
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
    """Everything in an inbox, and what it counts as unread."""
    found: list[dict[str, Any]] = []
    query = {"limit": "50"}
    while True:
        page = who.get("/notifications", query=query).body
        found += page["items"]
        if page["nextCursor"] is None:
            return found, page["unreadCount"]
        query["cursor"] = page["nextCursor"]


def unread(who: Person) -> int:
    """How many are unread, which must be what is counted."""
    items, count = inbox(who)
    assert sum(not item["read"] for item in items) == count
    return count


def devices_of(who: Person, names: list[str]) -> list[str]:
    """Which of the devices somebody has; asking removes them."""
    answers = {name: who.delete(f"/devices/{name}").status for name in names}
    assert set(answers.values()) <= {204, 404}
    return [name for name, status in answers.items() if status == 204]


def test_forty_notifications_at_once_are_all_counted(engine: None) -> None:
    assert Counter(at_once([Telling("thandi")] * FORTY)) == {201: FORTY}
    assert unread(THANDI) == FORTY


def test_one_read_thirty_two_times_at_once_is_one_fewer(engine: None) -> None:
    told = [tell("thandi", number=number) for number in range(5)]
    assert Counter(at_once([reading(told[2])] * 32)) == {200: 32}
    assert unread(THANDI) == 4


def test_the_count_is_exact_while_some_come_some_are_read_and_all_are_read(engine: None, dynamodb: Any) -> None:
    for number in range(5):
        # given thirty that are unread
        told = [tell("thandi", number=one) for one in range(30)]
        # when each is read twice while forty more come and everything is read four times in between
        calls: list[Deed] = []
        for place in range(FORTY):
            calls.append(Telling("thandi"))
            if place < 30:
                calls += [reading(told[place])] * 2
            if place % 10 == number:
                calls.append(reading_all())
        answers = at_once(calls)
        # then all were told of success, nothing was lost, and the count is what is unread
        assert set(answers) == {200, 201}
        items, _ = inbox(THANDI)
        assert len(items) == len({item["id"] for item in items}) == 70
        assert all(item["read"] for item in items if item["id"] in told)
        assert unread(THANDI) <= FORTY
        # and once all is read it is none, and the next one is one
        assert reading_all().make() == 200
        assert unread(THANDI) == 0
        tell("thandi")
        assert unread(THANDI) == 1
        empty(dynamodb)


def test_the_count_is_exact_while_every_fourth_call_to_dynamodb_fails(engine: None) -> None:
    # given thirty that are unread
    told = [tell("thandi", number=one) for one in range(30)]
    # when each is read by two clients at once, and everything in between
    calls: list[Deed] = [Telling("thandi") for _ in range(8)]
    for seed, one in enumerate(told * 2):
        calls.append(ShakyCall(THANDI, "POST", f"/notifications/{one}/read", seed=seed))
        if seed % 20 == 10:
            calls.append(ShakyCall(THANDI, "POST", "/notifications/read", seed=seed))
    answers = at_once(calls)
    # then each was told of success or to come again, and the count is what is unread
    assert set(answers) <= {200, 201, 503}
    assert unread(THANDI) <= 38


def test_five_of_forty_simultaneous_devices(engine: None) -> None:
    # when forty devices are registered at once
    names = [f"device-{number}" for number in range(FORTY)]
    answers = at_once([registering(THANDI, name, name) for name in names])
    # then five are, and they are those whose apps were told so
    assert Counter(answers) == {200: 5, 409: 35}
    told = [name for name, status in zip(names, answers, strict=True) if status == 200]
    assert devices_of(THANDI, names) == told


def test_one_phone_registered_by_forty_people_at_once_is_one_persons(engine: None) -> None:
    # given one phone on which forty people sign in, some of them over and over
    people = [Person(f"person-{number}", ("buyer",)) for number in range(FORTY)]
    answers = at_once([registering(who, "phone", "shared") for who in people + people[:20]])
    assert Counter(answers) == {200: 60}
    # then what is for any but one of them does not go there
    assert len([who for who in people if devices_of(who, ["phone"])]) == 1
    # and it is free afterwards
    assert registering(THANDI, "phone", "shared").make() == 200


def test_phones_that_go_from_hand_to_hand_never_push_to_two(engine: None, dynamodb: Any) -> None:
    people = [Person(f"person-{number}", ("buyer",)) for number in range(4)]
    names = [f"phone-{number}" for number in range(3)]
    for number in range(2):
        # when four people register and remove three phones at once, and the phones change their tokens
        calls: list[Deed] = []
        for place in range(48):
            who, name = people[place % 4], names[place % 3]
            if place % 5 == 4:
                calls.append(Call(who, "DELETE", f"/devices/{name}"))
            else:
                calls.append(registering(who, name, f"token-{(place // 4 + number) % 5}"))
        assert set(at_once(calls)) <= {200, 204, 404}
        # then each push token that is known is on one device, and each device's is known as its
        rows = [_plain(row) for row in dynamodb.scan(TableName=_table())["Items"]]
        having = sorted(
            (one["token"], row["id"].removeprefix("person#"), name)
            for row in rows
            for name, one in row.get("devices", {}).items()
        )
        held = sorted((row["holder"], row["deviceId"]) for row in rows if "holder" in row)
        assert len({token for token, *_ in having}) == len(having)
        assert sorted((person, name) for _, person, name in having) == held
        empty(dynamodb)


def test_whoever_leaves_in_the_midst_of_it_is_told_nothing_more(engine: None, dynamodb: Any) -> None:
    # given somebody with an inbox and a phone
    tell("thandi")
    assert registering(THANDI, "phone", "one").make() == 200
    # when they leave while more comes, is read, and devices are registered by requests that had passed the gate
    calls: list[Deed] = [Telling("thandi") for _ in range(24)]
    calls[12:12] = [Leaving("thandi"), reading_all(), registering(THANDI, "tablet", "two"), reading_all()]
    answers = at_once(calls)
    # then it is refused from then on
    assert set(answers) <= {200, 201, 204, 401, 410}
    assert Leaving("thandi").make() == 204
    assert Telling("thandi").make() == 410
    # and nothing is left but that they left
    rows = [_plain(row) for row in dynamodb.scan(TableName=_table())["Items"]]
    assert [set(row) - {"lastWrite"} for row in rows] == [{"id", "erasedAt", "version"}]


def _table() -> str:
    from khaya.platform.base.settings import settings  # noqa: PLC0415 - after the environment is set

    return settings().notifications_table


def _plain(row: Any) -> dict[str, Any]:
    from khaya.platform.data.writes import plain_item  # noqa: PLC0415

    return plain_item(row)
