"""Processes batches of a table's stream: isolates failures; the stream redelivers failed records.

A record that cannot be read is parked at once: a repeat would fail in the same way. A record whose messages cannot be
sent is tried again for `record_retry_seconds` after its change, and then parked. A parked record counts as handled, so
that the stream goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from khaya.platform.base import clock, observability
from khaya.platform.base.errors import NotBegun
from khaya.platform.base.settings import StreamSettings, settings
from khaya.platform.data.stream_records import created_at
from khaya.platform.work import parked_records
from khaya.platform.work.powertools_batch import BatchProcessor, EventType, process_partial_response

Messages = TypeVar("Messages")

SAFETY_MILLISECONDS: Final = 20_000
"""Time left at which no further record is begun. A record takes less, also where a queue does not answer."""

REPLAY: Final = "replay"
"""The field of an event that replays parked records. They are not parked again: the answer names those that failed."""


class EarlierRecordFailed(Exception):
    """An earlier record of the same item failed; the stream redelivers both in order."""


def handle_batch(
    event: dict[str, Any],
    read: Callable[[Mapping[str, Any]], Messages],
    send: Callable[[Messages], None],
    context: Any,
) -> dict[str, Any]:
    """Read each record and send its messages; returns Lambda's partial batch response.

    An event without records does nothing: the local start uses it to load the function.
    """
    if not event["Records"]:
        return {"batchItemFailures": []}
    processor = _LoggingProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    batch = _Batch(read, send, context, parks=not event.get(REPLAY, False))
    try:
        return dict(process_partial_response(event, batch.handle, processor, context))
    finally:
        observability.flush()


class _Batch(Generic[Messages]):
    """The records of one invocation."""

    def __init__(
        self,
        read: Callable[[Mapping[str, Any]], Messages],
        send: Callable[[Messages], None],
        context: Any,
        *,
        parks: bool,
    ) -> None:
        self._read = read
        self._send = send
        self._remaining_milliseconds: Callable[[], int] = context.get_remaining_time_in_millis
        self._parks = parks
        self._failed_items: set[tuple[str, str]] = set()

    def handle(self, record: DynamoDBRecord) -> None:
        """Handle or park one record; a failure is reported for this record."""
        raw = record.raw_event
        item = (raw["eventSourceARN"], json.dumps(raw["dynamodb"]["Keys"], sort_keys=True))
        if item in self._failed_items:
            raise EarlierRecordFailed
        try:
            self._handle_or_park(raw)
        except Exception:
            self._failed_items.add(item)
            raise

    def _handle_or_park(self, raw: Mapping[str, Any]) -> None:
        if self._remaining_milliseconds() < SAFETY_MILLISECONDS:
            raise NotBegun
        try:
            messages = self._read(raw)
        except Exception as error:
            if not self._parks:
                raise
            parked_records.park(raw, error)
            return
        try:
            self._send(messages)
        except Exception as error:
            age = clock.seconds_between(created_at(raw), clock.now())
            if not self._parks or age < settings(StreamSettings).record_retry_seconds:
                raise
            parked_records.park(raw, error)


class _LoggingProcessor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Log the kind of error; its own text may repeat what was in the record."""
        fields = {"eventId": record.event_id, "error": exception[0].__name__}
        observability.logger().error("record not dispatched", extra=fields)
        return super().failure_handler(record, exception)
