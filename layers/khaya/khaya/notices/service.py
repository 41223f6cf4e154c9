"""Writes notifications of events into inboxes, and queues them for delivery."""

from __future__ import annotations

from khaya.deliveries import service as deliveries
from khaya.events.model import Event
from khaya.notices import rules
from khaya.notices.rules import Notice
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification, Recipient
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.ids import derived_id
from khaya.platform.data.unit_of_work import commit_now, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.reminders import service as reminders
from khaya.users import store as users

_ATTEMPTS = 20
"""Attempts to write a notification while its recipient marks the inbox as read."""


def handle(event: Event, now: str) -> int:
    """Notify everybody whom an event concerns, update reminders, and return the number of new notifications.

    Safe to repeat: a notification's id is derived from its event, and a delivery that is queued twice is sent once.

    Raises:
        Unavailable, WriteConflict: not everything was done; the same call is to be repeated.
    """
    written = 0
    for notice, recipient in _addressed(event):
        notification = Notification(
            id=derived_id(event.at, event.id, notice.kind, notice.user_id),
            user_id=notice.user_id,
            kind=notice.kind,
            params=notice.params,
            data=notice.data,
            event=event.id,
            urgent=KINDS[notice.kind].urgent,
            created_at=event.at,
        )
        written += _notify(notification, recipient, now)
    reminders.handle(event, now)
    return written


def _addressed(event: Event) -> list[tuple[Notice, Recipient]]:
    """The notices of an event with their recipients, except people whose account was erased. One read at most."""
    object_keys, people = rules.object_keys(event), rules.possible_recipients(event)
    if not people:
        return []
    keys = [*object_keys, *(key(person) for person in people for key in (users.key, store.recipient_key))]
    items = read_together(keys)
    objects, records = items[: len(object_keys)], items[len(object_keys) :]
    recipients = {
        person: store.read_recipient(recipient_item, person)
        for person, record, recipient_item in zip(people, records[::2], records[1::2], strict=True)
        if users.read(record, person).status != "erased"
    }
    found = rules.notices(event, objects)
    return [(notice, recipients[notice.user_id]) for notice in found if notice.user_id in recipients]


def _notify(notification: Notification, recipient: Recipient, now: str) -> bool:
    """Write a notification, unless it exists, and queue its delivery; returns whether it was new."""

    def write() -> bool:
        nonlocal recipient
        if recipient.erased_at is not None:
            return False
        try:
            commit_now(*store.create(notification, recipient))
        except WriteConflict:
            written, item = read_together([store.key(notification.id), store.recipient_key(recipient.user_id)])
            recipient = store.read_recipient(item, recipient.user_id)
            if written is None:
                raise
            is_new = False
        else:
            is_new = True
        deliveries.enqueue(notification, recipient, now)
        return is_new

    return retry_on_conflict(write, _ATTEMPTS)
