"""Keeps bids in line with their job: a new title; and rejection, with the reason, when the job has left `open`."""

from __future__ import annotations

import json
import time
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.bids import service
from khaya.platform.base import clock, observability
from khaya.platform.work import batches

INDEX_WAITS = 5
"""How often to look again, a moment later, before the message goes back to the queue."""

processor = batches.of_ordered_queue()


def follow(record: SQSRecord) -> None:
    """Follow one job. A failure sends this message back to the queue, and after ten of them to the dead letters."""
    job_id = json.loads(record.body)["jobId"]
    for wait in range(INDEX_WAITS):
        try:
            changed = service.follow_job(job_id, clock.now())
        except service.IndexBehind:
            time.sleep(0.2 * 2**wait)
        else:
            observability.count("BidsFollowed", changed)
            return
    raise service.IndexBehind(job_id)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, follow, processor, context)
