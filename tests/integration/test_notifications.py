"""The inbox: what is in it, in which language, what is unread, and who may read it. And what is left of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.inbox import TOKEN, device, tell
from tests.support.lives import MEMBER, OTHER, arrive
from tests.support.streams import follow

THANDI = Person("thandi", ("buyer",))
SIPHO = Person("sipho", ("worker",))


def inbox(person: Person, **query: str) -> Answer:
    answer = person.get("/notifications", query=query)
    assert answer.status == 200, answer.text
    return answer


def unread(person: Person) -> list[str]:
    """What the inbox shows as unread, which must be what it counts."""
    body = inbox(person, limit="50").body
    found = [item["id"] for item in body["items"] if not item["read"]]
    assert body["unreadCount"] == len(found)
    return found


def read(person: Person, notification_id: str, **headers: str) -> Answer:
    return person.post(f"/notifications/{notification_id}/read", headers=headers)


def test_an_inbox_is_empty_at_first() -> None:
    assert inbox(THANDI).body == {"items": [], "nextCursor": None, "unreadCount": 0}


def test_a_notification_says_what_happened_and_what_to_open() -> None:
    told = tell("thandi", "bidReceived", jobTitle="Fix a leaking tap", amountCents=123_450)
    (item,) = inbox(THANDI).body["items"]
    assert item.keys() == {"id", "kind", "title", "text", "data", "read", "createdAt"}
    assert (item["id"], item["kind"], item["read"]) == (told, "bidReceived", False)
    assert "Fix a leaking tap" in item["title"] + item["text"]
    assert "R1 234.50" in item["title"] + item["text"]
    assert item["data"] == {"jobId": "01KAK2M8Q0X3V4N5B6C7D8E9F0", "bidId": None}
    assert item["createdAt"] == "2026-11-21T08:00:00.000Z"


def test_pages_are_newest_first_and_count_what_is_unread_in_all() -> None:
    # given seven, of which two were read
    told = [tell("thandi", number=number) for number in range(7)]
    tell("sipho")
    for one in told[:2]:
        read(THANDI, one)
    # when they are read page by page
    found: list[str] = []
    query = {"limit": "3"}
    for _ in range(3):
        page = inbox(THANDI, **query).body
        found += [item["id"] for item in page["items"]]
        assert page["unreadCount"] == 5
        query["cursor"] = page["nextCursor"]
    # then each is there once
    assert query["cursor"] is None
    assert found == told[::-1]


def test_a_cursor_works_for_nobody_else() -> None:
    for number in range(3):
        tell("thandi", number=number)
        tell("sipho", number=number)
    cursor = inbox(THANDI, limit="1").body["nextCursor"]
    assert SIPHO.get("/notifications", query={"limit": "1", "cursor": cursor}).status == 400
    assert THANDI.get("/notifications", query={"limit": "1", "cursor": cursor}).status == 200
    assert THANDI.get("/notifications", query={"unread": "true"}).fields == {"unread"}


def test_reading_one_counts_it_once_and_reading_it_again_changes_nothing() -> None:
    # given two
    first, second = tell("thandi"), tell("thandi", number=1)
    # when one is read
    answer = read(THANDI, first)
    assert (answer.status, answer.body["read"], answer.body["unreadCount"]) == (200, True, 1)
    before = stand_in.contents()
    # then reading it again is answered the same and changes nothing
    again = read(THANDI, first)
    assert again.body == answer.body
    assert stand_in.contents() == before
    assert unread(THANDI) == [second]


def test_reading_everything_reads_what_is_there_and_nothing_that_comes_later() -> None:
    # given three of which one was read
    told = [tell("thandi", number=number) for number in range(3)]
    read(THANDI, told[0])
    # when everything is read
    answer = THANDI.post("/notifications/read")
    assert (answer.status, answer.body) == (200, {"unreadCount": 0})
    assert unread(THANDI) == []
    # then one that comes later is unread, and reading an older one takes nothing from the count
    later = tell("thandi", number=4)
    assert read(THANDI, told[1]).body["unreadCount"] == 1
    assert unread(THANDI) == [later]
    # and twice is as once
    THANDI.post("/notifications/read")
    before = stand_in.contents()
    assert THANDI.post("/notifications/read").body == {"unreadCount": 0}
    assert stand_in.contents() == before


def test_somebody_elses_is_not_there_for_anybody_and_stays_unread() -> None:
    told = tell("thandi")
    for who in (SIPHO, Person("boss", ("admin",))):
        assert read(who, told).status == 404
        assert inbox(who).body["items"] == []
    assert unread(THANDI) == [told]


def test_what_stands_beside_the_notifications_is_none() -> None:
    tell("thandi")
    THANDI.put("/devices/phone", device())
    beside = [row["id"] for row in stand_in.stored("notifications") if "#" in row["id"]]
    assert len(beside) == 2
    for one in beside:
        assert read(THANDI, one).status == 404
    assert len(inbox(THANDI).body["items"]) == 1


@pytest.mark.parametrize("path", ["one", "all"])
def test_a_repeated_request_is_answered_as_the_first_was(path: str) -> None:
    told = tell("thandi")
    route = f"/notifications/{told}/read" if path == "one" else "/notifications/read"
    first = THANDI.post(route, headers={"Idempotency-Key": "key-1"})
    tell("thandi", number=1)
    again = THANDI.post(route, headers={"Idempotency-Key": "key-1"})
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert len(unread(THANDI)) == 1


def test_the_inbox_is_in_isizulu_as_soon_as_that_is_chosen() -> None:
    # given two, one of them read
    tell("thandi")
    read(THANDI, tell("thandi", number=1))
    english = [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]]
    # when the language is changed, then all of them are in it, and what the app opens is the same
    assert THANDI.put("/notifications/preferences", {"language": "zu"}).status == 200
    zulu = [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]]
    assert [title for title, _ in zulu] == ["Umsebenzi usuqalile", "Umsebenzi usuqalile"]
    assert all("Fix a leaking tap" in text for _, text in zulu)
    # and back
    THANDI.put("/notifications/preferences", {"language": "en"})
    assert [(item["title"], item["text"]) for item in inbox(THANDI).body["items"]] == english


def test_at_first_everybody_has_the_channels_that_each_kind_has() -> None:
    from khaya.notifications.kinds import KINDS  # noqa: PLC0415

    body = THANDI.get("/notifications/preferences").body
    assert body["language"] == "en"
    chosen = {kind for kind, about in KINDS.items() if about.configurable}
    assert body["channels"].keys() == chosen
    assert {*body["channels"]["bidReceived"]} == {"push", "whatsapp", "email"}
    assert "accountSuspended" not in body["channels"], "nobody switches off what concerns their safety"


def test_settings_are_replaced_as_a_whole_and_leave_the_rest_alone() -> None:
    # given settings of one's own, and a device and a notification
    tell("thandi")
    THANDI.put("/devices/phone", device())
    wanted: dict[str, Any] = {"language": "zu", "channels": {"bidReceived": ["sms", "push", "sms"], "jobExpired": []}}
    first = THANDI.put("/notifications/preferences", wanted).body
    assert (first["language"], first["channels"]["bidReceived"]) == ("zu", ["sms", "push"])
    assert first["channels"]["jobExpired"] == []
    assert THANDI.get("/notifications/preferences").body == first
    # when others are put in their place
    second = THANDI.put("/notifications/preferences", {"channels": {"reminder": ["email"]}}).body
    # then what they do not name is as at first, and nothing else has changed
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
def test_settings_that_cannot_be_are_refused_by_name(wanted: dict[str, Any], field: str) -> None:
    answer = THANDI.put("/notifications/preferences", wanted)
    assert (answer.status, answer.fields) == (422, {field})
    assert stand_in.stored("notifications") == []


def test_an_export_has_what_somebody_was_told_and_how() -> None:
    # given somebody with an inbox, settings and a device
    arrive()
    told = [tell("member-1", number=number) for number in range(60)]
    MEMBER.put("/notifications/preferences", {"channels": {"reminder": ["email"]}})
    MEMBER.put("/devices/phone", device("of-the-member"))
    tell("other-1")
    # when they ask for their data, then all of it is there, and nothing by which others could push to them
    data = _export()
    assert {one["id"] for one in data["notifications"]} >= {*told}
    assert all(one["title"] for one in data["notifications"])
    assert data["notificationSettings"][0]["channels"]["reminder"] == ["email"]
    assert data["devices"] == [{"deviceId": "phone", "platform": "android", "lastActiveAt": "2026-11-21T08:00:00.000Z"}]
    assert "of-the-member" not in str(data)


def test_nothing_of_it_is_left_when_somebody_leaves() -> None:
    # given a member with an inbox, settings and two devices, and somebody else with the same
    arrive()
    for number in range(60):
        tell("member-1", number=number)
    for who, token in ((MEMBER, "mine"), (OTHER, "theirs")):
        who.put("/notifications/preferences", {"language": "zu"})
        who.put("/devices/phone", device(token))
        who.put("/devices/tablet", device(f"{token}-2"))
    told = tell("other-1")
    # when the member leaves
    assert MEMBER.delete("/profiles/me").status == 204
    follow("erasure", "notices")
    # then nothing but that they left is kept
    rows = [row for row in stand_in.stored("notifications") if "member-1" in str(row)]
    assert [set(row) - {"lastWrite"} for row in rows] == [{"id", "erasedAt", "version"}]
    # the other's is as it was
    assert told in unread(OTHER)
    assert OTHER.delete("/devices/tablet").status == 204
    # and the push token is free for whoever has the phone now
    assert OTHER.put("/devices/phone", device("mine")).status == 200


def test_nobody_is_told_anything_once_they_have_left() -> None:
    # given somebody who has left
    from khaya.notifications import store  # noqa: PLC0415
    from khaya.notifications.model import Notification  # noqa: PLC0415
    from khaya.platform.base.errors import WriteConflict  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    arrive()
    before = store.recipient("member-1")
    MEMBER.delete("/profiles/me")
    follow("erasure", "notices")
    # when something that was decided before comes late, then there is no inbox to put it into
    late = Notification(
        id="late", user_id="member-1", kind="jobStarted", params={"jobTitle": "x"}, event="e", created_at="now"
    )
    for person in (before, store.recipient("member-1")):
        with pytest.raises(WriteConflict):
            dynamo.commit(store.create(late, person), "token of the late one")
    assert store.find("late") is None
    assert store.recipient("member-1").erased_at is not None


def test_who_has_a_push_token_is_found_by_its_hash() -> None:
    THANDI.put("/devices/phone", device("secret"))
    (row,) = [row for row in stand_in.stored("notifications") if row["id"].startswith("token#")]
    assert TOKEN.format("secret") not in str(row)
    assert (row["holder"], row["deviceId"]) == ("thandi", "phone")


def _export() -> dict[str, Any]:
    from khaya.exports import contents  # noqa: PLC0415

    found: dict[str, Any] = json.loads(b"".join(contents.chunks("member-1", "2026-11-21T08:00:00.000Z")))
    return found
