"""Processes batches of a table's stream: isolates failures; the stream redelivers failed records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from khaya.platform.base import observability
from khaya.platform.work.powertools_batch import BatchProcessor, EventType, process_partial_response


def handle_batch(event: dict[str, Any], handle: Callable[[DynamoDBRecord], None], context: Any) -> dict[str, Any]:
    """Call `handle` for each record; returns Lambda's partial batch response.

    An event without records does nothing: the local start uses it to load the function.
    """
    if not event["Records"]:
        return {"batchItemFailures": []}
    processor = _LoggingProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    try:
        return dict(process_partial_response(event, handle, processor, context))
    finally:
        observability.flush()


class _LoggingProcessor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Log the kind of error; its own text may repeat what was in the record."""
        fields = {"eventId": record.event_id, "error": exception[0].__name__}
        observability.logger().error("record not dispatched", extra=fields)
        return super().failure_handler(record, exception)
