"""How consumers work through a batch: what fails goes back alone, and the log repeats nothing of what was in it."""

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
def test_a_batch_of_nothing_but_poison_goes_back_message_by_message(make: Callable[[], BatchProcessor]) -> None:
    assert failed(make(), message(1, BAD, "one"), message(2, BAD, "two")) == ["1", "2"]


def test_what_follows_a_failed_one_in_its_group_goes_back_with_it_and_other_groups_go_on() -> None:
    told = [message(1, BAD, "one"), message(2, GOOD, "two"), message(3, GOOD, "one")]
    assert failed(batches.of_ordered_queue(), *told) == ["1", "3"]
    assert failed(batches.of_queue(), *told) == ["1"]


@pytest.mark.parametrize("make", [batches.of_queue, batches.of_ordered_queue])
def test_the_log_names_the_message_and_the_kind_of_error_and_nothing_that_was_in_it(
    make: Callable[[], BatchProcessor], caplog: pytest.LogCaptureFixture
) -> None:
    failed(make(), message(7, BAD))
    (record,) = [vars(one) for one in caplog.records if one.getMessage() == "a record failed"]
    assert (record["record"], record["error"]) == ("7", "ValidationError")
    assert "+27821234567" not in caplog.text + str(record)
