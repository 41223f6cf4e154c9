"""SQS: messages sent to the application's queues, and the visibility of messages that were received."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import queue_url

BATCH_SIZE: Final = 10
"""Messages that one call to SQS may hold."""
LONGEST_VISIBILITY_SECONDS: Final = 12 * 3600


@dataclass(frozen=True)
class OutgoingMessage:
    """A message for a consumer.

    Attributes:
        consumer: who handles it; part of the body.
        body: what the consumer needs, as JSON fields.
        object: what the message is about. A FIFO queue keeps the order of one consumer's messages about one object.
        change: the id of the change or event it follows. A FIFO queue drops a message that was sent twice within five
            minutes by it.
        delay_seconds: how long a standard queue holds the message back.
    """

    consumer: str
    body: Mapping[str, Any]
    object: str = ""
    change: str = ""
    delay_seconds: int = 0


def send(queue: str, messages: Sequence[OutgoingMessage]) -> None:
    """Send messages to a queue, named as in the template, ten in a call.

    Raises:
        Unavailable: not all messages were sent. Sending all of them again is safe: consumers tolerate repeats.
    """
    url = queue_url(queue)
    for first in range(0, len(messages), BATCH_SIZE):
        entries = [_entry(url, number, one) for number, one in enumerate(messages[first : first + BATCH_SIZE])]
        try:
            answer = _client().send_message_batch(QueueUrl=url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        if answer.get("Failed"):
            raise Unavailable


def change_visibility(queue: str, receipt_handles: Iterable[str], seconds: int) -> None:
    """Let received messages come again after `seconds`.

    Raises:
        Unavailable: SQS could not be asked. The messages come again after the queue's visibility timeout.
    """
    timeout = min(seconds, LONGEST_VISIBILITY_SECONDS)
    for handle in receipt_handles:
        try:
            _client().change_message_visibility(
                QueueUrl=queue_url(queue), ReceiptHandle=handle, VisibilityTimeout=timeout
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


def is_fifo(queue: str) -> bool:
    """Whether a queue keeps the order of its message groups."""
    return queue_url(queue).endswith(".fifo")


def _entry(url: str, number: int, message: OutgoingMessage) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Id": str(number),
        "MessageBody": json.dumps({"consumer": message.consumer, **message.body}, separators=(",", ":")),
    }
    if url.endswith(".fifo"):
        entry["MessageGroupId"] = f"{message.consumer}#{message.object}"
        entry["MessageDeduplicationId"] = f"{message.consumer}#{message.change}"
        return entry
    # A group makes a standard queue a fair one: a slow consumer's backlog does not delay the others' messages.
    entry["MessageGroupId"] = message.consumer
    if message.delay_seconds:
        entry["DelaySeconds"] = message.delay_seconds
    return entry


def _client() -> Any:
    return clients.client("sqs", connect_timeout=1, read_timeout=3, attempts=3)
