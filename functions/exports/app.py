"""Makes the files with all of a person's data."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.exports import making
from khaya.platform.base import clock, observability
from khaya.platform.work import batches

processor = batches.of_ordered_queue()


def make(record: SQSRecord) -> None:
    """Make one file. A failure sends the message back to the queue, and after ten of them to the dead letters."""
    told = json.loads(record.body)
    made = making.make(told["userId"], told["exportId"], clock.now())
    observability.count("ExportMade", int(made))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, make, processor, context)
