"""How a batch of messages is processed: failed messages are returned alone, and the log holds no content."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch import BatchProcessor, process_partial_response

from khaya.notifications.model import Recipient
from khaya.platform.work import batches
from tests.support.client import Context


def message(number: int, body: Any, group: str = "one") -> dict[str, Any]:
    return {
        "messageId": str(number),
        "receiptHandle": "r",
        "body": json.dumps(body),
        "attributes": {"MessageGroupId": group},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "awsRegion": "af-south-1",
    }


def failed(processor: BatchProcessor, *messages: dict[str, Any]) -> list[str]:
    def read(record: Any) -> None:
        Recipient.model_validate(json.loads(record.body))

    answer = process_partial_response({"Records": list(messages)}, read, processor, Context())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


GOOD, BAD = {"userId": "a"}, {"userId": "a", "language": "+27821234567"}


@pytest.mark.parametrize("make", [batches.of_queue, batches.of_ordered_queue])
def test_given_only_unreadable_messages_then_each_is_returned_to_the_queue(make: Callable[[], BatchProcessor]) -> None:
    assert failed(make(), message(1, BAD, "one"), message(2, BAD, "two")) == ["1", "2"]


def test_after_a_failed_message_only_its_group_is_returned_to_a_fifo_queue() -> None:
    told = [message(1, BAD, "one"), message(2, GOOD, "two"), message(3, GOOD, "one")]
    assert failed(batches.of_ordered_queue(), *told) == ["1", "3"]
    assert failed(batches.of_queue(), *told) == ["1"]


@pytest.mark.parametrize("make", [batches.of_queue, batches.of_ordered_queue])
def test_the_log_has_the_message_id_and_the_error_and_no_content(
    make: Callable[[], BatchProcessor], caplog: pytest.LogCaptureFixture
) -> None:
    failed(make(), message(7, BAD))
    (record,) = [vars(one) for one in caplog.records if one.getMessage() == "a record failed"]
    assert (record["record"], record["error"]) == ("7", "ValidationError")
    assert "+27821234567" not in caplog.text + str(record)
