"""A notification; and a person as somebody who is told of things: how, in which language, and what they have not read.

Both count generations: reading everything begins a new one, and what belongs to an earlier one is read by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from khaya.notifications.choices import CHANNELS, Channel, Language
from khaya.notifications.kinds import KINDS
from khaya.platform.base.errors import Conflict, Invalid, NotFound, Unauthenticated
from khaya.platform.base.models import Model, RequestModel

Platform = Literal["ios", "android", "web"]

MOST_DEVICES: Final = 5

CHOSEN: Final[tuple[str, ...]] = tuple(sorted(kind for kind, about in KINDS.items() if about.chosen))
"""The kinds of notification for which people choose channels; the others are about their safety."""


def _in_order(channels: Sequence[Channel]) -> list[Channel]:
    return [channel for channel in CHANNELS if channel in channels]


Channels = Annotated[list[Channel], Field(max_length=len(CHANNELS)), AfterValidator(_in_order)]
ChannelsByKind = Annotated[
    dict[str, Channels],
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                kind: {"type": "array", "items": {"enum": list(CHANNELS)}, "maxItems": len(CHANNELS)} for kind in CHOSEN
            },
            "additionalProperties": False,
        }
    ),
]


class PreferencesReplacement(RequestModel):
    """How a person wants to be told of things; what is left out is as it was for everybody at first."""

    language: Language = "en"
    channels: Annotated[
        ChannelsByKind, Field(description="By kind; none at all leaves the inbox. Kinds not named have the default.")
    ] = {}


class Registration(RequestModel):
    """A device that notifications are pushed to."""

    platform: Platform
    token: Annotated[
        str,
        Field(
            pattern=r"^Expo(nent)?PushToken\[[A-Za-z0-9_:-]{1,200}\]$",
            description="The push token that Expo gave the app on this device.",
        ),
    ]


class Device(Model):
    """A device, and the push token by which Expo knows it."""

    platform: Platform
    token: str
    last_active_at: str


class Person(Model):
    """Somebody who is told of things.

    Attributes:
        channels: those chosen, by kind, where they differ from the kind's own.
        unread: how many notifications they have not read.
        generation: how often they read everything.
        version: how often settings or devices changed.
        erased_at: when they left for good; they are told nothing any more.
    """

    user_id: str
    language: Language = "en"
    channels: dict[str, tuple[Channel, ...]] = {}
    devices: dict[str, Device] = {}
    unread: int = 0
    generation: int = 0
    version: int = 0
    erased_at: str | None = None

    def channels_for(self, kind: str) -> tuple[Channel, ...]:
        """The channels by which the person is told of something of this kind: those they chose, or else its own."""
        about = KINDS[kind]
        return self.channels.get(kind, about.channels) if about.chosen else about.channels

    def has_read(self, notification: Notification) -> bool:
        """Whether they have read it, by itself or with everything else."""
        return notification.read or notification.generation < self.generation

    def device_with(self, token: str) -> str | None:
        """The id of the device with a push token."""
        return next((device_id for device_id, device in self.devices.items() if device.token == token), None)

    def preferring(self, wanted: PreferencesReplacement) -> Person:
        """With other settings.

        Raises:
            Invalid: a kind is not one that channels are chosen for.
            Unauthenticated: they have left for good.
        """
        unknown = sorted(kind for kind in wanted.channels if kind not in CHOSEN)
        if unknown:
            raise Invalid([(f"channels.{kind[:64]}", "is not a kind that channels are chosen for") for kind in unknown])
        differing = {
            kind: tuple(channels)
            for kind, channels in wanted.channels.items()
            if set(channels) != set(KINDS[kind].channels)
        }
        return self._changed(language=wanted.language, channels=differing)

    def with_device(self, device_id: str, wanted: Registration, now: str) -> Person:
        """With a device that is registered now, again or for the first time; no other of theirs has its token then.

        Raises:
            Conflict: there are five others.
            Unauthenticated: they have left for good.
        """
        others = {
            one: device for one, device in self.devices.items() if one != device_id and device.token != wanted.token
        }
        if len(others) >= MOST_DEVICES:
            raise Conflict(f"There are {MOST_DEVICES} devices already. Remove one first.")
        new = Device(platform=wanted.platform, token=wanted.token, last_active_at=now)
        return self._changed(devices={**others, device_id: new})

    def without_device(self, device_id: str) -> Person:
        """Without a device.

        Raises:
            NotFound: there is none such.
            Unauthenticated: they have left for good.
        """
        if device_id not in self.devices:
            raise NotFound("There is no such device.")
        return self._changed(devices={one: device for one, device in self.devices.items() if one != device_id})

    def _changed(self, **changes: Any) -> Person:
        if self.erased_at is not None:
            raise Unauthenticated("This account was erased.")
        return self.model_copy(update={**changes, "version": self.version + 1})


class Notification(Model):
    """Something that a person is told. Its words are found when it is shown, in their language.

    Attributes:
        params: what the words are filled with: titles, amounts, numbers, states; never somebody's name.
        data: ids and states for the app, by which it opens what the notification is about.
        event: the id of the event that caused it.
        urgent: whether it goes out in the quiet hours as well.
        generation: the person's, when it was made.
        read: whether it was read by itself; `Person.has_read` knows the whole.
    """

    id: str
    user_id: str
    kind: str
    params: Mapping[str, str | int] = {}
    data: Mapping[str, str | int | None] = {}
    event: str
    urgent: bool = False
    generation: int = 0
    read: bool = False
    created_at: str
