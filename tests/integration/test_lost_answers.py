"""A call whose answer was lost is not repeated if it would count twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from moto.core.botocore_stubber import MockRawResponse

from khaya.platform.base import clock
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.sign_in import store
from khaya.uploads import store as uploads
from tests.support.client import Person
from tests.support.stand_in import stored

pytestmark = pytest.mark.usefixtures("tables")

URL = {"endpoint_url": "dynamodb"}
LOST = [ReadTimeoutError(**URL), ConnectionClosedError(**URL), 500, 503]
NOT_MADE = [ConnectTimeoutError(**URL), EndpointConnectionError(**URL, error="refused")]


def lose_first_answer(monkeypatch: pytest.MonkeyPatch, fault: Exception | int, *, made: bool) -> list[str]:
    """Let the first update fail by `fault`, before or after it was made; returns the updates that were sent."""
    real: Callable[..., Any] = Endpoint._do_get_response
    sent: list[str] = []

    def losing(self: Any, request: Any, operation: Any, context: Any) -> Any:
        first = operation.name == "UpdateItem" and not sent
        if operation.name == "UpdateItem":
            sent.append(operation.name)
        if not first:
            return real(self, request, operation, context)
        if made:
            real(self, request, operation, context)
        if isinstance(fault, Exception):
            return None, fault
        parsed = {
            "Error": {"Code": "InternalServerError", "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": fault, "HTTPHeaders": {}},
        }
        return (AWSResponse(request.url, fault, {}, MockRawResponse(b"")), parsed), None

    monkeypatch.setattr(Endpoint, "_do_get_response", losing)
    return sent


def table() -> str:
    return settings().challenges_table


def count_call() -> int:
    store.count_call("hash", 5, clock.now())
    return 0


def count_attempt() -> None:
    store.count_attempt("one", clock.now())


def begin_decoding() -> None:
    uploads.begin_decoding("one")


def set_value() -> None:
    dynamo.update_now(writes.overwrite(table(), {"id": "plain#one"}, "counted", 1))


def seed() -> None:
    expires = clock.epoch(clock.now()) + 600
    dynamo.write_many(
        [
            writes.put(name, item, condition=None, refusal=lambda _: Unavailable())
            for name, item in (
                (table(), {"id": "plain#one", "counted": 0}),
                (
                    table(),
                    {
                        "id": "challenge#one",
                        "attempts": 0,
                        "expiresAt": expires,
                        "purpose": "signIn",
                        "identity": "+27821110001",
                        "channel": "sms",
                        "requestedAt": clock.now(),
                    },
                ),
                (settings().uploads_table, {"key": "one", "decodings": 0}),
            )
        ]
    )


def counted() -> int:
    """The sum of all counts."""
    rows = [*stored("challenges"), *stored("uploads")]
    return sum(int(row.get(name, 0)) for row in rows for name in ("counted", "attempts", "decodings"))


RELATIVE = [count_call, count_attempt, begin_decoding]


@pytest.mark.parametrize("fault", LOST, ids=repr)
@pytest.mark.parametrize("call", RELATIVE)
def test_a_count_whose_answer_was_lost_is_made_once(
    call: Callable[[], Any], fault: Exception | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed()
    sent = lose_first_answer(monkeypatch, fault, made=True)
    with pytest.raises(Unavailable):
        call()
    assert (len(sent), counted()) == (1, 1)


@pytest.mark.parametrize("fault", NOT_MADE, ids=repr)
@pytest.mark.parametrize("call", RELATIVE)
def test_a_count_that_was_not_sent_is_sent_again(
    call: Callable[[], Any], fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed()
    sent = lose_first_answer(monkeypatch, fault, made=False)
    call()
    assert (len(sent), counted()) == (2, 1)


@pytest.mark.parametrize("fault", [*LOST, *NOT_MADE], ids=repr)
def test_a_write_that_may_be_made_twice_is_repeated(fault: Exception | int, monkeypatch: pytest.MonkeyPatch) -> None:
    seed()
    sent = lose_first_answer(monkeypatch, fault, made=True)
    set_value()
    assert (len(sent), counted()) == (2, 1)


@pytest.mark.parametrize("fault", LOST, ids=repr)
def test_a_write_of_a_person_counts_once_in_the_account_guard(
    fault: Exception | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITES_PER_MINUTE", "20")
    settings.cache_clear()
    person = Person("person-1", ("buyer",))
    sent = lose_first_answer(monkeypatch, fault, made=True)
    assert person.post("/reminders", {"text": "Call", "dueAt": "2030-01-01T00:00:00Z"}).status == 503
    assert len(sent) == 1
    record = next(row for row in stored("users") if row["userId"] == "person-1")
    assert sum(len(value) for name, value in record.items() if name.startswith("writes")) == 1
