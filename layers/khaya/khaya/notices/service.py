"""Writes notifications of events into inboxes, and queues them for delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

from khaya.bids import store as bids
from khaya.deliveries import service as deliveries
from khaya.events.model import Event
from khaya.jobs import store as jobs
from khaya.notices import rules
from khaya.notices.rules import Notice
from khaya.notifications import store
from khaya.notifications.kinds import KINDS
from khaya.notifications.model import GATHERING_SECONDS, Notification, Recipient
from khaya.notifications.store import CountedEvent
from khaya.platform.base import clock
from khaya.platform.base.errors import RetryLater, WriteConflict
from khaya.platform.base.ids import derived_id
from khaya.platform.data.unit_of_work import Write, commit_now, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.reminders import service as reminders
from khaya.users import store as users

_ATTEMPTS = 20
"""Attempts to write a notification while its recipient marks the inbox as read, or others are counted in it."""
_SECOND = 2
_INDEX_SECONDS = 2
"""Seconds until the index of bids is read again."""
PART = 25
"""People whom one message notifies: as many as the function has time for."""


def handle(event: Event, now: str) -> int:
    """Notify everybody whom an event concerns, update reminders, and return the number of new notifications.

    Safe to repeat: a notification's id is derived from its event, an event that was counted in another notification has
    left a mark under that id, and a delivery that is queued twice is sent once.

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
        if notification.is_gathered:
            until = clock.plus(now, seconds=GATHERING_SECONDS)
            notification = notification.model_copy(update={"gathers_until": until})
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


def bidders(event: Event) -> list[str]:
    """The workers whose bids on the event's job were pending when it happened and still are.

    Raises:
        RetryLater: the index does not show all bids yet.
    """
    job_id = event.detail["jobId"]
    (item,) = read_together([jobs.key(job_id)])
    job = jobs.read(item)
    if job is None or job.status != "open":
        return []
    found = [bid for bid in bids.all_on_job(job_id) if bid.status != "withdrawn"]
    if len(found) < job.bid_count:
        raise RetryLater("the index does not show all bids yet", _INDEX_SECONDS)
    return [bid.worker_id for bid in found if bid.status == "pending" and bid.created_at <= event.at]


def parts(user_ids: Sequence[str]) -> list[Sequence[str]]:
    """People in groups that one message can notify; one empty group if there are none."""
    return [user_ids[first : first + PART] for first in range(0, len(user_ids), PART)] or [[]]


@dataclass(frozen=True)
class _State:
    """What is stored for an event's notification.

    Attributes:
        recipient: the person.
        own: the notification, if it was written.
        counted: where the event was counted, if it was counted in another notification.
        open: the notification in which events about the same thing are counted at present.
    """

    recipient: Recipient
    own: Notification | None = None
    counted: CountedEvent | None = None
    open: Notification | None = None


def _notify(notification: Notification, recipient: Recipient, now: str) -> bool:
    """Write a notification or count its event in an open one, unless that was done, and queue what is to be delivered.

    Returns:
        Whether it was done now.
    """
    state = _read(notification, now) if notification.is_gathered else _State(recipient)

    def write() -> bool:
        nonlocal state
        is_new = not state.own and not state.counted
        if is_new and state.recipient.erased_at is None:
            try:
                commit_now(*_writes(notification, state, now))
            except WriteConflict:
                state = _read(notification, now)
                raise
        _enqueue(notification, state, now)
        return is_new and state.recipient.erased_at is None

    return retry_on_conflict(write, _ATTEMPTS)


def _read(notification: Notification, now: str) -> _State:
    keys = [store.key(notification.id), store.recipient_key(notification.user_id), store.gathering_key(notification)]
    item, recipient_item, gathering_item = read_together(keys)
    gathering = store.read_gathering(gathering_item, now) if notification.is_gathered else None
    return _State(
        recipient=store.read_recipient(recipient_item, notification.user_id),
        own=store.read(item),
        counted=store.read_counted(item),
        open=store.find(gathering.notification_id) if gathering else None,
    )


def _writes(notification: Notification, state: _State, now: str) -> list[Write]:
    if not notification.is_gathered:
        return store.create(notification, state.recipient)
    if state.open is None:
        return store.create_gathering(notification, state.recipient, now)
    return store.gather(state.open, state.open.with_another(notification), state.recipient, notification.id)


def _enqueue(notification: Notification, state: _State, now: str) -> None:
    """Queue a new notification at once, and the count of a gathering when its second event was counted."""
    if state.recipient.erased_at is not None:
        return
    if state.counted is None and (state.open is None or state.own is not None):
        deliveries.enqueue(notification, state.recipient, now)
        return
    number = state.counted.number if state.counted else state.open.count + 1 if state.open else 0
    target = store.find(state.counted.gathered_in) if state.counted else state.open
    if number == _SECOND and target is not None:
        deliveries.enqueue_count(target, state.recipient, now)
