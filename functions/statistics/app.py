"""Counts what happens: a batch of events in one transaction, each once, however often it is told."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.events.model import Event
from khaya.platform.base import clock, observability
from khaya.platform.work import batches
from khaya.statistics import service
from khaya.statistics.model import counts_of

# Not the processor for ordered queues: sums come out the same in any order, so what fails holds nothing else up.
processor = batches.of_queue()


def read(record: SQSRecord) -> Event:
    """The event in a message. One that cannot be read goes back alone, and after ten times to the dead letters."""
    event = Event.told(record.body)
    counts_of(event)
    return event


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Count a batch of the queue; where that fails, all of it comes again, and what was counted counts no more."""
    try:
        with processor(event["Records"], read, context):
            outcomes = processor.process()
        events = [outcome[1] for outcome in outcomes if outcome[0] == "success"]
        new = service.count(events, clock.now())
        observability.count("EventCounted", new)
        observability.count("EventToldAgain", len(events) - new)
        return dict(processor.response())
    finally:
        observability.flush()
