"""Devices for push notifications: at most five, and a push token belongs to its last registration."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.notifications import store
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Answer, Person
from tests.support.inbox import TOKEN, device

THANDI = Person("thandi", ("buyer",))
SIPHO = Person("sipho", ("worker",))


def register(who: Person, device_id: str, token: str, platform: str = "android") -> Answer:
    return who.put(f"/devices/{device_id}", device(token, platform))


def tokens(user_id: str) -> dict[str, str]:
    """The push tokens of a person by device; the holders of the tokens must match."""
    rows = stand_in.stored("notifications")
    found = {}
    for row in rows:
        if row["id"] == f"recipient#{user_id}":
            found = {name: one["token"] for name, one in row.get("devices", {}).items()}
    held = sorted(row["deviceId"] for row in rows if row.get("holder") == user_id)
    assert held == sorted(found), "each token is held by the device that has it"
    return found


def test_a_device_is_registered_and_registered_again(clock: Clock) -> None:
    first = register(THANDI, "phone", "one", "ios")
    assert first.status == 200
    assert first.body == {"deviceId": "phone", "platform": "ios", "lastActiveAt": "2026-11-21T08:00:00.000Z"}
    # when it is registered again, then only the time changes
    clock.tick(hours=5)
    again = register(THANDI, "phone", "one", "ios")
    assert again.body == {**first.body, "lastActiveAt": "2026-11-21T13:00:00.000Z"}
    assert tokens("thandi") == {"phone": TOKEN.format("one")}


def test_a_new_push_token_replaces_the_devices_former_one() -> None:
    register(THANDI, "phone", "one")
    register(THANDI, "phone", "two")
    assert tokens("thandi") == {"phone": TOKEN.format("two")}


def test_a_sixth_device_is_refused_until_another_is_removed() -> None:
    # given five devices
    for number in range(5):
        assert register(THANDI, f"device-{number}", str(number)).status == 200
    # then a sixth is refused, one of the five can be registered again, and other people's do not count
    answer = register(THANDI, "device-5", "5")
    assert answer.status == 409
    assert "5 devices" in answer.body["detail"]
    assert register(THANDI, "device-4", "4").status == 200
    assert register(SIPHO, "device-5", "5").status == 200
    # when one is removed, there is room
    assert THANDI.delete("/devices/device-0").status == 204
    assert register(THANDI, "device-6", "6").status == 200
    assert len(tokens("thandi")) == 5


def test_a_push_token_moves_to_the_person_who_registers_it_last() -> None:
    # given two devices of one person
    register(THANDI, "phone", "shared")
    register(THANDI, "tablet", "own")
    # when another person registers one of the push tokens
    assert register(SIPHO, "phone", "shared").status == 200
    # then the first person loses that device
    assert tokens("sipho") == {"phone": TOKEN.format("shared")}
    assert tokens("thandi") == {"tablet": TOKEN.format("own")}
    assert THANDI.delete("/devices/phone").status == 404
    # and gets it back by registering it again
    assert register(THANDI, "phone", "shared").status == 200
    assert tokens("sipho") == {}
    assert SIPHO.delete("/devices/phone").status == 404


def test_a_push_token_with_a_new_device_id_replaces_the_device() -> None:
    # given five devices, one of which gets a new id by a new installation of the app
    for number in range(5):
        register(THANDI, f"device-{number}", str(number))
    assert register(THANDI, "device-new", "3").status == 200
    assert tokens("thandi").keys() == {"device-0", "device-1", "device-2", "device-4", "device-new"}


def test_a_refused_sixth_device_takes_no_token_from_its_holder() -> None:
    register(SIPHO, "phone", "his")
    for number in range(5):
        register(THANDI, f"device-{number}", str(number))
    assert register(THANDI, "phone", "his").status == 409
    assert tokens("sipho") == {"phone": TOKEN.format("his")}


def test_a_device_with_a_new_push_token_frees_the_former_one() -> None:
    register(THANDI, "phone", "one")
    register(SIPHO, "phone", "two")
    assert register(THANDI, "phone", "two").status == 200
    assert (tokens("thandi"), tokens("sipho")) == ({"phone": TOKEN.format("two")}, {})
    assert register(SIPHO, "phone", "one").status == 200
    assert tokens("sipho") == {"phone": TOKEN.format("one")}


def test_a_removed_device_frees_its_push_token() -> None:
    register(THANDI, "phone", "one")
    assert THANDI.delete("/devices/phone").status == 204
    assert THANDI.delete("/devices/phone").status == 404
    assert tokens("thandi") == {}
    assert register(SIPHO, "phone", "one").status == 200


def test_two_people_may_use_the_same_device_id() -> None:
    register(THANDI, "phone", "one")
    register(SIPHO, "phone", "two")
    assert SIPHO.delete("/devices/phone").status == 204
    assert tokens("thandi") == {"phone": TOKEN.format("one")}


def test_a_device_can_be_removed_by_its_push_token() -> None:
    register(THANDI, "phone", "one")
    register(THANDI, "tablet", "two")
    dynamo.commit(store.remove_device(store.recipient("thandi"), TOKEN.format("one")), "token of the first")
    assert tokens("thandi") == {"tablet": TOKEN.format("two")}
    dynamo.commit(store.remove_device(store.recipient("thandi"), "tablet"), "token of the second")
    assert tokens("thandi") == {}
    assert store.remove_device(store.recipient("thandi"), "tablet") == []


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({**device(), "platform": "windows"}, "platform"),
        ({"platform": "ios"}, "token"),
        ({"token": TOKEN.format("one")}, "platform"),
        ({**device(), "token": "one"}, "token"),
        ({**device(), "token": TOKEN.format("")}, "token"),
        ({**device(), "token": TOKEN.format("a b")}, "token"),
        ({**device(), "token": TOKEN.format("a") + "\n"}, "token"),
        ({**device(), "token": TOKEN.format("a" * 201)}, "token"),
        ({**device(), "name": "My phone"}, "name"),
    ],
)
def test_an_invalid_registration_is_refused_by_its_field(wanted: dict[str, Any], field: str) -> None:
    answer = THANDI.put("/devices/phone", wanted)
    assert (answer.status, answer.fields) == (422, {field})
    assert stand_in.stored("notifications") == []


SUBSCRIPTION: dict[str, Any] = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc:def-1",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # pragma: allowlist secret
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
"""The example of RFC 8291, as `PushSubscription.toJSON()` gives it."""


def web(**changes: Any) -> dict[str, Any]:
    return {"platform": "web", "subscription": {**SUBSCRIPTION, **changes}}


def test_a_browser_is_registered_with_its_subscription(clock: Clock) -> None:
    answer = THANDI.put("/devices/laptop", web())
    assert (answer.status, answer.body["platform"]) == (200, "web")
    assert answer.body.keys() == {"deviceId", "platform", "lastActiveAt"}, "no key is shown"
    # when it is registered again with new keys, then those replace the former ones
    keys = {**SUBSCRIPTION["keys"], "auth": "A" * 22}
    assert THANDI.put("/devices/laptop", web(keys=keys)).status == 200
    (row,) = [row for row in stand_in.stored("notifications") if row["id"] == "recipient#thandi"]
    server_key = VISITOR.get("/config").body["webPushKey"]
    assert row["devices"]["laptop"]["browser"] == {**keys, "serverKey": server_key}


def test_a_subscription_moves_to_the_person_who_registers_it_last() -> None:
    assert THANDI.put("/devices/laptop", web()).status == 200
    assert SIPHO.put("/devices/laptop", web()).status == 200
    assert (tokens("thandi"), tokens("sipho")) == ({}, {"laptop": SUBSCRIPTION["endpoint"]})
    assert SIPHO.delete("/devices/laptop").status == 204
    assert tokens("sipho") == {}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.example.org/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://example.org/?https://fcm.googleapis.com/",
        "https://127.0.0.1/abc",
        "https://169.254.169.254/latest/meta-data",
        "http://localhost:9001/2018-06-01/runtime",
        "https://[::1]/abc",
        "https://10.0.0.1\\@fcm.googleapis.com/abc",
    ],
)
def test_an_endpoint_of_no_accepted_push_service_is_refused(endpoint: str) -> None:
    answer = THANDI.put("/devices/laptop", web(endpoint=endpoint))
    assert (answer.status, answer.fields) == (422, {"subscription.endpoint"})
    assert answer.body["errors"][0]["code"] == "push_service_not_allowed"
    assert stand_in.stored("notifications") == []


KEYS = SUBSCRIPTION["keys"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"platform": "web"}, "subscription"),
        ({"platform": "web", "token": TOKEN.format("one")}, "token"),
        ({**web(), "token": TOKEN.format("one")}, "token"),
        ({**web(), "platform": "ios"}, "subscription"),
        ({**device(), "subscription": SUBSCRIPTION}, "subscription"),
        ({**web(), "token": None}, "body"),
        (web(endpoint="ftp://fcm.googleapis.com/abc"), "subscription.endpoint"),
        (web(endpoint="https://fcm.googleapis.com/" + "a" * 1000), "subscription.endpoint"),
        (web(expirationTime="soon"), "subscription.expirationTime"),
        (web(keys={**KEYS, "p256dh": "short"}), "subscription.keys.p256dh"),
        (web(keys={**KEYS, "p256dh": "B" + "A" * 86}), "subscription.keys"),
        (web(keys={**KEYS, "auth": KEYS["auth"] + "AA"}), "subscription.keys.auth"),
        (web(keys={"auth": KEYS["auth"]}), "subscription.keys.p256dh"),
        (web(extra=1), "subscription.extra"),
    ],
)
def test_an_invalid_registration_of_a_browser_is_refused_by_its_field(wanted: dict[str, Any], field: str) -> None:
    answer = THANDI.put("/devices/laptop", wanted)
    assert answer.status == 422
    assert field in answer.fields
    assert stand_in.stored("notifications") == []


def test_a_device_id_is_a_path_id_of_up_to_128_characters() -> None:
    for device_id in ("x", "x" * 128, "6F9619FF-8B86-D011-B42D-00CF4FC964FF", "recipient#x".replace("#", ":")):
        assert register(THANDI, device_id, "one").status == 200, device_id
        assert register(THANDI, device_id, "one").body["deviceId"] == device_id
        assert THANDI.delete(f"/devices/{device_id}").status == 204
    assert register(THANDI, "x" * 129, "one").status == 404
