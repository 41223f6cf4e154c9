"""What follows for referrals: a released job completes and pays them."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.platform.base import clock, observability
from khaya.platform.work import batches
from khaya.referrals import service

processor = batches.of_ordered_queue()


def follow(record: SQSRecord) -> None:
    """Do what one message asks. A failure sends it back to the queue, and after ten of them to the dead letters."""
    message = json.loads(record.body)
    completed = service.complete_referrals(message["jobId"], clock.now())
    if completed:
        observability.count("ReferralCompleted", completed)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, follow, processor, context)
