"""How consumers work through a batch: each record for itself, and what fails goes back to where it came from, alone.

The log tells which record failed and by what kind of error. It never repeats the error's own words, which may hold what
was in the record. A batch that failed as a whole is reported record by record too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)

from khaya.platform.base import observability


class _Noted(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Note a failed record."""
        name = record.get("messageId") or record.get("eventID")
        observability.logger().error("a record failed", extra={"record": name, "error": exception[0].__name__})
        return super().failure_handler(record, exception)


class _NotedInOrder(_Noted, SqsFifoPartialProcessor):
    """The same for a queue that keeps the order of its groups."""


def of_stream() -> BatchProcessor:
    """For records of a table's stream."""
    return _Noted(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def of_queue() -> BatchProcessor:
    """For messages whose order does not matter."""
    return _Noted(EventType.SQS, raise_on_entire_batch_failure=False)


def of_ordered_queue() -> SqsFifoPartialProcessor:
    """For messages in groups: what follows a failed one in its group goes back with it."""
    processor = _NotedInOrder(skip_group_on_error=True)
    processor.raise_on_entire_batch_failure = False
    return processor


def work_through(
    event: dict[str, Any], work: Callable[..., None], processor: BatchProcessor, context: Any
) -> dict[str, Any]:
    """Do `work` for each record, and answer those that failed. What holds no records only wakes the function."""
    if not event["Records"]:
        return {"batchItemFailures": []}
    try:
        return dict(process_partial_response(event, work, processor, context))
    finally:
        observability.flush()
