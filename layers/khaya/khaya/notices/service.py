"""Events become notifications: written into the inboxes of those they concern, then handed over for delivery."""

from __future__ import annotations

from khaya.deliveries import service as deliveries
from khaya.events.model import Event
from khaya.notices import rules
from khaya.notices.rules import Notice
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import Notification, Person
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.ids import derived_id
from khaya.platform.data.unit_of_work import commit_now, read_together
from khaya.reminders import service as reminders
from khaya.users import store as users

_RERUNS = 20
"""How often a person is read again who reads everything at the same moment, before the message goes back."""


def follow(event: Event, now: str) -> int:
    """Tell everybody whom an event concerns, have the reminders follow it, and answer how many were told.

    May be run any number of times: a notification is named after its cause, so it is there once; and it is handed over
    again, which sends nothing twice. So a run that was interrupted anywhere is made up for by the next one.

    Raises:
        Unavailable: not everything was done; run it again.
    """
    told = 0
    for notice, person in _addressed(event):
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
        told += _tell(notification, person, now)
    reminders.follow(event, now)
    return told


def _addressed(event: Event) -> list[tuple[Notice, Person]]:
    """What is told, and what is known of whom it is told to: nobody who has left. Read in one call, if at all."""
    needed, people = rules.needs(event), rules.people(event)
    if not people:
        return []
    keys = [*needed, *(key(person) for person in people for key in (users.key, store.person_key))]
    items = read_together(keys)
    things, records = items[: len(needed)], items[len(needed) :]
    here = {
        person: store.read_person(known, person)
        for person, record, known in zip(people, records[::2], records[1::2], strict=True)
        if users.read(record, person).status != "erased"
    }
    found = rules.notices(event, things)
    return [(notice, here[notice.user_id]) for notice in found if notice.user_id in here]


def _tell(notification: Notification, person: Person, now: str) -> bool:
    """Write a notification, unless it is there, and hand it over; whether it was new."""
    for attempt in range(_RERUNS):
        if person.erased_at is not None:
            return False
        try:
            commit_now(*store.create(notification, person))
        except WriteConflict:
            written, known = read_together([store.key(notification.id), store.person_key(person.user_id)])
            person = store.read_person(known, person.user_id)
            if written is not None:
                deliveries.hand_over(notification, person, now)
                return False
            pause(attempt)
        else:
            deliveries.hand_over(notification, person, now)
            return True
    raise Unavailable
