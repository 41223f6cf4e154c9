"""On a real FIFO queue with a worker for each message group, no consumer and no object delays the others."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import boto3
import pytest

from khaya.platform.aws import clients, queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.work import consumers
from local.progress import say
from tests.support.client import Context
from tests.support.template import QUEUE, resources

OBJECTS = 100
OTHERS = ("first", "second")
"""The consumers that neither fail nor take long."""
SLOW_SECONDS = 5.0
MOST_SECONDS = 2.0
"""What the 99th percentile of the others' delay stays under."""
SPREAD_SECONDS = 10.0
"""The time over which the messages are sent: ten objects a second change."""
POLLERS = 3
WORKERS = 300
"""More than there are message groups in flight at a time, as Lambda has a worker for each."""


class Consumers:
    """Four consumers, and when each message was sent, begun and handled."""

    def __init__(self) -> None:
        self.sent: dict[tuple[str, str], float] = {}
        self.handled: dict[tuple[str, str], float] = {}
        self.attempts: dict[str, list[float]] = defaultdict(list)

    def table(self) -> dict[str, Any]:
        return {"failing": self.fail, "slow": self.take_long, **dict.fromkeys(OTHERS, self.handle)}

    def fail(self, message: Any) -> None:
        self.attempts[message.body["object"]].append(time.monotonic())
        raise RuntimeError

    def take_long(self, message: Any) -> None:
        time.sleep(SLOW_SECONDS)
        self.handle(message)

    def handle(self, message: Any) -> None:
        self.handled[message.consumer, message.body["object"]] = time.monotonic()

    def delays(self, *names: str) -> list[float]:
        return sorted(self.handled[key] - sent for key, sent in self.sent.items() if key[0] in names)


@pytest.fixture
def fifo_queue(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue `derived`, with the template's attributes."""
    wanted = ("FifoQueue", "FifoThroughputLimit", "DeduplicationScope", "VisibilityTimeout")
    attributes = {name: str(resources(QUEUE)["DerivedQueue"][name]) for name in wanted}
    made: str = boto3.client("sqs").create_queue(
        QueueName="isolation.fifo", Attributes={**attributes, "FifoQueue": "true"}
    )["QueueUrl"]
    monkeypatch.setenv("DERIVED_QUEUE_URL", made)
    clients.clear()
    return made


@contextmanager
def lambda_reads(queue: str, table: dict[str, Any]) -> Iterator[None]:
    """What Lambda does: poll the queue, and give each group's messages to a worker of its own, one at a time."""
    sqs, ended = boto3.client("sqs"), threading.Event()

    def work(message: dict[str, Any]) -> None:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "eventSource": "aws:sqs",
        }
        answer = consumers.handle_batch("derived", table, {"Records": [record]}, Context())
        if not answer["batchItemFailures"]:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def poll(workers: ThreadPoolExecutor) -> None:
        while not ended.is_set():
            asked: Any = {"QueueUrl": queue, "MaxNumberOfMessages": 10, "AttributeNames": ["All"]}
            messages = sqs.receive_message(**asked, WaitTimeSeconds=1).get("Messages", [])
            groups: dict[str, list[Any]] = defaultdict(list)
            for message in messages:
                groups[message["Attributes"]["MessageGroupId"]].append(message)
            for group in groups.values():
                workers.submit(lambda group=group: [work(message) for message in group])

    with ThreadPoolExecutor(WORKERS) as workers, ThreadPoolExecutor(POLLERS) as pollers:
        for _ in range(POLLERS):
            pollers.submit(poll, workers)
        try:
            yield
        finally:
            ended.set()


def test_given_a_failing_and_a_slow_consumer_then_the_others_messages_of_the_same_objects_are_not_delayed(
    fifo_queue: str,
) -> None:
    # given a hundred objects that change, each of which concerns four consumers
    found = Consumers()
    table = found.table()
    with lambda_reads(fifo_queue, table):
        began = time.monotonic()
        for number in range(OBJECTS):
            name = f"object-{number}"
            messages = [OutgoingMessage(one, {"object": name}, object=name, change=f"change-{number}") for one in table]
            found.sent |= dict.fromkeys(((one, name) for one in table), time.monotonic())
            queues.send("derived", messages)
            time.sleep(max(0.0, began + (number + 1) * SPREAD_SECONDS / OBJECTS - time.monotonic()))
        # when one consumer always fails, and one takes five seconds a message
        deadline = time.monotonic() + 6 * SLOW_SECONDS
        while len(found.handled) < OBJECTS * (len(OTHERS) + 1) and time.monotonic() < deadline:
            time.sleep(0.1)
    # then the others' messages are handled without delay
    delays = found.delays(*OTHERS)
    assert len(delays) == OBJECTS * len(OTHERS)
    percentile = delays[int(len(delays) * 0.99) - 1]
    slow = found.delays("slow")
    say(
        f"delay of {len(delays)} messages: median {delays[len(delays) // 2]:.2f} s, 99th percentile {percentile:.2f} s,"
        f" longest {delays[-1]:.2f} s; of the slow consumer {slow[len(slow) // 2]:.2f} s and {slow[-1]:.2f} s"
    )
    assert percentile < MOST_SECONDS
    # and the slow consumer works on its objects side by side
    assert slow[-1] < SLOW_SECONDS + MOST_SECONDS
    # and the failing one has tried each object, again only after its delay
    assert len(found.attempts) == OBJECTS
    for attempts in found.attempts.values():
        assert all(later - earlier > 3.5 for earlier, later in pairwise(attempts))
    assert any(len(attempts) > 1 for attempts in found.attempts.values())
