"""The one reader of the tables' streams: it passes what happened on to the queue of each concern.

A queue keeps order per object; a message that was sent twice is recognised by its change's id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import botocore.session
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from khaya.changes import Change, change_of

processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def left_open(change: Change) -> dict[str, str] | None:
    """A job that left `open`: its pending bids are to be rejected."""
    if change.resource != "jobs" or not change.before or not change.after:
        return None
    if change.before["status"] != "open" or change.after["status"] == "open":
        return None
    return {"group": change.after["id"], "jobId": change.after["id"]}


CONCERNS: dict[str, Callable[[Change], dict[str, str] | None]] = {"REJECTIONS_QUEUE_URL": left_open}
"""The variable that holds a concern's queue, and what of a change the concern is told: None where it is nothing."""


def relay(record: DynamoDBRecord) -> None:
    """Pass one change on. A failure is reported for this record alone, and the stream brings it again."""
    change = change_of(record.raw_event)
    for variable, concern in CONCERNS.items():
        message = concern(change)
        if message is not None:
            _sqs().send_message(
                QueueUrl=os.environ[variable],
                MessageBody=json.dumps(message),
                MessageGroupId=message["group"],
                MessageDeduplicationId=change.id,
            )


@lru_cache(maxsize=1)
def _sqs() -> Any:
    return botocore.session.get_session().create_client("sqs")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Pass on what a stream brings."""
    return dict(process_partial_response(event, relay, processor, context))
