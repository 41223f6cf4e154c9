"""Send the messages of dead letters to their queue again: receive, send, then delete.

A FIFO message keeps its group. A message is deleted only after it was sent, so an interruption repeats it and loses
none; consumers tolerate repeated messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from operations.refused import Refused
from operations.stack import Stack

HIDDEN_SECONDS = 120
"""How long a received message is hidden: more than sending and deleting it takes."""
WAIT_SECONDS = 5
"""How long SQS looks for messages. Without waiting it asks only some of its servers, and may find none."""
EMPTY_ANSWERS = 3
"""After so many answers without a message in a row no more are asked for, even if SQS counts some."""
NO_QUEUE = "StreamDispatcherDeadLetters"
"""Dead letters that Lambda fills with places in a stream, which is in no queue."""
SHOWN_EVERY = 100
"""Messages between two lines of progress."""


@dataclass(frozen=True)
class Queue:
    """A queue and its dead letters, by their addresses."""

    logical: str
    url: str
    dead_letters: str


class Redrive:
    """The dead letters of one environment.

    Args:
        sqs: a client of SQS.
        stack: the stack.
        say: what shows a line to the operator.
    """

    def __init__(self, sqs: Any, stack: Stack, say: Callable[[str], None] = print) -> None:
        self._sqs = sqs
        self._say = say
        self._urls = {one.logical: one.physical for one in stack.resources() if one.kind == "AWS::SQS::Queue"}

    def queue(self, name: str) -> Queue:
        """A queue by its name in the table of docs/operating.md, as `code-delivery`.

        Raises:
            Refused: there is no such queue, or it has no dead letters that can be sent again.
        """
        logical = "".join(part.capitalize() for part in name.split("-"))
        dead = f"{logical}DeadLetters"
        if dead == NO_QUEUE:
            raise Refused(
                f"{name} has no queue to send to: its dead letters name places in a stream. Fix the cause, then run "
                "`replay` for the records that were parked, and `repair`."
            )
        source = next((url for one, url in self._urls.items() if one in {logical, f"{logical}Queue"}), None)
        if source is None or dead not in self._urls:
            ends = "DeadLetters"
            known = sorted(
                _dashed(one.removesuffix(ends)) for one in self._urls if one.endswith(ends) and one != NO_QUEUE
            )
            raise Refused(f"There is no queue {name} with dead letters. The stack has {', '.join(known)}.")
        return Queue(logical, source, self._urls[dead])

    def waiting(self, url: str) -> int:
        """How many messages wait in a queue, roughly as SQS counts."""
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def planned(self, queue: Queue, *, first: bool, failing: Collection[str] = ()) -> Iterator[str]:
        """What `move` would do now, in words. No message is received for it, since that would hide the message.

        Args:
            queue: the queue.
            first: whether one message is to be sent.
            failing: the consumers, with dashes, whose alarm rings.
        """
        waiting = self.waiting(queue.dead_letters)
        source = queue.url.rsplit("/", 1)[-1]
        if not waiting:
            yield f"No dead letters of {source} wait: nothing would be sent."
            return
        which = f"One of {waiting}" if first and waiting > 1 else f"{waiting}"
        letters = "dead letter" if waiting == 1 else "dead letters"
        yield f"{which} {letters} would be sent to {source} again, and then deleted from the dead letters."
        if failing:
            yield (
                f"The alarm of {', '.join(sorted(failing))} rings. At a message for such a consumer the command would "
                "stop, because the cause repeats."
            )

    def move(self, queue: Queue, limit: int | None = None, failing: Collection[str] = ()) -> int:
        """Send dead letters to their queue again, all or so many; returns how many.

        A group keeps its order: SQS hands out a later message of a group only after those before it.

        Args:
            queue: the queue.
            limit: how many at most.
            failing: the consumers, with dashes, whose alarm rings.

        Raises:
            Refused: a message is for a consumer that still fails; it stays in the dead letters.
        """
        moved = empty = 0
        while limit is None or moved < limit:
            answer = self._sqs.receive_message(
                QueueUrl=queue.dead_letters,
                MaxNumberOfMessages=min(10, limit - moved) if limit else 10,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=WAIT_SECONDS,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            if not messages:
                waiting = self.waiting(queue.dead_letters)
                empty += 1
                if waiting and empty < EMPTY_ANSWERS:
                    continue
                if waiting:
                    self._say(f"{waiting} messages still wait, and SQS hands out none. Run the command again")
                return moved
            empty = 0
            for message in messages:
                consumer = _consumer(message)
                if consumer in failing:
                    self._show_again(queue, messages)
                    raise Refused(
                        f"{moved} sent again. The alarm of the consumer {consumer} rings: the cause repeats. Fix it, "
                        "wait until the alarm is quiet, then try again."
                    )
                self._sqs.send_message(**_again(queue.url, message))
                self._sqs.delete_message(QueueUrl=queue.dead_letters, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
                if moved % SHOWN_EVERY == 0:
                    self._say(f"{moved} sent again")
        return moved

    def _show_again(self, queue: Queue, messages: list[dict[str, Any]]) -> None:
        """End the hiding of received messages; those that were deleted are passed over."""
        entries = [
            {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 0}
            for number, one in enumerate(messages)
        ]
        self._sqs.change_message_visibility_batch(QueueUrl=queue.dead_letters, Entries=entries)


def _dashed(logical: str) -> str:
    """The name of a queue as operators give it, as `code-delivery`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", logical).lower()


def _consumer(message: dict[str, Any]) -> str | None:
    """The consumer that a message is for, with dashes; None if the message names none."""
    try:
        body = json.loads(message["Body"])
    except json.JSONDecodeError:
        return None
    name = body.get("consumer") if isinstance(body, dict) else None
    return str(name).replace("_", "-") if name else None


def _again(url: str, message: dict[str, Any]) -> dict[str, Any]:
    """The request that sends a message as it was."""
    request: dict[str, Any] = {"QueueUrl": url, "MessageBody": message["Body"]}
    if "MessageAttributes" in message:
        request["MessageAttributes"] = message["MessageAttributes"]
    group = message["Attributes"].get("MessageGroupId")
    if group:
        # The id of the dead letter: the queue dropped the message's own as a repetition within five minutes.
        request |= {"MessageGroupId": group, "MessageDeduplicationId": f"redrive-{message['MessageId']}"}
    return request
