"""Batch writes: unprocessed items are sent again."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base import backoff
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.data import dynamo, writes
from khaya.platform.data.writes import Write


class Table:
    """A stand-in for DynamoDB's client that processes a limited number of requests of a batch."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.calls: list[int] = []
        self.made: list[dict[str, Any]] = []

    def batch_write_item(self, RequestItems: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        ((table, requests),) = RequestItems.items()
        self.calls.append(len(requests))
        self.made += requests[: self.takes]
        left = requests[self.takes :]
        return {"UnprocessedItems": {table: left} if left else {}}


def puts(number: int) -> list[Write]:
    return [
        writes.put("table", {"id": str(n)}, condition=None, refusal=lambda _: WriteConflict()) for n in range(number)
    ]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "sleep", lambda _: None)


def test_writes_are_sent_in_batches_of_twenty_five(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(takes=25)
    monkeypatch.setattr(dynamo, "client", lambda: table)
    gone = writes.delete("table", {"id": "gone"}, condition=None, refusal=lambda _: WriteConflict())
    dynamo.write_many([*puts(30), gone])
    assert table.calls == [25, 6]
    assert table.made[0] == {"PutRequest": {"Item": {"id": {"S": "0"}}}}
    assert table.made[-1] == {"DeleteRequest": {"Key": {"id": {"S": "gone"}}}}


def test_given_unprocessed_items_then_they_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(takes=10)
    monkeypatch.setattr(dynamo, "client", lambda: table)
    dynamo.write_many(puts(25))
    assert (table.calls, len(table.made)) == ([25, 15, 5], 25)


def test_given_items_that_stay_unprocessed_then_unavailable_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo, "client", lambda: Table(takes=0))
    with pytest.raises(Unavailable):
        dynamo.write_many(puts(1))
    dynamo.write_many([])
