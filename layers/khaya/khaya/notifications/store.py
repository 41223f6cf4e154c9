"""The Notifications table, keyed by `id`: notifications, and beside them what is known of each person.

`person#<userId>` holds settings, devices and the count of what is unread; one item, so that all of it is exact by a
condition on it. `token#<hash>` says whose device has a push token: it belongs to one person at a time, the one who
registered it last. Only notifications carry `userId` and so stand in the index of a person's inbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from khaya.notifications.model import Notification, Person
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, Model, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_APART: Final = {"userId", "unread", "generation"}
"""What is not a matter of settings: whose they are stands in the key, and the counts move by themselves."""
_HERE: Final = "attribute_not_exists(#erasedAt)"


class Holder(Model):
    """Whose device has a push token."""

    holder: str
    device_id: str


def person_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where it stands what is known of a person, for a read together with others."""
    return settings().notifications_table, {"id": f"person#{user_id}"}


def read_person(item: Item | None, user_id: str) -> Person:
    """The person in `item`; with everything as at first where nothing is known yet."""
    return Person.model_validate({**(item or {}), "userId": user_id})


def person(user_id: str) -> Person:
    """What is known of a person."""
    return read_person(dynamo.get(*person_key(user_id)), user_id)


def key(notification_id: str) -> tuple[str, dict[str, str]]:
    """Where the notification stands, for a read together with others."""
    return settings().notifications_table, {"id": notification_id}


def read(item: Item | None) -> Notification | None:
    """The notification in `item`; what stands beside them is none."""
    return Notification.model_validate(item) if item and "kind" in item else None


def find(notification_id: str) -> Notification | None:
    """The notification, if there is one."""
    return read(dynamo.get(*key(notification_id)))


def token_key(token: str) -> tuple[str, dict[str, str]]:
    """Where it stands whose a push token is."""
    return settings().notifications_table, {"id": f"token#{hashlib.sha256(token.encode()).hexdigest()}"}


def read_holder(item: Item | None) -> Holder | None:
    """Whose the token is, if anybody's."""
    return Holder.model_validate(item) if item else None


def create(notification: Notification, person: Person) -> list[writes.Write]:
    """Put a notification into the inbox of `person`, as read just before, and count it.

    Refused as `Raced` where it exists, or where the person has read everything or left since.
    """
    return [
        writes.put(
            settings().notifications_table,
            {**item_of(notification), "generation": person.generation},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: WriteConflict(),
        ),
        _count(person, +1),
    ]


def mark_read(notification: Notification, person: Person) -> list[writes.Write]:
    """One is read, if it is still unread: neither by itself nor with everything."""
    return [
        writes.update(
            *key(notification.id),
            "SET #read = :yes",
            condition="#read = :no",
            refusal=lambda _: WriteConflict(),
            values={"yes": True, "no": False},
        ),
        _count(person, -1),
    ]


def mark_all_read(person: Person) -> writes.Write:
    """Everything is read that is there by now, however much: a new generation begins, if none began meanwhile."""
    return writes.update(
        *person_key(person.user_id),
        "SET #unread = :none, #generation = :next",
        condition=_same_generation(person),
        refusal=lambda _: WriteConflict(),
        values={"none": 0, "next": person.generation + 1, "generation": person.generation},
    )


def change_person(before: Person, after: Person) -> writes.Write:
    """Write other settings or devices, if they are still as they were read."""
    return writes.replace(
        *person_key(before.user_id),
        _item(before) if before.version else {},
        _item(after),
        condition=f"{_unchanged(before)} AND {_HERE}",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version} if before.version else None,
    )


def register(
    before: Person, after: Person, device_id: str, holder: Holder | None, former: Person | None
) -> list[writes.Write]:
    """Write a person with a device that is registered, and whose its push token is from now on.

    `holder` is who had the token before, and `former` that person, where it was somebody else: the token is taken from
    them in the same transaction, if everything is still as it was read.
    """
    token = after.devices[device_id].token
    was = before.devices.get(device_id)
    changes = [change_person(before, after)]
    if was is not None and was.token != token:
        changes.append(_free(was.token, before, device_id))
    if former is not None and holder is not None:
        changes.append(change_person(former, former.without_device(holder.device_id)))
    if holder != (new := Holder(holder=after.user_id, device_id=device_id)):
        changes.append(_take(token, new, holder))
    return changes


def remove_device(person: Person, device: str) -> list[writes.Write]:
    """Forget a device, named by its id or its push token, if `person` is as it was read; nothing where it is gone."""
    device_id = device if device in person.devices else person.device_with(device)
    if device_id is None:
        return []
    token = person.devices[device_id].token
    return [change_person(person, person.without_device(device_id)), _free(token, person, device_id)]


def inbox(user_id: str, page_request: PageRequest) -> PageResult[Notification]:
    """A person's notifications, newest first."""
    found = lists.list_page(settings().notifications_table, "byPerson", "userId", user_id, page_request)
    return PageResult([Notification.model_validate(row) for row in found.items], found.after)


def leave(person: Person, now: str) -> list[writes.Write]:
    """Leave of a person no more than that they are gone, so that nothing new comes, if they are as they were read."""
    table, row = person_key(person.user_id)
    gone = {**row, "erasedAt": now, "version": person.version + 1}
    return [
        writes.put(
            table,
            gone,
            condition=_unchanged(person),
            refusal=lambda _: WriteConflict(),
            values={"version": person.version} if person.version else None,
        ),
        *(_free(device.token, person, device_id) for device_id, device in person.devices.items()),
    ]


def remove(notifications: Sequence[Notification]) -> None:
    """Remove notifications for good, whether or not they are still there."""
    dynamo.write_many(
        [writes.delete(*key(one.id), condition=None, refusal=lambda _: WriteConflict()) for one in notifications]
    )


def _count(person: Person, step: int) -> writes.Write:
    return writes.update(
        *person_key(person.user_id),
        "ADD #unread :step",
        condition=_same_generation(person),
        refusal=lambda _: WriteConflict(),
        values={"step": step, "generation": person.generation},
    )


def _same_generation(person: Person) -> str:
    known = "#generation = :generation"
    return f"{known if person.generation else f'(attribute_not_exists(#generation) OR {known})'} AND {_HERE}"


def _unchanged(person: Person) -> str:
    return "#version = :version" if person.version else "attribute_not_exists(#version)"


def _item(person: Person) -> Item:
    return {name: value for name, value in item_of(person).items() if name not in _APART}


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


def _free(token: str, person: Person, device_id: str) -> writes.Write:
    return writes.delete(
        *token_key(token),
        condition="#holder = :holder AND #deviceId = :device",
        refusal=lambda _: WriteConflict(),
        values={"holder": person.user_id, "device": device_id},
    )
