"""What follows a change, in this process: the tables' streams, the relay, the queues and the functions behind them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse

import boto3
import pytest
from moto.backends import get_backend

from tests.support.client import Context, app
from tests.support.stand_in import ACCOUNT, REGION
from tests.support.template import FUNCTION, QUEUE, resources, table_name

ADDRESS = urlparse(f"https://sqs.{REGION}.amazonaws.com")


def follow(*consumers: str, deliver: bool = False) -> None:
    """Relay every change that was made since the tables were emptied, and let consumers work off their queues.

    All of them, or those that are named, by their folders: the others are then told nothing. What consumers change in
    turn is followed too. What was followed once is gone from the streams, as after a real reader. Messages on their way
    to providers stay in their queues, unless it is to `deliver` them.
    """
    queues = _queues()
    behind = {name: folder for name, folder in _consumers() if not consumers or folder in consumers}
    with _told_to({_variable(name) for name in behind}):
        while _relayed():
            for name, folder in behind.items():
                if deliver or _is_fifo(name):
                    _work_off(folder, name, queues[name])


def waiting(queue: str) -> list[Any]:
    """What is in a queue, by its logical name, for the test to look at; it is gone from there then."""
    messages = _received(os.environ[_variable(queue)])
    for message in messages:
        boto3.client("sqs").delete_message(
            QueueUrl=os.environ[_variable(queue)], ReceiptHandle=message["ReceiptHandle"]
        )
    return [json.loads(message["Body"]) for message in messages]


def _relayed() -> bool:
    """Relay what the streams hold, and answer whether that was anything."""
    found = False
    for source in _sources("RelayFunction", "DynamoDB"):
        table: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables[table_name(source["Stream"]["Fn::GetAtt"][0])]
        records = [_record(table, one.to_json()) for one in table.stream_shard.items]
        table.stream_shard.items.clear()
        wanted = [record for record in records if _passes(record, source)]
        if wanted:
            found = True
            answer = app("relay").handler({"Records": wanted}, Context())
            assert answer == {"batchItemFailures": []}
    return found


def _consumers() -> Iterator[tuple[str, str]]:
    """Each queue that functions write to, but that of codes, and the folder of the function behind it."""
    for logical, properties in resources(FUNCTION).items():
        for source in _sources(logical, "SQS"):
            name = source["Queue"]["Fn::GetAtt"][0]
            if name != "CodesQueue":
                yield name, properties["CodeUri"].strip("/").split("/")[-1]


@contextmanager
def _told_to(variables: set[str]) -> Iterator[None]:
    """Have the relay tell only the concerns whose queues stand in these variables."""
    relay = app("relay")
    with pytest.MonkeyPatch.context() as patch:
        for concerns in ("CONCERNS", "EVENT_CONCERNS"):
            kept = {name: told for name, told in getattr(relay, concerns).items() if name in variables}
            patch.setattr(relay, concerns, kept)
        yield


def _queues() -> dict[str, str]:
    """The template's queues that functions write to, made, and the functions told where they are."""
    from khaya.platform.base import settings  # noqa: PLC0415 - after the environment is set

    app("relay")._sqs.cache_clear()
    settings.settings.cache_clear()
    settings.settings.cache_clear()
    found: dict[str, str] = {}
    for name, _ in _consumers():
        fifo = {"FifoQueue": "true"} if _is_fifo(name) else {}
        there = _sqs().queues.get(_actual(name))
        if there is None:
            asked: Any = {"QueueName": _actual(name), "Attributes": {**fifo, "VisibilityTimeout": "0"}}
            boto3.client("sqs").create_queue(**asked)
            there = _sqs().queues[_actual(name)]
        found[name] = os.environ[_variable(name)] = there.url(ADDRESS)
    return found


def _sqs() -> Any:
    return get_backend("sqs")[ACCOUNT][REGION]


def _actual(queue: str) -> str:
    return queue + (".fifo" if _is_fifo(queue) else "")


def _is_fifo(queue: str) -> bool:
    return bool(resources(QUEUE)[queue].get("FifoQueue"))


def _variable(queue: str) -> str:
    for properties in resources(FUNCTION).values():
        for name, value in properties.get("Environment", {}).get("Variables", {}).items():
            if value == {"Ref": queue}:
                return str(name)
    raise AssertionError(f"no function knows {queue}")


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


def _received(queue_url: str) -> list[dict[str, Any]]:
    sqs: Any = boto3.client("sqs")
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, AttributeNames=["All"])
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def _work_off(folder: str, queue: str, queue_url: str) -> None:
    sqs = boto3.client("sqs")
    while _sqs().queues[_actual(queue)].messages and (messages := _received(queue_url)):
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
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
