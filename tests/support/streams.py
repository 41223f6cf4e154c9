"""What follows a change, in this process: the tables' streams, the relay, the queues and the functions behind them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from moto.backends import get_backend

from tests.support.house import Context, app
from tests.support.stand_in import ACCOUNT, REGION
from tests.support.template import FUNCTION, resources, table_name


def follow() -> None:
    """Relay every change that was made since the tables were emptied, and let all consumers work off their queues.

    What was followed once is gone from the streams, as after a real reader.
    """
    queues = _queues()
    for source in _sources("RelayFunction", "DynamoDB"):
        table: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables[table_name(source["Stream"]["Fn::GetAtt"][0])]
        records = [_record(table, one.to_json()) for one in table.stream_shard.items]
        table.stream_shard.items.clear()
        wanted = [record for record in records if _passes(record, source)]
        if wanted:
            answer = app("relay").handler({"Records": wanted}, Context())
            assert answer == {"batchItemFailures": []}
    for logical, properties in resources(FUNCTION).items():
        for source in _sources(logical, "SQS"):
            folder = properties["CodeUri"].strip("/").split("/")[-1]
            if queue := queues.get(source["Queue"]["Fn::GetAtt"][0]):
                _work_off(folder, queue)


def _queues() -> dict[str, str]:
    """The template's queues that the relay knows, made, and the relay told where they are."""
    variables = resources(FUNCTION)["RelayFunction"]["Environment"]["Variables"]
    app("relay")._sqs.cache_clear()
    found = {}
    for name, value in variables.items():
        if name.endswith("_QUEUE_URL"):
            queue = boto3.client("sqs").create_queue(
                QueueName=f"{value['Ref']}.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "0"}
            )
            os.environ[name] = found[value["Ref"]] = queue["QueueUrl"]
    return found


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


def _work_off(folder: str, queue_url: str) -> None:
    sqs = boto3.client("sqs")
    while messages := _received(queue_url):
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
