"""The stream dispatcher: reads the tables' streams and sends a message to each consumer that a change concerns.

The message group is the consumer and the object, so one consumer or object never holds up another. A message that was
sent twice is known by the change's or event's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from khaya.account_changes import consumer as account_changes
from khaya.admin_queues import consumer as admin_queues
from khaya.audit import consumer as audit
from khaya.bids import consumer as bids
from khaya.chargebacks import consumer as chargebacks
from khaya.erasure import consumer as erasure
from khaya.events import consumer as event_bus
from khaya.events.model import Event, events_of
from khaya.exports import consumer as exports
from khaya.name_sync import consumer as name_sync
from khaya.notices import consumer as notices
from khaya.payout_accounts import consumer as payout_accounts
from khaya.pictures import consumer as pictures
from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.base.settings import StreamSettings, require
from khaya.platform.data.stream_records import change_in
from khaya.platform.work import stream_batches
from khaya.platform.work.parallel import in_parallel
from khaya.referrals import consumer as referrals
from khaya.reputation import consumer as reputation
from khaya.search import consumer as search
from khaya.statistics import consumer as statistics
from khaya.stories import consumer as story_rewards

require(StreamSettings, queues=("derived", "person", "money", "provider", "notices", "exports", "pictures", "records"))

CONSUMERS_OF_CHANGES: dict[str, tuple[str, Callable[[Change], OutgoingMessage | None]]] = {
    bids.NAME: ("derived", bids.message_for),
    search.NAME: ("derived", search.message_for),
    reputation.NAME: ("derived", reputation.message_for),
    name_sync.NAME: ("derived", name_sync.message_for),
    account_changes.NAME: ("derived", account_changes.message_for),
    admin_queues.NAME: ("derived", admin_queues.message_for),
    erasure.NAME: ("person", erasure.message_for),
    referrals.NAME: ("money", referrals.message_for),
    story_rewards.NAME: ("money", story_rewards.message_for),
    chargebacks.NAME: ("provider", chargebacks.message_for),
    payout_accounts.NAME: ("provider", payout_accounts.message_for),
    exports.NAME: ("exports", exports.message_for),
    pictures.NAME: ("pictures", pictures.message_for),
}
"""Each consumer's queue, and its message for a change, None where the change does not concern it."""

CONSUMERS_OF_EVENTS: dict[str, tuple[str, Callable[[Event], OutgoingMessage | None]]] = {
    notices.NAME: ("notices", notices.message_for),
    audit.NAME: ("records", audit.message_for),
    statistics.NAME: ("records", statistics.message_for),
    event_bus.NAME: ("records", event_bus.message_for),
}
"""Each consumer's queue, and its message for an event; None if the event does not concern it."""

_PARALLEL_QUEUES = 8


def messages_by_queue(record: Mapping[str, Any]) -> dict[str, list[OutgoingMessage]]:
    """The messages that follow from a stream record, by queue."""
    by_queue: dict[str, list[OutgoingMessage]] = {}
    for queue, message in _messages(change_in(record)):
        by_queue.setdefault(queue, []).append(message)
    return by_queue


def send(by_queue: Mapping[str, Sequence[OutgoingMessage]]) -> None:
    """Send the messages of one record, to all queues at once."""
    in_parallel(lambda one: queues.send(*one), by_queue.items(), _PARALLEL_QUEUES)


def _messages(change: Change) -> Iterator[tuple[str, OutgoingMessage]]:
    for queue, message_for_change in CONSUMERS_OF_CHANGES.values():
        message = message_for_change(change)
        if message is not None:
            yield queue, message
    for event in events_of(change):
        for queue, message_for_event in CONSUMERS_OF_EVENTS.values():
            message = message_for_event(event)
            if message is not None:
                yield queue, message


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Dispatch a batch of a stream, or parked records that are replayed."""
    return stream_batches.handle_batch(event, messages_by_queue, send, context)
