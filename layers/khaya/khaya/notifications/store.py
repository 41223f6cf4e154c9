"""The Notifications table, keyed by `id`.

* `<ulid>`: a notification. Only these carry `userId`, by which the index of the inbox lists them. An event that was
  counted in an earlier notification leaves `gatheredIn` under the id that a notification of its own would have.
* `gathering#<userId>#<kind>#<thing>`: the notification in which events about a thing are counted, and until when.
* `messages#<userId>#<day>`: the messages that a person got outside the inbox on a day.
* `recipient#<userId>`: preferences, devices and unread count, in one item, so that conditions on it keep them exact.
* `token#<hash>`: the holder of a push token, which is the person who registered it last.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from khaya.notifications.model import Notification, Recipient
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, Model, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_NOT_PREFERENCES: Final = {"userId", "unread", "readEpoch"}
"""Fields that `update_recipient` does not write: the id is in the key, and other writes change the counts."""
_NOT_ERASED: Final = "attribute_not_exists(#erasedAt)"
COUNTED_DAYS: Final = 30
"""Days for which it is known that an event was counted: longer than a message may wait to be handled again."""
_ENDED_DAYS: Final = 2
"""Days until a gathering that ended, or a day's count of messages, is deleted."""


class Holder(Model):
    """The holder of a push token."""

    holder: str
    device_id: str


class CountedEvent(Model):
    """An event that was counted in an earlier notification: which one, and its number in it."""

    gathered_in: str
    number: int


@dataclass(frozen=True)
class Gathering:
    """The notification in which events about a thing are counted until a time."""

    notification_id: str
    until: str


def recipient_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a recipient."""
    return settings().notifications_table, {"id": f"recipient#{user_id}"}


def read_recipient(item: Item | None, user_id: str) -> Recipient:
    """The recipient in `item`; one with the defaults if there is no item."""
    return Recipient.model_validate({**(item or {}), "userId": user_id})


def recipient(user_id: str) -> Recipient:
    """The recipient with this id."""
    return read_recipient(dynamo.get(*recipient_key(user_id)), user_id)


def key(notification_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a notification."""
    return settings().notifications_table, {"id": notification_id}


def read(item: Item | None) -> Notification | None:
    """The notification in `item`, if the item is one."""
    return Notification.model_validate(item) if item and "kind" in item else None


def find(notification_id: str) -> Notification | None:
    """The notification, if it exists."""
    return read(dynamo.get(*key(notification_id)))


def gathering_key(notification: Notification) -> tuple[str, dict[str, str]]:
    """Primary key of the gathering of the notification's kind about its thing."""
    row = f"gathering#{notification.user_id}#{notification.kind}#{notification.thing}"
    return settings().notifications_table, {"id": row}


def read_gathering(item: Item | None, now: str) -> Gathering | None:
    """The gathering in `item`, if it goes on."""
    return Gathering(item["notificationId"], item["until"]) if item and item["until"] > now else None


def read_counted(item: Item | None) -> CountedEvent | None:
    """The counted event in `item`, which is under the id of a notification of its own."""
    return CountedEvent.model_validate(item) if item and "gatheredIn" in item else None


def token_key(token: str) -> tuple[str, dict[str, str]]:
    """Primary key of a push token's holder."""
    return settings().notifications_table, {"id": f"token#{hashlib.sha256(token.encode()).hexdigest()}"}


def read_holder(item: Item | None) -> Holder | None:
    """The holder in `item`, if there is one."""
    return Holder.model_validate(item) if item else None


def create(notification: Notification, recipient: Recipient) -> list[writes.Write]:
    """Store a notification and count it as unread.

    Refused as `WriteConflict` if it exists, if the recipient has marked everything as read since, or was erased.
    """
    return [
        writes.create(
            settings().notifications_table,
            {**item_of(notification), "readEpoch": recipient.read_epoch, "listOrder": _order(notification)},
        ),
        _add_to_unread(recipient, +1),
    ]


def create_gathering(notification: Notification, recipient: Recipient, now: str) -> list[writes.Write]:
    """Store a notification in which further events are counted until its `gathers_until`.

    Refused as `WriteConflict` as `create`, and if another gathering about the same thing goes on.
    """
    table, row = gathering_key(notification)
    until = notification.gathers_until or now
    gathering = {"notificationId": notification.id, "until": until, "expiresAt": _expiry(until, _ENDED_DAYS)}
    return [
        *create(notification, recipient),
        writes.put(
            table,
            {**row, **gathering},
            condition="attribute_not_exists(#id) OR #until <= :now",
            refusal=lambda _: WriteConflict(),
            values={"now": now},
        ),
    ]


def gather(before: Notification, after: Notification, recipient: Recipient, own_id: str) -> list[writes.Write]:
    """Count one more event in a notification, which becomes unread; `own_id` is the id that the event's own would have.

    Refused as `WriteConflict` if the event was counted, the notification has changed, the recipient has marked
    everything as read since, or was erased.
    """
    counted = CountedEvent(gathered_in=before.id, number=after.count)
    return [
        writes.replace(
            *key(before.id),
            {**item_of(before), "listOrder": _order(before)},
            {**item_of(after), "readEpoch": recipient.read_epoch, "listOrder": _order(after)},
            condition="#read = :read AND #readEpoch = :was AND #count = :count",
            refusal=lambda _: WriteConflict(),
            values={"read": before.read, "was": before.read_epoch, "count": before.count},
        ),
        writes.create(
            settings().notifications_table,
            {**item_of(counted), "id": own_id, "expiresAt": _expiry(after.latest_at, COUNTED_DAYS)},
        ),
        _add_to_unread(recipient, 1 if recipient.has_read(before) else 0),
    ]


def mark_read(notification: Notification, recipient: Recipient) -> list[writes.Write]:
    """Mark a notification as read, if it is unread."""
    return [
        writes.update(
            *key(notification.id),
            "SET #read = :yes",
            condition="#read = :no",
            refusal=lambda _: WriteConflict(),
            values={"yes": True, "no": False},
        ),
        _add_to_unread(recipient, -1),
    ]


def set_params(notification_id: str, params: Mapping[str, str | int]) -> writes.Write:
    """Write other values for the placeholders of a notification; refused if it was deleted."""
    return writes.overwrite(*key(notification_id), "params", dict(params))


def mark_all_read(recipient: Recipient) -> writes.Write:
    """Mark all notifications as read by starting a new read epoch, if the recipient's is unchanged."""
    return writes.update(
        *recipient_key(recipient.user_id),
        "SET #unread = :none, #readEpoch = :next",
        condition=_same_read_epoch(recipient),
        refusal=lambda _: WriteConflict(),
        values={"none": 0, "next": recipient.read_epoch + 1, "readEpoch": recipient.read_epoch},
    )


def update_recipient(before: Recipient, after: Recipient) -> writes.Write:
    """Write new preferences or devices, if the recipient is unchanged."""
    return writes.replace(
        *recipient_key(before.user_id),
        _item(before) if before.version else {},
        _item(after),
        condition=f"{_unchanged(before)} AND {_NOT_ERASED}",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version} if before.version else None,
    )


def register(
    before: Recipient, after: Recipient, device_id: str, holder: Holder | None, former: Recipient | None
) -> list[writes.Write]:
    """Write a recipient with a newly registered device, and the holder of its push token.

    `holder` is the token's former holder, and `former` their recipient if that is somebody else, who loses the token in
    the same transaction.
    """
    token = after.devices[device_id].token
    was = before.devices.get(device_id)
    changes = [update_recipient(before, after)]
    if was is not None and was.token != token:
        changes.append(_free(was.token, before, device_id))
    if former is not None and holder is not None:
        changes.append(update_recipient(former, former.without_device(holder.device_id)))
    if holder != (new := Holder(holder=after.user_id, device_id=device_id)):
        changes.append(_take(token, new, holder))
    return changes


def remove_device(recipient: Recipient, device: str) -> list[writes.Write]:
    """Remove a device by its id or push token, if the recipient is unchanged; no writes if there is no such device."""
    device_id = device if device in recipient.devices else recipient.device_with(device)
    if device_id is None:
        return []
    token = recipient.devices[device_id].token
    return [update_recipient(recipient, recipient.without_device(device_id)), _free(token, recipient, device_id)]


def inbox(user_id: str, page_request: PageRequest) -> PageResult[Notification]:
    """A person's notifications, those with the latest event first."""
    return lists.list_page(
        settings().notifications_table, "byPerson", "userId", user_id, page_request, order="listOrder"
    ).mapped(Notification.model_validate)


def erase_recipient(recipient: Recipient, now: str) -> list[writes.Write]:
    """Replace a recipient, if unchanged, by a mark that the account was erased, which refuses new notifications."""
    table, key_of_recipient = recipient_key(recipient.user_id)
    mark = {**key_of_recipient, "erasedAt": now, "version": recipient.version + 1}
    return [
        writes.put(
            table,
            mark,
            condition=_unchanged(recipient),
            refusal=lambda _: WriteConflict(),
            values={"version": recipient.version} if recipient.version else None,
        ),
        *(_free(device.token, recipient, device_id) for device_id, device in recipient.devices.items()),
    ]


def remove(notifications: Sequence[Notification]) -> None:
    """Delete notifications; those that are gone already are ignored."""
    dynamo.write_many(
        [writes.delete(*key(one.id), condition=None, refusal=lambda _: WriteConflict()) for one in notifications]
    )


def count_message(user_id: str, day: str, limit: int, refusal: Exception) -> writes.Write:
    """Count a message outside the inbox on a day in South Africa; refused with `refusal` beyond the limit."""
    return writes.update(
        *_messages_key(user_id, day),
        "SET #expiresAt = :expiresAt ADD #counted :one",
        condition="attribute_not_exists(#counted) OR #counted < :limit",
        refusal=lambda _: refusal,
        values={"one": 1, "limit": limit, "expiresAt": _expiry(f"{day}T00:00:00.000Z", _ENDED_DAYS)},
    )


def uncount_message(user_id: str, day: str) -> writes.Write:
    """Take back the count of a message that was not sent after all."""
    return writes.update(
        *_messages_key(user_id, day),
        "ADD #counted :less",
        condition="#counted > :none",
        refusal=lambda _: WriteConflict(),
        values={"less": -1, "none": 0},
    )


def _messages_key(user_id: str, day: str) -> tuple[str, dict[str, str]]:
    return settings().notifications_table, {"id": f"messages#{user_id}#{day}"}


def _order(notification: Notification) -> str:
    return f"{notification.latest_at}#{notification.id}"


def _expiry(at: str, days: int) -> int:
    return clock.epoch(clock.plus(at, days=days))


def _add_to_unread(recipient: Recipient, step: int) -> writes.Write:
    return writes.update(
        *recipient_key(recipient.user_id),
        "ADD #unread :step",
        condition=_same_read_epoch(recipient),
        refusal=lambda _: WriteConflict(),
        values={"step": step, "readEpoch": recipient.read_epoch},
    )


def _same_read_epoch(recipient: Recipient) -> str:
    same = "#readEpoch = :readEpoch"
    return f"{same if recipient.read_epoch else f'(attribute_not_exists(#readEpoch) OR {same})'} AND {_NOT_ERASED}"


def _unchanged(recipient: Recipient) -> str:
    return "#version = :version" if recipient.version else "attribute_not_exists(#version)"


def _item(recipient: Recipient) -> Item:
    return {name: value for name, value in item_of(recipient).items() if name not in _NOT_PREFERENCES}


def _take(token: str, new: Holder, was: Holder | None) -> writes.Write:
    table, row = token_key(token)
    same = "#holder = :holder AND #deviceId = :device"
    return writes.put(
        table,
        {**item_of(new), **row},
        condition=same if was else "attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"holder": was.holder, "device": was.device_id} if was else None,
    )


def _free(token: str, recipient: Recipient, device_id: str) -> writes.Write:
    return writes.delete(
        *token_key(token),
        condition="#holder = :holder AND #deviceId = :device",
        refusal=lambda _: WriteConflict(),
        values={"holder": recipient.user_id, "device": device_id},
    )
