"""The inbox: contents, languages, unread counts, access, export and erasure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.exports import contents
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data import dynamo
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.inbox import TOKEN, add_notification, device
from tests.support.lives import MEMBER, OTHER, arrive
from tests.support.streams import follow

THANDI = Person("thandi", ("buyer",))
SIPHO = Person("sipho", ("worker",))


def inbox(person: Person, **query: str) -> Answer:
    answer = person.get("/notifications", query=query)
    assert answer.status == 200, answer.text
    return answer


def unread(person: Person) -> list[str]:
    """The ids of unread notifications; their number must equal `unreadCount`."""
    body = inbox(person, limit="50").body
    found = [item["id"] for item in body["items"] if not item["read"]]
    assert body["unreadCount"] == len(found)
    return found


def read(person: Person, notification_id: str, **headers: str) -> Answer:
    return person.post(f"/notifications/{notification_id}/read", headers=headers)


def test_an_inbox_is_empty_at_first() -> None:
    assert inbox(THANDI).body == {"items": [], "nextCursor": None, "unreadCount": 0}


def test_a_notification_has_a_text_and_the_ids_to_open() -> None:
    added = add_notification("thandi", "bidReceived", jobTitle="Fix a leaking tap", amountCents=123_450)
    (item,) = inbox(THANDI).body["items"]
    assert item.keys() == {"id", "kind", "title", "text", "data", "read", "createdAt", "updatedAt"}
    assert (item["id"], item["kind"], item["read"]) == (added, "bidReceived", False)
    assert "Fix a leaking tap" in item["title"] + item["text"]
    assert "R1 234.50" in item["title"] + item["text"]
    assert item["data"] == {"jobId": "01KAK2M8Q0X3V4N5B6C7D8E9F0", "bidId": None}
    assert item["createdAt"] == "2026-11-21T08:00:00.000Z"


def test_pages_are_newest_first_and_show_the_total_of_unread_notifications() -> None:
    # given seven notifications, two of them read
    added = [add_notification("thandi", number=number) for number in range(7)]
    add_notification("sipho")
    for one in added[:2]:
        read(THANDI, one)
    # when they are read page by page
    found: list[str] = []
    query = {"limit": "3"}
    for _ in range(3):
        page = inbox(THANDI, **query).body
        found += [item["id"] for item in page["items"]]
        assert page["unreadCount"] == 5
        query["cursor"] = page["nextCursor"]
    # then each is listed once
    assert query["cursor"] is None
    assert found == added[::-1]


def test_a_cursor_of_another_inbox_is_refused() -> None:
    for number in range(3):
        add_notification("thandi", number=number)
        add_notification("sipho", number=number)
    cursor = inbox(THANDI, limit="1").body["nextCursor"]
    assert SIPHO.get("/notifications", query={"limit": "1", "cursor": cursor}).status == 400
    assert THANDI.get("/notifications", query={"limit": "1", "cursor": cursor}).status == 200
    assert THANDI.get("/notifications", query={"unread": "true"}).fields == {"unread"}


def test_marking_a_notification_as_read_twice_counts_once() -> None:
    # given two notifications
    first, second = add_notification("thandi"), add_notification("thandi", number=1)
    # when one is read
    answer = read(THANDI, first)
    assert (answer.status, answer.body["read"], answer.body["unreadCount"]) == (200, True, 1)
    before = stand_in.contents()
    # then reading it again gets the same answer and changes nothing
    again = read(THANDI, first)
    assert again.body == answer.body
    assert stand_in.contents() == before
    assert unread(THANDI) == [second]


def test_marking_everything_as_read_does_not_affect_later_notifications() -> None:
    # given three notifications, one of them read
    added = [add_notification("thandi", number=number) for number in range(3)]
    read(THANDI, added[0])
    # when everything is read
    answer = THANDI.post("/notifications/read")
    assert (answer.status, answer.body) == (200, {"unreadCount": 0})
    assert unread(THANDI) == []
    # then a later one is unread, and reading an older one does not change the count
    later = add_notification("thandi", number=4)
    assert read(THANDI, added[1]).body["unreadCount"] == 1
    assert unread(THANDI) == [later]
    # and a repeated request changes nothing
    THANDI.post("/notifications/read")
    before = stand_in.contents()
    assert THANDI.post("/notifications/read").body == {"unreadCount": 0}
    assert stand_in.contents() == before


def test_a_notification_of_another_person_is_not_found_and_stays_unread() -> None:
    added = add_notification("thandi")
    for who in (SIPHO, Person("boss", ("admin",))):
        assert read(who, added).status == 404
        assert inbox(who).body["items"] == []
    assert unread(THANDI) == [added]


def test_other_items_of_the_table_are_not_notifications() -> None:
    add_notification("thandi")
    THANDI.put("/devices/phone", device())
    beside = [row["id"] for row in stand_in.stored("notifications") if "#" in row["id"]]
    assert len(beside) == 2
    for one in beside:
        assert read(THANDI, one).status == 404
    assert len(inbox(THANDI).body["items"]) == 1


@pytest.mark.parametrize("path", ["one", "all"])
def test_a_repeated_request_gets_the_first_answer(path: str) -> None:
    added = add_notification("thandi")
    route = f"/notifications/{added}/read" if path == "one" else "/notifications/read"
    first = THANDI.post(route, headers={"Idempotency-Key": "key-1"})
    add_notification("thandi", number=1)
    again = THANDI.post(route, headers={"Idempotency-Key": "key-1"})
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert len(unread(THANDI)) == 1


def test_a_new_language_applies_to_the_whole_inbox() -> None:
    # given two notifications, one of them read
    add_notification("thandi")
    read(THANDI, add_notification("thandi", number=1))
    english = [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]]
    # when the language is changed, then all of them are in it
    assert THANDI.put("/notifications/preferences", {"language": "zu"}).status == 200
    zulu = [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]]
    assert [title for title, _ in zulu] == ["Umsebenzi usuqalile", "Umsebenzi usuqalile"]
    assert all("Fix a leaking tap" in text for _, text in zulu)
    # and it can be changed back
    THANDI.put("/notifications/preferences", {"language": "en"})
    assert [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]] == english


def test_by_default_each_kind_has_its_default_channels() -> None:
    body = THANDI.get("/notifications/preferences").body
    assert body["language"] == "en"
    chosen = {kind for kind, about in KINDS.items() if about.configurable and not about.chosen_with}
    assert body["channels"].keys() == chosen
    assert {*body["channels"]["bidReceived"]} == {"push", "whatsapp", "email"}
    assert "accountSuspended" not in body["channels"], "security notifications cannot be turned off"


def test_preferences_are_replaced_as_a_whole_and_nothing_else_changes() -> None:
    # given preferences, a device and a notification
    add_notification("thandi")
    THANDI.put("/devices/phone", device())
    wanted: dict[str, Any] = {"language": "zu", "channels": {"bidReceived": ["sms", "push", "sms"], "jobExpired": []}}
    first = THANDI.put("/notifications/preferences", wanted).body
    assert (first["language"], first["channels"]["bidReceived"]) == ("zu", ["sms", "push"])
    assert first["channels"]["jobExpired"] == []
    assert THANDI.get("/notifications/preferences").body == first
    # when they are replaced
    second = THANDI.put("/notifications/preferences", {"channels": {"reminder": ["email"]}}).body
    # then kinds that are left out have the default, and nothing else has changed
    assert (second["language"], second["channels"]["reminder"]) == ("en", ["email"])
    assert second["channels"]["bidReceived"] == second["channels"]["bidRejected"] != ["sms", "push"]
    assert len(unread(THANDI)) == 1
    assert THANDI.delete("/devices/phone").status == 204
    assert SIPHO.get("/notifications/preferences").body["channels"]["reminder"] != ["email"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"language": "xh"}, "language"),
        ({"channels": {"bidReceived": ["pigeon"]}}, "channels.bidReceived.0"),
        ({"channels": {"bidReceived": "push"}}, "channels.bidReceived"),
        ({"channels": {"gossip": ["push"]}}, "channels.gossip"),
        ({"channels": {"accountSuspended": []}}, "channels.accountSuspended"),
        ({"channels": None}, "channels"),
        ({"quiet": True}, "quiet"),
    ],
)
def test_invalid_preferences_are_refused_by_their_field(wanted: dict[str, Any], field: str) -> None:
    answer = THANDI.put("/notifications/preferences", wanted)
    assert (answer.status, answer.fields) == (422, {field})
    assert stand_in.stored("notifications") == []


def test_an_export_holds_notifications_preferences_and_devices() -> None:
    # given a person with an inbox, preferences and a device
    arrive()
    added = [add_notification("member-1", number=number) for number in range(60)]
    MEMBER.put("/notifications/preferences", {"channels": {"reminder": ["email"]}})
    MEMBER.put("/devices/phone", device("of-the-member"))
    add_notification("other-1")
    # when they export their data, then all of it is there, except push tokens
    data = _export()
    assert {one["id"] for one in data["notifications"]} >= {*added}
    assert all(one["title"] for one in data["notifications"])
    assert data["notificationSettings"][0]["channels"]["reminder"] == ["email"]
    assert data["devices"] == [{"deviceId": "phone", "platform": "android", "lastActiveAt": "2026-11-21T08:00:00.000Z"}]
    assert "of-the-member" not in str(data)


def test_an_erasure_removes_inbox_preferences_and_devices() -> None:
    # given two people with an inbox, preferences and two devices
    arrive()
    for number in range(60):
        add_notification("member-1", number=number)
    for who, token in ((MEMBER, "mine"), (OTHER, "theirs")):
        who.put("/notifications/preferences", {"language": "zu"})
        who.put("/devices/phone", device(token))
        who.put("/devices/tablet", device(f"{token}-2"))
    added = add_notification("other-1")
    # when one of them is erased
    assert MEMBER.delete("/profiles/me").status == 204
    follow("erasure", "notices")
    # then only the mark of the erasure is kept
    rows = [row for row in stand_in.stored("notifications") if "member-1" in str(row)]
    assert [set(row) - {"lastWrite"} for row in rows] == [{"id", "erasedAt", "version"}]
    # and the other's data is unchanged
    assert added in unread(OTHER)
    assert OTHER.delete("/devices/tablet").status == 204
    # and the push token can be registered by somebody else
    assert OTHER.put("/devices/phone", device("mine")).status == 200


def test_a_late_notification_for_an_erased_person_is_refused() -> None:
    # given an erased person

    arrive()
    before = store.recipient("member-1")
    MEMBER.delete("/profiles/me")
    follow("erasure", "notices")
    # when a late notification is written, then it is refused
    late = Notification(
        id="late", user_id="member-1", kind="jobStarted", params={"jobTitle": "x"}, event="e", created_at="now"
    )
    for person in (before, store.recipient("member-1")):
        with pytest.raises(WriteConflict):
            dynamo.commit(store.create(late, person), "token of the late one")
    assert store.find("late") is None
    assert store.recipient("member-1").erased_at is not None


def test_a_push_tokens_holder_is_stored_by_its_hash() -> None:
    THANDI.put("/devices/phone", device("secret"))
    (row,) = [row for row in stand_in.stored("notifications") if row["id"].startswith("token#")]
    assert TOKEN.format("secret") not in str(row)
    assert (row["holder"], row["deviceId"]) == ("thandi", "phone")


def _export() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(contents.chunks("member-1", "2026-11-21T08:00:00.000Z")))
    return found
