"""Brings the copies of people's names in line: on what they post, bid, list, review and tell."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.name_sync import service
from khaya.platform.base import observability
from khaya.platform.work import batches

processor = batches.of_ordered_queue()


def follow(record: SQSRecord) -> None:
    """Follow one person. A failure sends the message back to the queue, and what was done is not done again."""
    renamed = sum(1 for _ in service.sync_name(json.loads(record.body)["userId"]))
    observability.count("NamesFollowed", renamed)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, follow, processor, context)
