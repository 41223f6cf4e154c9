"""Publishes events on the event bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khaya.events import bus
from khaya.events.model import Event
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import observability
from khaya.platform.work.consumers import Message

NAME = "event_bus"


class NotPublished(Exception):
    """The bus did not take an event; the message is the bus's error code."""


def message_for(event: Event) -> OutgoingMessage:
    """The message for any event: all are published."""
    return OutgoingMessage(NAME, event.body, object=event.object, change=event.id)


def handle(messages: Sequence[Message]) -> Mapping[str, Exception]:
    """Publish the events of several messages in one call; returns those that were not published, by message id."""
    events: dict[str, Event] = {}
    failed: dict[str, Exception] = {}
    for message in messages:
        try:
            events[message.id] = Event.parse(message.body)
        except (ValueError, LookupError) as error:
            failed[message.id] = error
    refused = bus.publish([*events.values()])
    for event_id, code in refused.items():
        observability.logger().warning("event not published", extra={"event": event_id, "reason": code})
    failed |= {number: NotPublished(refused[event.id]) for number, event in events.items() if event.id in refused}
    return failed
