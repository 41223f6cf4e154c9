"""Tells people of what happens: writes notifications into their inboxes, and hands them over for delivery."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.events.model import Event
from khaya.notices import service
from khaya.platform.base import clock, observability
from khaya.platform.work import batches

processor = batches.of_ordered_queue()


def follow(record: SQSRecord) -> None:
    """Follow one event. A failure sends the messages of its object back to the queue; after ten it is a dead letter."""
    event = Event.told(record.body)
    observability.count("NotificationsWritten", service.handle(event, clock.now()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, follow, processor, context)
