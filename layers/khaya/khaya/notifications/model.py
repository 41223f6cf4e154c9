"""Notifications, and their recipients: preferences, devices and the count of unread notifications.

Both have a read epoch. Marking everything as read starts a new read epoch; notifications of earlier ones are read.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from khaya.notifications.choices import CHANNELS, Channel, Language
from khaya.notifications.kinds import KINDS
from khaya.platform.base.errors import Conflict, FieldError, FieldProblem, Invalid, NotFound, Unauthenticated
from khaya.platform.base.models import Model, RequestModel, next_version
from khaya.platform.base.numbers import StoredCount, Whole

Platform = Literal["ios", "android", "web"]

MAX_DEVICES: Final = 5

CONFIGURABLE_KINDS: Final[tuple[str, ...]] = tuple(
    sorted(name for name, kind in KINDS.items() if kind.configurable and not kind.chosen_with)
)
"""The kinds for which people choose channels; others go with one of these, or concern the account's security."""


def _in_order(channels: Sequence[Channel]) -> list[Channel]:
    return [channel for channel in CHANNELS if channel in channels]


Channels = Annotated[list[Channel], Field(max_length=len(CHANNELS)), AfterValidator(_in_order)]
ChannelsByKind = Annotated[
    dict[str, Channels],
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                kind: {"type": "array", "items": {"enum": list(CHANNELS)}, "maxItems": len(CHANNELS)}
                for kind in CONFIGURABLE_KINDS
            },
            "additionalProperties": False,
        }
    ),
]


class PreferencesReplacement(RequestModel):
    """A person's new preferences; fields that are left out get their defaults."""

    language: Language = "en"
    channels: Annotated[
        ChannelsByKind,
        Field(description="By kind; an empty list leaves only the inbox. Kinds that are left out have the default."),
    ] = {}


class SubscriptionKeys(RequestModel):
    """The keys of a browser's subscription, in base64url."""

    p256dh: Annotated[str, Field(alias="p256dh", pattern=r"^[A-Za-z0-9_-]{87}=?$")]
    auth: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}={0,2}$")]


class Subscription(RequestModel):
    """A browser's subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint: Annotated[
        str, Field(max_length=1024, pattern=r"^https?://[!-~]+$", description="Of a push service that is accepted.")
    ]
    expiration_time: Annotated[Whole | None, Field(ge=0, description="Not used.")] = None
    keys: SubscriptionKeys


def _by_platform(schema: dict[str, Any]) -> None:
    """The JSON Schema of a registration: a push token for apps, a subscription for browsers."""
    fields = schema.pop("properties")
    del schema["required"], schema["additionalProperties"]
    schema["oneOf"] = [
        {
            "type": "object",
            "properties": {
                "platform": {"type": "string", "enum": platforms},
                name: {key: value for key, value in fields[name].items() if key not in ("anyOf", "default")}
                | fields[name]["anyOf"][0],
            },
            "required": ["platform", name],
            "additionalProperties": False,
        }
        for platforms, name in ((["ios", "android"], "token"), (["web"], "subscription"))
    ]


class Registration(RequestModel):
    """A device that receives push notifications: an app with its push token, or a browser with its subscription."""

    model_config = ConfigDict(json_schema_extra=_by_platform)

    platform: Platform
    token: Annotated[
        str | None,
        Field(
            pattern=r"^Expo(nent)?PushToken\[[A-Za-z0-9_:-]{1,200}\]$",
            description="The push token that Expo gave the app on this device.",
            validate_default=True,
        ),
    ] = None
    subscription: Annotated[Subscription | None, Field(validate_default=True)] = None

    @field_validator("token", "subscription")
    @classmethod
    def _fits_the_platform(cls, value: Any, info: ValidationInfo) -> Any:
        platform = info.data.get("platform")
        belongs = (platform == "web") == (info.field_name == "subscription")
        if platform is not None and belongs and value is None:
            raise FieldError("is missing", "required")
        if platform is not None and not belongs and value is not None:
            raise FieldError(f"does not belong to the platform {platform}", "unknown_field")
        return value

    @model_validator(mode="after")
    def _has_no_null(self) -> "Registration":
        if self.model_fields_set == {"platform", "token", "subscription"}:
            raise FieldError("must have either token or subscription", "exactly_one", groups=["token", "subscription"])
        return self

    @property
    def address(self) -> str:
        """The push token, or the subscription's endpoint."""
        return self.token or (self.subscription.endpoint if self.subscription else "")


class BrowserKeys(Model):
    """The keys of a browser's subscription, and our public key of the time when it was registered."""

    p256dh: Annotated[str, Field(alias="p256dh")]
    auth: str
    server_key: str


class Device(Model):
    """A device and its push token, issued by Expo, or the endpoint of a browser's push service.

    Attributes:
        browser: the keys of a browser; None for an app.
    """

    platform: Platform
    token: str
    last_active_at: str
    browser: BrowserKeys | None = None


class Recipient(Model):
    """A person who receives notifications.

    Attributes:
        channels: the chosen channels by kind, where they differ from the default.
        unread: the number of unread notifications.
        read_epoch: how often everything was marked as read.
        version: the number of changes of preferences and devices.
        erased_at: when the account was erased; from then on nothing is delivered.
    """

    user_id: str
    language: Language = "en"
    channels: dict[str, tuple[Channel, ...]] = {}
    devices: dict[str, Device] = {}
    unread: StoredCount = 0
    read_epoch: int = 0
    version: int = 0
    erased_at: str | None = None

    def channels_for(self, kind: str) -> tuple[Channel, ...]:
        """The channels for notifications of this kind."""
        kind = KINDS[kind].chosen_with or kind
        settings = KINDS[kind]
        return self.channels.get(kind, settings.channels) if settings.configurable else settings.channels

    def has_read(self, notification: "Notification") -> bool:
        """Whether the notification is read, by itself or with all others."""
        return notification.read or notification.read_epoch < self.read_epoch

    def device_with(self, token: str) -> str | None:
        """The id of the device with a push token, if there is one."""
        return next((device_id for device_id, device in self.devices.items() if device.token == token), None)

    def with_preferences(self, wanted: PreferencesReplacement) -> "Recipient":
        """The recipient with new preferences.

        Raises:
            Invalid: the channels of a kind cannot be chosen.
            Unauthenticated: the account was erased.
        """
        unknown = sorted(kind for kind in wanted.channels if kind not in CONFIGURABLE_KINDS)
        if unknown:
            message = "is not a kind that channels are chosen for"
            raise Invalid([FieldProblem(f"channels.{kind[:64]}", message, "not_configurable") for kind in unknown])
        differing = {
            kind: tuple(channels)
            for kind, channels in wanted.channels.items()
            if set(channels) != set(KINDS[kind].channels)
        }
        return self._changed(language=wanted.language, channels=differing)

    def with_language(self, language: Language) -> "Recipient":
        """The recipient with another language.

        Raises:
            Unauthenticated: the account was erased.
        """
        return self._changed(language=language)

    def with_device(self, device_id: str, wanted: Registration, now: str, server_key: str = "") -> "Recipient":
        """The recipient with a device that is registered now; another of their devices loses the same push token.

        `server_key` is our public key, for a browser.

        Raises:
            Conflict: there are five others.
            Unauthenticated: the account was erased.
        """
        others = {
            one: device for one, device in self.devices.items() if one != device_id and device.token != wanted.address
        }
        if len(others) >= MAX_DEVICES:
            raise Conflict(
                f"There are {MAX_DEVICES} devices already. Remove one first.",
                code="device_limit",
                params={"max": MAX_DEVICES},
            )
        keys = None
        if wanted.subscription is not None:
            keys = BrowserKeys(**dict(wanted.subscription.keys), server_key=server_key)
        new = Device(platform=wanted.platform, token=wanted.address, last_active_at=now, browser=keys)
        return self._changed(devices={**others, device_id: new})

    def without_device(self, device_id: str) -> "Recipient":
        """The recipient without a device.

        Raises:
            NotFound: there is no such device.
            Unauthenticated: the account was erased.
        """
        if device_id not in self.devices:
            raise NotFound("There is no such device.")
        return self._changed(devices={one: device for one, device in self.devices.items() if one != device_id})

    def _changed(self, **changes: Any) -> "Recipient":
        if self.erased_at is not None:
            raise Unauthenticated("This account was erased.", code="account_erased")
        return next_version(self, changes)


class Notification(Model):
    """A notification. Its text is rendered when it is shown or sent, in the recipient's language then.

    Attributes:
        params: values for the placeholders: titles, amounts, numbers and states; never a person's name.
        data: ids and states by which the app opens what the notification is about.
        event: the id of the event that caused it.
        count: how many events it tells of.
        urgent: whether it is also delivered during the quiet hours.
        read_epoch: the recipient's read epoch when it was created.
        read: whether it was read by itself; see `Recipient.has_read`.
        created_at: the time of the first event.
        updated_at: the time of the latest event; None if there is one.
        gathers_until: until when further events about the same thing are counted in it; None if they never are.
    """

    id: str
    user_id: str
    kind: str
    params: Mapping[str, str | int] = {}
    data: Mapping[str, str | int | None] = {}
    event: str
    count: int = 1
    urgent: bool = False
    read_epoch: int = 0
    read: bool = False
    created_at: str
    updated_at: str | None = None
    gathers_until: str | None = None

    @property
    def latest_at(self) -> str:
        """The time of the latest event that it is about."""
        return self.updated_at or self.created_at

    @property
    def thing(self) -> str:
        """The id of the job, listing or story that it is about; empty if there is none."""
        return next((str(self.data[name]) for name in _THINGS if self.data.get(name)), "")

    @property
    def is_gathered(self) -> bool:
        """Whether what happens again about the same thing is counted in one notification."""
        return KINDS[self.kind].gathered and bool(self.thing)

    def with_another(self, other: "Notification") -> "Notification":
        """The notification that tells of one event more, and is unread. Its text is that of the latest event.

        In whatever order the events are counted, the result is the same.
        """
        latest = other if other.created_at >= self.latest_at else self
        return self.model_copy(
            update={
                "params": latest.params,
                "data": latest.data,
                "count": self.count + 1,
                "read": False,
                "created_at": min(self.created_at, other.created_at),
                "updated_at": max(self.latest_at, other.created_at),
            }
        )


_THINGS: Final = ("jobId", "listingId", "storyId")

GATHERING_SECONDS: Final = 600
"""Seconds after the first event in which further ones about the same thing are counted in its notification."""
