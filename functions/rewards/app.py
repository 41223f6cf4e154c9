"""What follows for referrals: a released job completes and pays them."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya import clock, observability
from khaya.referrals import service

processor = SqsFifoPartialProcessor(skip_group_on_error=True)


def follow(record: SQSRecord) -> None:
    """Do what one message asks. A failure sends it back to the queue, and after ten of them to the dead letters."""
    message = json.loads(record.body)
    completed = service.follow_release(message["jobId"], clock.now())
    if completed:
        observability.count("ReferralCompleted", completed)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    try:
        return dict(process_partial_response(event, follow, processor, context))
    finally:
        observability.flush()
