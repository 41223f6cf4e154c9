"""Injects a fault into one DynamoDB call of a request: before or after its effect, or between two attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from khaya.platform.base import backoff
from khaya.platform.data import dynamo
from tests.support.permissions import running

Fault = Literal[
    "throttled", "no connection", "answer lost", "tried twice", "in progress", "overtaken", "lost to a rival"
]

FAULTS: tuple[Fault, ...] = (
    "throttled",
    "no connection",
    "answer lost",
    "tried twice",
    "in progress",
    "overtaken",
    "lost to a rival",
)
"""The faults of a call.

throttled, no connection: the call has no effect, and all attempts of the SDK fail.
answer lost: the call takes effect, and its response is lost.
tried twice: the call takes effect, its response is lost, and the SDK repeats the call.
in progress: the call takes effect, and DynamoDB answers that a transaction with its token is still running.
overtaken: the call takes effect, its response is lost, somebody else writes the same items, and the SDK repeats the call.
lost to a rival: the call takes effect, somebody else writes the same items, and all responses are lost.
"""

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


def refusal(code: str, operation: str, status: int = 400) -> ClientError:
    """The client error of DynamoDB with an error code."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


class Faulty:
    """Replaces the calls of a DynamoDB client and makes one of them fail.

    A repeated transaction token gets the first response, as from DynamoDB within ten minutes. moto lacks this.
    """

    def __init__(self, real: Callable[[str, Any], Any]) -> None:
        self.real = real
        self.calls: list[str] = []
        self.fails_at: int | None = None
        self.fault: Fault = "throttled"
        self.done: dict[str, Any] = {}

    def fail(self, position: int, fault: Fault) -> None:
        """Make the call at `position`, counted from 0 and from now, fail with `fault`."""
        self.calls, self.fails_at, self.fault = [], position, fault

    def heal(self) -> None:
        """Make no further call fail."""
        self.calls, self.fails_at = [], None

    @property
    def struck(self) -> bool:
        """Whether a call failed."""
        return self.fails_at is not None and len(self.calls) > self.fails_at

    @property
    def struck_call(self) -> str:
        """The operation that failed; empty if none did."""
        return self.calls[self.fails_at] if self.fails_at is not None and self.struck else ""

    def __call__(self, operation: str, request: Any) -> Any:
        self.calls.append(operation)
        if self.fails_at != len(self.calls) - 1:
            return self._do(operation, request)
        match self.fault:
            case "throttled":
                raise refusal("ThrottlingException", operation)
            case "no connection":
                raise ConnectTimeoutError(endpoint_url="dynamodb")
            case "answer lost":
                self._do(operation, request)
                raise ReadTimeoutError(endpoint_url="dynamodb")
            case "tried twice":
                self._do(operation, request)
                return self._repeat(operation, request)
            case "overtaken":
                self._do(operation, request)
                self._rival_write(operation, request)
                return self._repeat(operation, request)
            case "lost to a rival":
                self._do(operation, request)
                self._rival_write(operation, request)
                raise ReadTimeoutError(endpoint_url="dynamodb")
        if operation != "TransactWriteItems":
            return self._do(operation, request)
        self._do(operation, request)
        raise refusal("TransactionInProgressException", operation)

    def _repeat(self, operation: str, request: Any) -> Any:
        """The second attempt of the SDK, which says in its error that it is not the first."""
        try:
            return self._do(operation, request)
        except ClientError as error:
            error.response["ResponseMetadata"]["RetryAttempts"] = 1
            raise

    def _rival_write(self, operation: str, request: Any) -> None:
        """Write each item that the call wrote, as somebody else would: with another write token and the next version."""
        if operation not in WRITES:
            return
        calls = [request]
        if operation == "TransactWriteItems":
            calls = [one for item in request["TransactItems"] for kind, one in item.items() if kind != "ConditionCheck"]
        function = running.set(None)  # the rival is not the function whose permissions are recorded
        try:
            for call in calls:
                self._rival_put(call["TableName"], call.get("Key") or _key_of(call["Item"]))
        finally:
            running.reset(function)

    def _rival_put(self, table: str, key: Any) -> None:
        item = self.real("GetItem", {"TableName": table, "Key": key}).get("Item")
        if item is None:
            return
        item["lastWrite"] = {"S": "rival 2026-11-21T08:00:00.000Z rival"}
        if "version" in item:
            item["version"] = {"N": str(int(item["version"]["N"]) + 1)}
        self.real("PutItem", {"TableName": table, "Item": item})

    def _do(self, operation: str, request: Any) -> Any:
        token = request.get("ClientRequestToken") if operation == "TransactWriteItems" else None
        if token in self.done:
            return self.done[token]
        answer = self.real(operation, request)
        if token is not None:
            self.done[token] = answer
        return answer


def _key_of(item: Any) -> Any:
    name = next(name for name in ("rowId", "id", "userId") if name in item)
    return {name: item[name]}


@contextmanager
def faulty(monkeypatch: Any) -> Iterator[Faulty]:
    """The DynamoDB client of the functions with injectable faults, and without pauses between attempts."""
    faults = Faulty(dynamo.client()._make_api_call)
    with monkeypatch.context() as patch:
        patch.setattr(dynamo.client(), "_make_api_call", faults)
        patch.setattr(backoff, "sleep", lambda _: None)
        yield faults
