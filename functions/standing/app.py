"""Keeps what follows from people's facts up to date: median response, rank in the directory, groups in Cognito."""

from __future__ import annotations

import json
import time
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.platform.base import observability
from khaya.platform.work import batches
from khaya.reputation import service

INDEX_WAITS = 4
"""How often to look again, a moment later, before the message goes back to the queue."""

processor = batches.of_ordered_queue()


def follow(record: SQSRecord) -> None:
    """Follow one change. A failure sends the person's messages back to the queue; after ten it is a dead letter."""
    told = json.loads(record.body)
    if told.get("roles"):
        service.sync_groups(told["userId"])
    for wait in range(INDEX_WAITS):
        try:
            changed = service.update_reputation(told["userId"], told.get("bidId"))
        except service.IndexBehind:
            time.sleep(0.2 * 2**wait)
        else:
            observability.count("StandingFollowed", int(changed))
            return
    raise service.IndexBehind(told["bidId"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, follow, processor, context)
