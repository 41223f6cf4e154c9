"""Writes notifications about what happened into people's inboxes, and hands them over for delivery."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.events.model import Event
from khaya.notices import rules, service
from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.work.consumers import Message

NAME = "notices"
QUEUE = "notices"


def message_for(event: Event) -> OutgoingMessage | None:
    """The message for an event that somebody is notified of, or that reminders follow."""
    return OutgoingMessage(NAME, event.body, object=event.object, change=event.id) if rules.is_relevant(event) else None


def handle(message: Message) -> None:
    """Notify everybody whom one event concerns. Many bidders are divided among further messages.

    Raises:
        RetryLater: the index does not show all bids yet.
    """
    event, now = Event.parse(message.body), clock.now()
    bidders = message.body.get("bidders")
    if bidders is None and rules.concerns_bidders(event):
        first, *others = service.parts(service.bidders(event))
        queues.send(QUEUE, [_message_for_part(event, number, part) for number, part in enumerate(others)])
        bidders = first
    if bidders is None:
        service.handle(event, now)
    else:
        for one in bidders:
            service.handle(rules.for_bidder(event, one), now)


def _message_for_part(event: Event, number: int, bidders: Sequence[str]) -> OutgoingMessage:
    body = {**event.body, "bidders": list(bidders)}
    return OutgoingMessage(NAME, body, object=event.object, change=f"{event.id}#{number}")
