"""Rules of preferences, devices and read notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from khaya.notifications.choices import CHANNELS
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import (
    CONFIGURABLE_KINDS,
    MAX_DEVICES,
    Notification,
    PreferencesReplacement,
    Recipient,
    Registration,
)
from khaya.platform.base.errors import Conflict, Invalid, NotFound, Unauthenticated

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"
SAFETY = [kind for kind, kind_settings in KINDS.items() if not kind_settings.configurable]


def preferring(person: Recipient, **wanted: Any) -> Recipient:
    return person.with_preferences(PreferencesReplacement.model_validate(wanted))


def registration(token: str) -> Registration:
    return Registration(platform="ios", token=f"ExponentPushToken[{token}]")


def full() -> Recipient:
    person = Recipient(user_id="thandi")
    for number in range(MAX_DEVICES):
        person = person.with_device(f"device-{number}", registration(str(number)), NOW)
    return person


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_choice_a_kind_has_its_default_channels(kind: str) -> None:
    assert Recipient(user_id="thandi").channels_for(kind) == KINDS[kind].channels


@pytest.mark.parametrize("kind", CONFIGURABLE_KINDS)
def test_channels_chosen_for_one_kind_do_not_affect_others(kind: str) -> None:
    person = preferring(Recipient(user_id="thandi"), channels={kind: ["sms"]})
    others = {other: person.channels_for(other) for other in KINDS if kind not in (other, KINDS[other].chosen_with)}
    assert person.channels_for(kind) == ("sms",)
    assert others == {other: KINDS[other].channels for other in others}


@pytest.mark.parametrize("kind", SAFETY)
def test_the_channels_of_security_kinds_cannot_be_chosen(kind: str) -> None:
    person = Recipient(user_id="thandi", channels={kind: ()})
    assert {*person.channels_for(kind)} == {*CHANNELS}
    with pytest.raises(Invalid, match=kind):
        preferring(person, channels={kind: ["push"]})


def test_only_channels_that_differ_from_the_default_are_stored() -> None:
    kind, other = CONFIGURABLE_KINDS[:2]
    own = [*reversed(KINDS[kind].channels)]
    assert preferring(Recipient(user_id="thandi"), channels={kind: own, other: []}).channels == {other: ()}


def test_new_preferences_replace_the_former_and_change_nothing_else() -> None:
    before = preferring(full(), language="zu", channels={CONFIGURABLE_KINDS[0]: []}).model_copy(update={"unread": 3})
    after = preferring(before)
    assert (after.language, after.channels) == ("en", {})
    assert (after.devices, after.unread, after.version) == (before.devices, 3, before.version + 1)


@pytest.mark.parametrize(
    "token", ["one", "ExponentPushToken[]", "ExponentPushToken[a", "ExponentPushToken[a]b", "x[a]"]
)
def test_a_malformed_push_token_is_refused(token: str) -> None:
    with pytest.raises(ValidationError):
        Registration(platform="ios", token=token)


@pytest.mark.parametrize("token", ["ExponentPushToken[AbC-12_:x]", "ExpoPushToken[x]"])
def test_both_forms_of_expo_tokens_are_accepted(token: str) -> None:
    assert Registration(platform="ios", token=token).token == token


def test_there_are_five_devices_at_most() -> None:
    with pytest.raises(Conflict):
        full().with_device("device-5", registration("5"), LATER)


def test_a_known_device_or_token_is_registered_again_without_a_sixth_device() -> None:
    again = full().with_device("device-1", registration("new"), LATER).devices["device-1"]
    assert (again.token, again.last_active_at) == ("ExponentPushToken[new]", LATER)
    assert full().with_device("device-9", registration("1"), LATER).devices.keys() == {
        "device-0",
        "device-2",
        "device-3",
        "device-4",
        "device-9",
    }


def test_removing_an_unknown_device_is_not_found() -> None:
    assert "device-3" not in full().without_device("device-3").devices
    with pytest.raises(NotFound):
        full().without_device("device-5")


CHANGES: dict[str, Callable[[Recipient], Recipient]] = {
    "settings": preferring,
    "registering": lambda person: person.with_device("device-0", registration("0"), LATER),
    "removing": lambda person: person.without_device("device-0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_erased_person_cannot_change_anything(change: str) -> None:
    gone = full().model_copy(update={"erased_at": NOW})
    with pytest.raises(Unauthenticated):
        CHANGES[change](gone)


@pytest.mark.parametrize(
    ("itself", "its", "persons", "expected"),
    [(False, 2, 2, False), (True, 2, 2, True), (False, 1, 2, True), (True, 1, 2, True)],
)
def test_a_notification_is_read_by_itself_or_by_its_read_epoch(
    itself: bool, its: int, persons: int, expected: bool
) -> None:
    notification = Notification(
        id="n", user_id="thandi", kind="jobStarted", event="e", read_epoch=its, read=itself, created_at=NOW
    )
    assert Recipient(user_id="thandi", read_epoch=persons).has_read(notification) is expected
