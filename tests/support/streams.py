"""What follows a change, in this process: the tables' streams, the stream dispatcher, queues and consumers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from moto.backends import get_backend

from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from tests.support.client import Context, app
from tests.support.stand_in import ACCOUNT, REGION, client
from tests.support.template import FUNCTION, QUEUE, queue_name, queue_url, resources, table_name

NOT_FOLLOWED = ("CodeDeliveryQueue",)
"""Queues that do not follow a change."""
DELIVERIES = "DeliveriesQueue"


def follow(*consumers: str, deliver: bool = False) -> None:
    """Dispatch every change since the tables were emptied, and let the consumers handle their messages.

    All of them, or those that are named: the others get no messages. What consumers change in turn is followed too.
    What was followed once is gone from the streams, as after a real reader. Messages to providers stay in their queue,
    unless they are to be delivered.
    """
    make_queues()
    with _only(consumers):
        first = True  # a queue may hold messages of what was dispatched before
        while dispatch_all() or first:
            first = False
            for queue, folder in _followed():
                if deliver or queue != DELIVERIES:
                    _work_off(folder, queue)


def dispatch() -> None:
    """Dispatch every change since the tables were emptied; the messages stay in the queues."""
    make_queues()
    while dispatch_all():
        pass


def run_due_payouts() -> None:
    """Run the schedule of payouts, and let the provider's consumers handle what it enqueued."""
    make_queues()
    app("due_payouts").handler({}, Context())
    _work_off("provider", "ProviderQueue")


def hint(consumer: str, body: Mapping[str, Any], cause: str = "hint") -> None:
    """Have the consumers of the queue `provider` handle a message, for example of the provider's webhook."""
    make_queues()
    queues.send("provider", [OutgoingMessage(consumer, body, object=cause, change=cause)])
    _work_off("provider", "ProviderQueue")


def waiting(queue: str) -> list[Any]:
    """What is in a queue, by its logical name, for the test to look at; it is gone from there then."""
    messages = _received(queue)
    for message in messages:
        _sqs().delete_message(QueueUrl=queue_url(queue), ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def make_queues() -> None:
    """Make the template's queues that functions write to, where they are missing."""
    for queue, _ in _followed():
        if queue_name(queue) not in _kept():
            fifo = {"FifoQueue": "true"} if resources(QUEUE)[queue].get("FifoQueue") else {}
            wanted: Any = {"QueueName": queue_name(queue), "Attributes": {**fifo, "VisibilityTimeout": "0"}}
            _sqs().create_queue(**wanted)


def dispatch_all() -> bool:
    """Dispatch what the streams hold, and answer whether that was anything."""
    found = False
    for source in _sources("StreamDispatcherFunction", "DynamoDB"):
        table: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables[table_name(source["Stream"]["Fn::GetAtt"][0])]
        records = [_record(table, one.to_json()) for one in table.stream_shard.items]
        table.stream_shard.items.clear()
        wanted = [record for record in records if _passes(record, source)]
        if wanted:
            found = True
            answer = app("stream_dispatcher").handler({"Records": wanted}, Context())
            assert answer == {"batchItemFailures": []}
    return found


def _followed() -> Iterator[tuple[str, str]]:
    """Each queue that follows a change, and the folder of the function behind it."""
    for logical, properties in resources(FUNCTION).items():
        for source in _sources(logical, "SQS"):
            queue = source["Queue"]["Fn::GetAtt"][0]
            if queue not in NOT_FOLLOWED:
                yield queue, properties["CodeUri"].strip("/").split("/")[-1]


@contextmanager
def _only(consumers: tuple[str, ...]) -> Iterator[None]:
    """Have the stream dispatcher send messages to these consumers only; to all where none is named."""
    dispatcher = app("stream_dispatcher")
    tables = ("CONSUMERS_OF_CHANGES", "CONSUMERS_OF_EVENTS")
    known = {name for table in tables for name in getattr(dispatcher, table)}
    assert known.issuperset(consumers), f"unknown consumers {set(consumers) - known}"
    with pytest.MonkeyPatch.context() as patch:
        for table in tables if consumers else ():
            kept = {name: one for name, one in getattr(dispatcher, table).items() if name in consumers}
            patch.setattr(dispatcher, table, kept)
        yield


def _sqs() -> Any:
    return client("sqs")


def _kept() -> Any:
    return get_backend("sqs")[ACCOUNT][REGION].queues


def _sources(logical: str, kind: str) -> Iterator[dict[str, Any]]:
    for event in resources(FUNCTION)[logical].get("Events", {}).values():
        if event["Type"] == kind:
            yield event["Properties"]


def _record(table: Any, record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table.name}/stream/1"}


def _passes(record: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    filters = source.get("FilterCriteria", {}).get("Filters", [])
    return not filters or any(_matches(record, json.loads(one["Pattern"])) for one in filters)


def _matches(value: Any, pattern: Any) -> bool:
    """Whether an event passes a filter pattern: the few forms of it that the template uses."""
    if isinstance(pattern, dict):
        return isinstance(value, Mapping) and all(_matches(value.get(name), part) for name, part in pattern.items())
    for choice in pattern:
        if not isinstance(choice, dict):
            if value == choice:
                return True
        elif "exists" in choice:
            if (value is not None) == choice["exists"]:
                return True
        elif "anything-but" in choice:
            if value is not None and value not in choice["anything-but"]:
                return True
        else:
            raise AssertionError(f"unknown filter {choice}")
    return False


def _received(queue: str) -> list[dict[str, Any]]:
    answer = _sqs().receive_message(QueueUrl=queue_url(queue), MaxNumberOfMessages=10, AttributeNames=["All"])
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def _work_off(folder: str, queue: str) -> None:
    while _kept()[queue_name(queue)].messages and (messages := _received(queue)):
        event = {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": {},
                    "eventSource": "aws:sqs",
                    "awsRegion": REGION,
                }
                for message in messages
            ]
        }
        answer = app(folder).handler(event, Context())
        assert answer == {"batchItemFailures": []}
        for message in messages:
            _sqs().delete_message(QueueUrl=queue_url(queue), ReceiptHandle=message["ReceiptHandle"])
