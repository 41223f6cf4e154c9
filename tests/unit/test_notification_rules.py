"""What people choose, how many devices they have, and what they have read: rules alone."""

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
    Recipient,
    PreferencesReplacement,
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
def test_whoever_chose_nothing_has_what_the_kind_has(kind: str) -> None:
    assert Recipient(user_id="thandi").channels_for(kind) == KINDS[kind].channels


@pytest.mark.parametrize("kind", CONFIGURABLE_KINDS)
def test_what_was_chosen_for_a_kind_holds_for_it_alone(kind: str) -> None:
    person = preferring(Recipient(user_id="thandi"), channels={kind: ["sms"]})
    others = {other: person.channels_for(other) for other in KINDS if other != kind}
    assert person.channels_for(kind) == ("sms",)
    assert others == {other: KINDS[other].channels for other in others}


@pytest.mark.parametrize("kind", SAFETY)
def test_what_concerns_somebodys_safety_goes_over_every_channel_whatever_stands_there(kind: str) -> None:
    person = Recipient(user_id="thandi", channels={kind: ()})
    assert {*person.channels_for(kind)} == {*CHANNELS}
    with pytest.raises(Invalid, match=kind):
        preferring(person, channels={kind: ["push"]})


def test_only_what_differs_is_kept_so_that_a_kinds_own_channels_may_change() -> None:
    kind, other = CONFIGURABLE_KINDS[:2]
    own = [*reversed(KINDS[kind].channels)]
    assert preferring(Recipient(user_id="thandi"), channels={kind: own, other: []}).channels == {other: ()}


def test_new_settings_leave_nothing_of_the_former_and_touch_nothing_else() -> None:
    before = preferring(full(), language="zu", channels={CONFIGURABLE_KINDS[0]: []}).model_copy(update={"unread": 3})
    after = preferring(before)
    assert (after.language, after.channels) == ("en", {})
    assert (after.devices, after.unread, after.version) == (before.devices, 3, before.version + 1)


@pytest.mark.parametrize(
    "token", ["one", "ExponentPushToken[]", "ExponentPushToken[a", "ExponentPushToken[a]b", "x[a]"]
)
def test_a_push_token_is_one_of_expos(token: str) -> None:
    with pytest.raises(ValidationError):
        Registration(platform="ios", token=token)


@pytest.mark.parametrize("token", ["ExponentPushToken[AbC-12_:x]", "ExpoPushToken[x]"])
def test_both_forms_of_expos_tokens_are(token: str) -> None:
    assert Registration(platform="ios", token=token).token == token


def test_there_are_five_devices_at_most() -> None:
    with pytest.raises(Conflict):
        full().with_device("device-5", registration("5"), LATER)


def test_one_of_the_five_comes_again_or_under_another_id() -> None:
    again = full().with_device("device-1", registration("new"), LATER).devices["device-1"]
    assert (again.token, again.last_active_at) == ("ExponentPushToken[new]", LATER)
    assert full().with_device("device-9", registration("1"), LATER).devices.keys() == {
        "device-0",
        "device-2",
        "device-3",
        "device-4",
        "device-9",
    }


def test_a_device_that_is_not_there_cannot_go() -> None:
    assert "device-3" not in full().without_device("device-3").devices
    with pytest.raises(NotFound):
        full().without_device("device-5")


CHANGES: dict[str, Callable[[Recipient], Recipient]] = {
    "settings": preferring,
    "registering": lambda person: person.with_device("device-0", registration("0"), LATER),
    "removing": lambda person: person.without_device("device-0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_has_left_chooses_nothing(change: str) -> None:
    gone = full().model_copy(update={"erased_at": NOW})
    with pytest.raises(Unauthenticated):
        CHANGES[change](gone)


@pytest.mark.parametrize(
    ("itself", "its", "persons", "expected"),
    [(False, 2, 2, False), (True, 2, 2, True), (False, 1, 2, True), (True, 1, 2, True)],
)
def test_what_was_read_by_itself_or_with_everything_is_read(
    itself: bool, its: int, persons: int, expected: bool
) -> None:
    notification = Notification(
        id="n", user_id="thandi", kind="jobStarted", event="e", generation=its, read=itself, created_at=NOW
    )
    assert Recipient(user_id="thandi", generation=persons).has_read(notification) is expected
