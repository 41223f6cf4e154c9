"""Writes the audit trail: one row for each event that belongs in it, however often the event is told."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.audit import store
from khaya.audit.model import entry_of
from khaya.events.model import Event
from khaya.platform.base import observability
from khaya.platform.work import batches

processor = batches.of_queue()
"""Not the one for FIFO queues: rows are sorted by when things happened, so none has to wait for another's."""


def keep(record: SQSRecord) -> None:
    """Write one row. A failure sends this message alone back to the queue; after ten it is a dead letter."""
    event = Event.told(record.body)
    if store.record(entry_of(event)):
        observability.count("ChangeRecorded")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, keep, processor, context)
