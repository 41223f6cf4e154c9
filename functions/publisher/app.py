"""Publishes events on EventBridge, for whoever subscribes. What the bus does not take stays in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.events import bus
from khaya.events.model import Event
from khaya.platform.base import observability
from khaya.platform.work import batches

processor = batches.of_queue()
"""Not the one for FIFO queues: a bus keeps no order, so nothing has to wait for what failed."""


class NotTaken(Exception):
    """The bus did not take an event; the message names the reason."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish a batch of the queue in one call, then tell the queue which messages failed, each for itself."""
    refused = bus.publish([found for one in event["Records"] if (found := _event_in(one["body"]))])

    def settle(record: SQSRecord) -> None:
        """A failure sends this message alone back to the queue; after ten it is a dead letter."""
        published = Event.told(record.body)
        if published.id in refused:
            raise NotTaken(refused[published.id])
        observability.count("EventPublished")

    _tell(refused)
    return batches.work_through(event, settle, processor, context)


def _event_in(body: str) -> Event | None:
    """The event in a message; None where there is none, which is found out again, and told, for that message alone."""
    try:
        return Event.told(body)
    except (ValueError, KeyError, TypeError):
        return None


def _tell(refused: Mapping[str, str]) -> None:
    for event_id, reason in refused.items():
        observability.logger().warning("event not taken", extra={"event": event_id, "reason": reason})
