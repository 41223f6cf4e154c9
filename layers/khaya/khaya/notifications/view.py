"""Notifications, preferences and devices in the API's responses."""

from typing import Annotated

from pydantic import Field

from khaya.notifications import messages
from khaya.notifications.choices import Channel, Language
from khaya.notifications.model import CONFIGURABLE_KINDS, Device, Notification, Platform, Recipient
from khaya.platform.base.models import Model


class NotificationView(Model):
    """A notification in the person's language."""

    id: str
    kind: str
    title: str
    text: str
    data: Annotated[
        dict[str, str | int | None],
        Field(
            description="Ids and states by which an app opens what the notification is about. `count` is there if it "
            "tells of several events, such as three new bids."
        ),
    ]
    read: bool
    created_at: str
    updated_at: Annotated[str, Field(description="The time of the latest event; the inbox is sorted by it.")]


class InboxView(Model):
    """One page of the inbox."""

    items: list[NotificationView]
    next_cursor: Annotated[
        str | None, Field(description="The `cursor` of a request for the next page; null on the last page.")
    ] = None
    unread_count: Annotated[int, Field(description="The number of unread notifications in the whole inbox.")]


class ReadView(NotificationView):
    """A notification that was read, and the number of unread ones."""

    unread_count: int


class UnreadView(Model):
    """The number of unread notifications."""

    unread_count: int


class PreferencesView(Model):
    """A person's language and channels."""

    language: Language
    channels: Annotated[
        dict[str, list[Channel]],
        Field(description="By kind. Kinds about the account's security are left out; they always use all channels."),
    ]


class DeviceView(Model):
    """A device that receives push notifications."""

    device_id: str
    platform: Platform
    last_active_at: str


def notification_view(notification: Notification, recipient: Recipient) -> NotificationView:
    """The notification as the recipient reads it."""
    words = messages.render(notification.kind, notification.params, recipient.language, count=notification.count)
    several = {"count": notification.count} if notification.count > 1 else {}
    return NotificationView(
        id=notification.id,
        kind=notification.kind,
        title=words.title,
        text=words.text,
        data={**notification.data, **several},
        read=recipient.has_read(notification),
        created_at=notification.created_at,
        updated_at=notification.latest_at,
    )


def read_notification_view(notification: Notification, recipient: Recipient) -> ReadView:
    """A notification with the number of unread ones."""
    return ReadView(**dict(notification_view(notification, recipient)), unread_count=recipient.unread)


def preferences_view(recipient: Recipient) -> PreferencesView:
    """The recipient's language, and their channels for each kind that they can choose them for."""
    channels = {kind: list(recipient.channels_for(kind)) for kind in CONFIGURABLE_KINDS}
    return PreferencesView(language=recipient.language, channels=channels)


def device_view(device_id: str, device: Device) -> DeviceView:
    """A device without its push token."""
    return DeviceView(device_id=device_id, platform=device.platform, last_active_at=device.last_active_at)
