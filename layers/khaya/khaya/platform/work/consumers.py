"""Processes SQS batches: calls each message's consumer, isolates failures, and delays retries.

A function behind a queue is a table of consumers, by name, and a call of `handle_batch`. For each message this module

* finds the consumer that the body names, and writes its name on every log line;
* stops before the function's timeout: messages that were not begun go back to the queue at once;
* lets a failed message come again after a delay that grows with its attempts. In a FIFO queue, the messages that follow
  in the same group go back with it.

After the queue's `maxReceiveCount` SQS moves the message to the dead letters. The metric `MessageFailed`, with the
dimension `consumer`, counts it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.platform.aws import queues
from khaya.platform.base import observability
from khaya.platform.base.backoff import retry_seconds
from khaya.platform.base.errors import NotBegun, RetryLater, Unavailable
from khaya.platform.work.powertools_batch import BatchProcessor, EventType, SqsFifoPartialProcessor

FIRST_RETRY_SECONDS: Final = 5
LONGEST_RETRY_SECONDS: Final = 900
"""The delays before the ten attempts of a message add up to some 35 minutes."""

MAX_ATTEMPTS: Final = 10
"""`maxReceiveCount` of the queues in the template, but that of codes."""

SAFETY_MILLISECONDS: Final = 10_000
"""Time left at which no further message is begun."""

UNKNOWN: Final = "unknown"
"""The consumer of a message whose body names none."""


@dataclass(frozen=True)
class Message:
    """One message of a queue.

    Attributes:
        id: SQS's id of the message.
        consumer: who handles it.
        body: the fields that its sender wrote.
        attempt: how often it was received, 1 the first time.
        remaining_milliseconds: the time until the function's timeout.
    """

    id: str
    consumer: str
    body: Mapping[str, Any]
    attempt: int
    remaining_milliseconds: Callable[[], int]

    @property
    def has_time(self) -> bool:
        """Whether a long task may go on. A task without time raises `RetryLater` and goes on at its next attempt."""
        return self.remaining_milliseconds() > SAFETY_MILLISECONDS


Handle: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True)
class HandleTogether:
    """A consumer that handles its messages of a batch in one call; returns the failed ones by message id."""

    handle: Callable[[Sequence[Message]], Mapping[str, Exception]]


Consumers: TypeAlias = Mapping[str, Handle | HandleTogether]


class UnknownConsumer(Exception):
    """The body is unreadable, or names no consumer of this function."""


def handle_batch(
    queue: str, consumers: Consumers, event: Mapping[str, Any], context: Any, *, max_attempts: int = MAX_ATTEMPTS
) -> dict[str, Any]:
    """Handle a batch of `queue`; returns Lambda's partial batch response.

    An event without records does nothing: the local start uses it to load the function.
    """
    if not event["Records"]:
        return {"batchItemFailures": []}
    batch = _Batch(queue, consumers, context, max_attempts)
    processor = (_FifoProcessor if queues.is_fifo(queue) else _StandardProcessor)(batch)
    try:
        batch.handle_together(event["Records"])
        with processor(event["Records"], batch.handle):
            processor.process()
        return dict(processor.response())
    finally:
        observability.flush()


class _Batch:
    """The messages of one invocation."""

    def __init__(self, queue: str, consumers: Consumers, context: Any, max_attempts: int) -> None:
        self._queue = queue
        self._consumers = consumers
        self._remaining_milliseconds: Callable[[], int] = context.get_remaining_time_in_millis
        self._max_attempts = max_attempts
        self._handled_together: dict[str, Exception | None] = {}
        self._group_delays: dict[str, int] = {}

    def handle_together(self, records: Sequence[dict[str, Any]]) -> None:
        """Let the consumers that take several messages at once handle theirs; the outcomes are kept for `handle`."""
        for name, consumer in self._consumers.items():
            if not isinstance(consumer, HandleTogether):
                continue
            messages = [one for one in map(self._read, map(SQSRecord, records)) if one.consumer == name]
            if not messages or self._remaining_milliseconds() < SAFETY_MILLISECONDS:
                continue
            try:
                failed = consumer.handle(messages)
            except Exception as error:  # noqa: BLE001 - one consumer's failure must not fail the others' messages
                failed = {message.id: error for message in messages}
            self._handled_together |= {message.id: failed.get(message.id) for message in messages}

    def handle(self, record: SQSRecord) -> None:
        """Handle one message, or raise why it failed."""
        message = self._read(record)
        with observability.log_fields(consumer=message.consumer):
            if message.id in self._handled_together:
                error = self._handled_together[message.id]
                if error is not None:
                    raise error
            elif not message.has_time:
                raise NotBegun
            else:
                self._consumer(message)(message)

    def return_to_queue(self, record: SQSRecord, error: BaseException | None) -> None:
        """Log a failed message, count it, and set when it comes again."""
        message = self._read(record)
        group = record.raw_event["attributes"].get("MessageGroupId", message.id)
        follows_failed_one = group in self._group_delays and queues.is_fifo(self._queue)
        seconds = self._group_delays[group] if follows_failed_one else self._delay_seconds(message, error)
        self._group_delays[group] = seconds
        with observability.log_fields(consumer=message.consumer):
            if not (follows_failed_one or isinstance(error, NotBegun)):
                self._report(message, error, seconds)
            try:
                queues.change_visibility(self._queue, [record.receipt_handle], seconds)
            except Unavailable:
                observability.logger().warning("visibility not changed", extra={"messageId": message.id})

    def _report(self, message: Message, error: BaseException | None, seconds: int) -> None:
        """An error's own text may repeat what was in the message, so only that of `RetryLater` is logged."""
        ends = message.attempt >= self._max_attempts
        reason = {"reason": str(error)} if isinstance(error, RetryLater) else {}
        fields = {"messageId": message.id, "attempt": message.attempt, "error": type(error).__name__, **reason}
        if ends:
            observability.logger().error("message failed", extra=fields)
            observability.count_for_consumer("MessageFailed", message.consumer)
        else:
            level = "warning" if isinstance(error, RetryLater) else "error"
            getattr(observability.logger(), level)("message retried", extra={**fields, "seconds": seconds})

    def _delay_seconds(self, message: Message, error: BaseException | None) -> int:
        if isinstance(error, NotBegun) or message.attempt >= self._max_attempts:
            return 0  # at its next receipt, SQS moves a message without further attempts to the dead letters
        if isinstance(error, RetryLater):
            return error.seconds
        return retry_seconds(message.attempt, first=FIRST_RETRY_SECONDS, longest=LONGEST_RETRY_SECONDS)

    def _consumer(self, message: Message) -> Handle:
        consumer = self._consumers.get(message.consumer)
        if consumer is None or isinstance(consumer, HandleTogether):
            raise UnknownConsumer
        return consumer

    def _read(self, record: SQSRecord) -> Message:
        try:
            body = json.loads(record.body)
            consumer = body["consumer"] if body["consumer"] in self._consumers else UNKNOWN
        except (ValueError, TypeError, KeyError):
            body, consumer = {}, UNKNOWN
        attempt = int(record.raw_event["attributes"].get("ApproximateReceiveCount", 1))
        return Message(record.message_id, consumer, body, attempt, self._remaining_milliseconds)


class _StandardProcessor(BatchProcessor):
    """Powertools' processor, which also returns failed messages to the queue."""

    def __init__(self, batch: _Batch) -> None:
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)
        self._batch = batch

    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Return a failed message to the queue."""
        self._batch.return_to_queue(record, exception[1])
        return super().failure_handler(record, exception)


class _FifoProcessor(SqsFifoPartialProcessor):
    """The same for a FIFO queue: what follows a failed message in its group is not handled."""

    def __init__(self, batch: _Batch) -> None:
        super().__init__(skip_group_on_error=True)
        self.raise_on_entire_batch_failure = False
        self._batch = batch

    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Return a failed message to the queue."""
        self._batch.return_to_queue(record, exception[1])
        return super().failure_handler(record, exception)
