"""Writes the audit trail: one row for each event that belongs in it, however often its message comes."""

from __future__ import annotations

from khaya.audit import model, store
from khaya.events.model import Event
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.work.consumers import Message

NAME = "audit"


def message_for(event: Event) -> OutgoingMessage | None:
    """The message for an event that belongs in the audit trail."""
    return OutgoingMessage(NAME, event.body, object=event.object, change=event.id) if model.is_audited(event) else None


def handle(message: Message) -> None:
    """Write the row of one event, unless it is there."""
    store.record(model.entry_of(Event.parse(message.body)))
