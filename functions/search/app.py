"""Keeps search up to date: the words of the titles of things that came, changed or went."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.platform.base import observability
from khaya.platform.work import batches
from khaya.search import service

processor = batches.of_ordered_queue()


def refresh(record: SQSRecord) -> None:
    """Refresh for one thing. A failure sends the message back to the queue; after ten it is a dead letter."""
    told = json.loads(record.body)
    service.refresh(told["kind"], told["id"], told["words"])
    observability.count("SearchRefreshed")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, refresh, processor, context)
