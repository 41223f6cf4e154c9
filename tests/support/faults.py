"""Injects a fault into one DynamoDB call of a request: before or after its effect, or between two attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from khaya.platform.base import backoff
from khaya.platform.data import dynamo

Fault = Literal["throttled", "no connection", "answer lost", "tried twice", "in progress"]

FAULTS: tuple[Fault, ...] = ("throttled", "no connection", "answer lost", "tried twice", "in progress")
"""The faults of a call.

throttled, no connection: the call has no effect, and all attempts of the SDK fail.
answer lost: the call takes effect, and its response is lost.
tried twice: the call takes effect, its response is lost, and the SDK repeats the call.
in progress: the call takes effect, and DynamoDB answers that a transaction with its token is still running.
"""


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
                return self._do(operation, request)
        if operation != "TransactWriteItems":
            return self._do(operation, request)
        self._do(operation, request)
        raise refusal("TransactionInProgressException", operation)

    def _do(self, operation: str, request: Any) -> Any:
        token = request.get("ClientRequestToken") if operation == "TransactWriteItems" else None
        if token in self.done:
            return self.done[token]
        answer = self.real(operation, request)
        if token is not None:
            self.done[token] = answer
        return answer


@contextmanager
def faulty(monkeypatch: Any) -> Iterator[Faulty]:
    """The DynamoDB client of the functions with injectable faults, and without pauses between attempts."""
    faults = Faulty(dynamo.client()._make_api_call)
    with monkeypatch.context() as patch:
        patch.setattr(dynamo.client(), "_make_api_call", faults)
        patch.setattr(backoff, "sleep", lambda _: None)
        yield faults
