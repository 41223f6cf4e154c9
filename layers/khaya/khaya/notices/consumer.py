"""Writes notifications about what happened into people's inboxes, and hands them over for delivery."""

from __future__ import annotations

from khaya.events.model import Event
from khaya.notices import rules, service
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.work.consumers import Message

NAME = "notices"


def message_for(event: Event) -> OutgoingMessage | None:
    """The message for an event that somebody is notified of, or that reminders follow."""
    return OutgoingMessage(NAME, event.body, object=event.object, change=event.id) if rules.is_relevant(event) else None


def handle(message: Message) -> None:
    """Notify everybody whom one event concerns."""
    event = Event.parse(message.body)
    observability.count("NotificationsWritten", service.handle(event, clock.now()))
