"""Notifications, settings and devices as their owner sees them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from khaya.notifications import messages
from khaya.notifications.choices import Channel, Language
from khaya.notifications.model import CHOSEN, Device, Notification, Person, Platform
from khaya.platform.base.models import Model


class NotificationView(Model):
    """A notification, in the person's language."""

    id: str
    kind: str
    title: str
    text: str
    data: Annotated[
        dict[str, str | int | None], Field(description="Ids and states by which an app opens what it is about.")
    ]
    read: bool
    created_at: str


class InboxView(Model):
    """One page of the inbox."""

    items: list[NotificationView]
    next_cursor: Annotated[str | None, Field(description="Ask with it for the next page; null on the last.")] = None
    unread_count: Annotated[int, Field(description="How many are unread in all, not only on this page.")]


class ReadView(NotificationView):
    """A notification that was read, and how many are still unread."""

    unread_count: int


class UnreadView(Model):
    """How many notifications are unread."""

    unread_count: int


class PreferencesView(Model):
    """How a person is told of things."""

    language: Language
    channels: Annotated[
        dict[str, list[Channel]],
        Field(description="By kind. What concerns the account's safety is not among them and always goes out."),
    ]


class DeviceView(Model):
    """A device that notifications are pushed to."""

    device_id: str
    platform: Platform
    last_active_at: str


def shown(notification: Notification, person: Person) -> NotificationView:
    """The notification as `person` reads it."""
    words = messages.render(notification.kind, notification.params, person.language)
    return NotificationView(
        id=notification.id,
        kind=notification.kind,
        title=words.title,
        text=words.text,
        data=dict(notification.data),
        read=person.has_read(notification),
        created_at=notification.created_at,
    )


def shown_read(notification: Notification, person: Person) -> ReadView:
    """The notification with the count of what is unread still."""
    return ReadView(**dict(shown(notification, person)), unread_count=person.unread)


def preferences(person: Person) -> PreferencesView:
    """A person's settings, with the channels of every kind for which they are chosen."""
    return PreferencesView(
        language=person.language, channels={kind: list(person.channels_for(kind)) for kind in CHOSEN}
    )


def device(device_id: str, device: Device) -> DeviceView:
    """A device, without its token."""
    return DeviceView(device_id=device_id, platform=device.platform, last_active_at=device.last_active_at)
