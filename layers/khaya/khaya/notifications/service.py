"""Use cases of the inbox, preferences and devices."""

from __future__ import annotations

from khaya.channels import push_services
from khaya.notifications import store
from khaya.notifications.choices import Language
from khaya.notifications.model import (
    Device,
    Notification,
    PreferencesReplacement,
    Recipient,
    Registration,
    Subscription,
)
from khaya.platform.base.errors import FieldProblem, Invalid, NotFound, WriteConflict
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together


def inbox(user_id: str, page_request: PageRequest) -> tuple[PageResult[Notification], Recipient]:
    """A page of a person's inbox, and the recipient with their language and unread count."""
    return store.inbox(user_id, page_request), store.recipient(user_id)


def mark_read(notification_id: str, user_id: str, *, unit_of_work: UnitOfWork) -> tuple[Notification, Recipient]:
    """Mark a notification as read, if it is unread; returns the notification and the recipient after it.

    Raises:
        NotFound: the person has no such notification.
    """
    item, recipient_item = read_together([store.key(notification_id), store.recipient_key(user_id)])
    notification, recipient = store.read(item), store.read_recipient(recipient_item, user_id)
    if notification is None or notification.user_id != user_id:
        raise NotFound("There is no such notification.")
    if recipient.has_read(notification):
        return notification, recipient
    unit_of_work.add(*store.mark_read(notification, recipient))
    return (
        notification.model_copy(update={"read": True}),
        recipient.model_copy(update={"unread": max(recipient.unread - 1, 0)}),
    )


def mark_all_read(user_id: str, *, unit_of_work: UnitOfWork) -> Recipient:
    """Mark all notifications as read; returns the recipient after it."""
    recipient = store.recipient(user_id)
    if recipient.unread:
        unit_of_work.add(store.mark_all_read(recipient))
    return recipient.model_copy(update={"unread": 0})


def change_preferences(wanted: PreferencesReplacement, user_id: str, *, unit_of_work: UnitOfWork) -> Recipient:
    """Replace a person's preferences.

    Raises:
        Invalid: the channels of a kind cannot be chosen.
    """
    before = store.recipient(user_id)
    after = before.with_preferences(wanted)
    if after is not before:
        unit_of_work.add(store.update_recipient(before, after))
    return after


def set_first_language(language: Language, user_id: str, *, unit_of_work: UnitOfWork) -> None:
    """Set the language of a new person, who has chosen nothing yet."""
    before = store.recipient(user_id)
    if before.version == 0 and before.language != language:
        unit_of_work.add(store.update_recipient(before, before.with_language(language)))


def register_device(
    device_id: str, wanted: Registration, user_id: str, *, now: str, unit_of_work: UnitOfWork
) -> Device:
    """Register a device for a person, or renew its registration. A former holder of its push token loses it.

    Raises:
        Invalid: the browser's subscription cannot be used.
        Conflict: the person has five other devices.
    """
    server_key = _checked(wanted.subscription) if wanted.subscription is not None else ""
    recipient_item, token_item = read_together([store.recipient_key(user_id), store.token_key(wanted.address)])
    recipient, holder = store.read_recipient(recipient_item, user_id), store.read_holder(token_item)
    registered = recipient.with_device(device_id, wanted, now, server_key)
    former = store.recipient(holder.holder) if holder is not None and holder.holder != user_id else None
    if holder is not None and (former or recipient).device_with(wanted.address) != holder.device_id:
        raise WriteConflict  # the token's holder changed between the two reads
    unit_of_work.add(*store.register(recipient, registered, device_id, holder, former))
    return registered.devices[device_id]


def remove_device(device_id: str, user_id: str, *, unit_of_work: UnitOfWork) -> None:
    """Remove a device, which then receives no further push notifications.

    Raises:
        NotFound: the person has no such device.
    """
    recipient = store.recipient(user_id)
    recipient.without_device(device_id)
    unit_of_work.add(*store.remove_device(recipient, device_id))


def _checked(subscription: Subscription) -> str:
    """Our public key for a browser's subscription, if pushes can be sent by it.

    Raises:
        Invalid: its push service is not accepted, or its keys are none.
    """
    if not push_services.is_allowed(subscription.endpoint):
        field, code = "subscription.endpoint", "push_service_not_allowed"
        raise Invalid([FieldProblem(field, "is not of a push service that is accepted", code)])
    from khaya.channels import push_encryption, vapid  # noqa: PLC0415 - no other route needs cryptography

    try:
        push_encryption.check_keys(subscription.keys.p256dh, subscription.keys.auth)
    except push_encryption.InvalidKeys:
        raise Invalid([FieldProblem("subscription.keys", "are not those of a subscription", "wrong_format")]) from None
    return vapid.public_key()
