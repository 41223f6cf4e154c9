"""The use cases around the inbox, settings and devices."""

from __future__ import annotations

from khaya.notifications import store
from khaya.notifications.model import Device, Notification, Person, PreferencesReplacement, Registration
from khaya.platform.base.errors import NotFound, WriteConflict
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together


def inbox(user_id: str, page_request: PageRequest) -> tuple[PageResult[Notification], Person]:
    """A page of a person's inbox, and the person: their language, and how much they have not read."""
    return store.inbox(user_id, page_request), store.person(user_id)


def read(notification_id: str, user_id: str, *, unit_of_work: UnitOfWork) -> tuple[Notification, Person]:
    """Mark a notification as read, unless it is, and answer both as they then are.

    Raises:
        NotFound: the person has none such.
    """
    item, own = read_together([store.key(notification_id), store.person_key(user_id)])
    notification, person = store.read(item), store.read_person(own, user_id)
    if notification is None or notification.user_id != user_id:
        raise NotFound("There is no such notification.")
    if person.has_read(notification):
        return notification, person
    unit_of_work.add(*store.mark_read(notification, person))
    return (
        notification.model_copy(update={"read": True}),
        person.model_copy(update={"unread": person.unread - 1}),
    )


def read_all(user_id: str, *, unit_of_work: UnitOfWork) -> Person:
    """Mark everything as read, and answer the person as they then are."""
    person = store.person(user_id)
    if person.unread:
        unit_of_work.add(store.mark_all_read(person))
    return person.model_copy(update={"unread": 0})


def prefer(wanted: PreferencesReplacement, user_id: str, *, unit_of_work: UnitOfWork) -> Person:
    """Change how a person is told of things.

    Raises:
        Invalid: a kind is not one that channels are chosen for.
    """
    person = store.person(user_id)
    preferring = person.preferring(wanted)
    unit_of_work.add(store.change_person(person, preferring))
    return preferring


def register(device_id: str, wanted: Registration, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> Device:
    """Register a device for a person, again or for the first time. Whoever had its push token until now loses it.

    Raises:
        Conflict: the person has as many others as there may be.
    """
    own, row = read_together([store.person_key(user_id), store.token_key(wanted.token)])
    person, holder = store.read_person(own, user_id), store.read_holder(row)
    registered = person.with_device(device_id, wanted, now)
    former = store.person(holder.holder) if holder is not None and holder.holder != user_id else None
    if holder is not None and (former or person).device_with(wanted.token) != holder.device_id:
        raise WriteConflict  # it changed hands between the two reads
    unit_of_work.add(*store.register(person, registered, device_id, holder, former))
    return registered.devices[device_id]


def unregister(device_id: str, user_id: str, *, unit_of_work: UnitOfWork) -> None:
    """Push nothing more to a device.

    Raises:
        NotFound: the person has none such.
    """
    person = store.person(user_id)
    person.without_device(device_id)
    unit_of_work.add(*store.remove_device(person, device_id))
