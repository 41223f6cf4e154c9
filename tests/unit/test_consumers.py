"""How the messages of a queue are handled: each by its consumer, each alone, and each again later if it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from khaya.platform.aws import queues
from khaya.platform.base.errors import RetryLater, Unavailable
from khaya.platform.work import consumers
from khaya.platform.work.consumers import HandleTogether, Message
from tests.support.client import Context
from tests.support.template import QUEUE, resources

PHONE = "+27821234567"


def record(number: int, consumer: str = "one", *, group: str = "", attempt: int = 1, **body: Any) -> dict[str, Any]:
    return {
        "messageId": str(number),
        "receiptHandle": f"handle-{number}",
        "body": json.dumps({"consumer": consumer, **body}),
        "attributes": {"MessageGroupId": f"{consumer}#{group or number}", "ApproximateReceiveCount": str(attempt)},
        "eventSource": "aws:sqs",
    }


class Table:
    """Two consumers, which note what they handle; a message with `fails` raises that error."""

    def __init__(self) -> None:
        self.handled: list[tuple[str, str]] = []

    def handle(self, message: Message) -> None:
        self.handled.append((message.consumer, message.id))
        match message.body.get("fails"):
            case "later":
                raise RetryLater("the provider is busy", 77)
            case str(text):
                raise ValueError(text)

    def run(self, *records: Any, queue: str = "derived", context: Any = None, **options: Any) -> list[str]:
        table = {"one": self.handle, "two": self.handle}
        answer = consumers.handle_batch(queue, table, {"Records": [*records]}, context or Context(), **options)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture(autouse=True)
def visibility(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The seconds after which each message comes again, by its number."""
    found: dict[str, int] = {}

    def change(queue: str, handles: Sequence[str], seconds: int) -> None:
        found.update({handle.removeprefix("handle-"): seconds for handle in handles})

    monkeypatch.setattr(queues, "change_visibility", change)
    return found


def test_given_messages_of_two_consumers_then_each_is_handled_by_its_own(table: Table) -> None:
    assert table.run(record(1, "one"), record(2, "two")) == []
    assert table.handled == [("one", "1"), ("two", "2")]


@pytest.mark.parametrize("queue", ["derived", "records"])
def test_given_a_batch_of_failing_messages_then_each_is_returned_and_the_function_does_not_fail(
    table: Table, queue: str
) -> None:
    assert table.run(record(1, fails="x"), record(2, fails="x"), queue=queue) == ["1", "2"]


def test_given_a_fifo_queue_when_a_message_fails_then_what_follows_in_its_group_is_returned_with_it(
    table: Table, visibility: dict[str, int]
) -> None:
    records = [record(1, group="a", fails="x"), record(2, group="b"), record(3, group="a"), record(4, "two", group="a")]
    assert table.run(*records) == ["1", "3"]
    assert table.handled == [("one", "1"), ("one", "2"), ("two", "4")]
    assert visibility["1"] == visibility["3"], "a message in flight holds back its whole group"


def test_given_a_standard_queue_when_a_message_fails_then_what_follows_is_handled(table: Table) -> None:
    assert table.run(record(1, group="a", fails="x"), record(2, group="a"), queue="records") == ["1"]


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 4, 6), (2, 8, 12), (5, 64, 96), (9, 720, 1080), (10, 0, 0)])
def test_given_a_failed_attempt_then_the_delay_before_the_next_one_grows_up_to_a_cap(
    table: Table, visibility: dict[str, int], attempt: int, least: int, most: int
) -> None:
    table.run(record(1, attempt=attempt, fails="x"))
    assert least <= visibility["1"] <= most


def test_given_a_consumer_that_names_a_delay_then_that_is_the_delay(table: Table, visibility: dict[str, int]) -> None:
    table.run(record(1, fails="later"))
    assert visibility == {"1": 77}


def test_given_a_visibility_that_cannot_be_set_then_the_message_is_returned_all_the_same(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(queues, "change_visibility", fail)
    assert table.run(record(1, fails="x"), record(2)) == ["1"]


def test_given_no_time_left_then_messages_are_not_begun_and_return_at_once(
    table: Table, visibility: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    class Ending(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 30_000 if not table.handled else 9_000

    assert table.run(record(1), record(2), record(3), context=Ending()) == ["2", "3"]
    assert table.handled == [("one", "1")]
    assert visibility == {"2": 0, "3": 0}
    assert "message retried" not in caplog.text


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"consumer": "three"}', '{"consumer": null}'])
def test_given_a_body_that_names_no_consumer_of_the_function_then_it_fails_alone(table: Table, body: str) -> None:
    assert table.run({**record(1), "body": body}, record(2)) == ["1"]
    assert table.handled == [("one", "2")]


def test_given_an_event_without_records_then_nothing_happens(table: Table) -> None:
    assert table.run() == []


def metrics(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    found = []
    for line in capsys.readouterr().out.splitlines():
        fields = json.loads(line)
        if "_aws" in fields and "consumer" in fields:
            (metric,) = fields["_aws"]["CloudWatchMetrics"]
            assert sorted(metric["Dimensions"][0]) == ["consumer", "service"]
            found.append((metric["Metrics"][0]["Name"], fields["consumer"]))
    return found


def test_given_retried_and_failed_messages_then_a_metric_counts_those_that_failed_for_good_by_consumer(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.run(record(1, "one"), record(2, "two", fails="x"), record(3, "one", fails="x", attempt=10), record(4, "no"))
    assert metrics(capsys) == [("MessageFailed", "one")]


def test_given_another_number_of_attempts_then_the_last_of_them_counts_as_failed(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.run(record(1, attempt=3, fails="x"), max_attempts=3)
    assert metrics(capsys) == [("MessageFailed", "one")]


def test_given_a_failed_message_then_the_log_names_consumer_message_and_error_and_none_of_its_content(
    table: Table, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    table.run(record(7, fails=PHONE, phone=PHONE))
    (line,) = [vars(one) for one in caplog.records if one.getMessage() == "message retried"]
    assert (line["messageId"], line["error"], line["attempt"]) == ("7", "ValueError", 1)
    assert PHONE not in caplog.text + str(line) + str(capsys.readouterr())


def test_given_a_consumer_that_handles_messages_together_then_its_failures_fail_alone(table: Table) -> None:
    calls: list[list[str]] = []

    def together(messages: Sequence[Message]) -> Mapping[str, Exception]:
        calls.append([message.id for message in messages])
        return {"3": ValueError()}

    records = [record(1, "together"), record(2, "one"), record(3, "together")]
    answer = consumers.handle_batch(
        "records", {"one": table.handle, "together": HandleTogether(together)}, {"Records": records}, Context()
    )
    assert answer == {"batchItemFailures": [{"itemIdentifier": "3"}]}
    assert calls == [["1", "3"]]
    assert table.handled == [("one", "2")]


def test_given_a_consumer_that_fails_for_all_its_messages_then_the_others_messages_are_handled(table: Table) -> None:
    def broken(_: Sequence[Message]) -> Mapping[str, Exception]:
        raise Unavailable

    records = [record(1, "together"), record(2, "one"), record(3, "together")]
    answer = consumers.handle_batch(
        "records", {"one": table.handle, "together": HandleTogether(broken)}, {"Records": records}, Context()
    )
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["1", "3"]
    assert table.handled == [("one", "2")]


def test_the_number_of_attempts_is_that_of_the_queues() -> None:
    receives = {
        name: queue["RedrivePolicy"]["maxReceiveCount"]
        for name, queue in resources(QUEUE).items()
        if "RedrivePolicy" in queue
    }
    assert receives.pop("CodeDeliveryQueue") == 3
    assert {*receives.values()} == {consumers.MAX_ATTEMPTS}
