"""Counts events for the statistics, each once, however often its message comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khaya.events.model import Event
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.work.consumers import Message
from khaya.statistics import model, service

NAME = "statistics"


def message_for(event: Event) -> OutgoingMessage | None:
    """The message for an event that counts."""
    return OutgoingMessage(NAME, event.body, object=event.object, change=event.id) if model.is_counted(event) else None


def handle(messages: Sequence[Message]) -> Mapping[str, Exception]:
    """Count the events of several messages in one transaction; returns the unreadable messages by id.

    Raises:
        WriteConflict, Unavailable: none was counted. What was counted before counts no second time.
    """
    events, failed = [], {}
    for message in messages:
        try:
            event = Event.parse(message.body)
            model.counts_of(event)
        except (ValueError, LookupError) as error:
            failed[message.id] = error
        else:
            events.append(event)
    service.count(events, clock.now())
    return failed
