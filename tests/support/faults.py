"""DynamoDB failing at one call of a request: before it does what was asked, after it did, or between two tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

Fault = Literal["throttled", "no connection", "answer lost", "tried twice", "in progress"]

FAULTS: tuple[Fault, ...] = ("throttled", "no connection", "answer lost", "tried twice", "in progress")
"""What can happen to a call.

throttled, no connection: it is refused or never arrives, however often the SDK tries.
answer lost: what was asked is done, and the answer does not come back.
tried twice: the answer is lost once, and the SDK's next try gets the answer to a repetition.
in progress: the same, and DynamoDB says first that a transaction with this token is still running.
"""


def refusal(code: str, operation: str, status: int = 400) -> ClientError:
    """DynamoDB's refusal with an error code."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


class Faulty:
    """A DynamoDB client's calls, of which one fails.

    moto forgets the tokens of transactions; here a repetition under the same token gets the first answer, as DynamoDB
    gives it for ten minutes.
    """

    def __init__(self, real: Callable[[str, Any], Any]) -> None:
        self.real = real
        self.calls: list[str] = []
        self.fails_at: int | None = None
        self.fault: Fault = "throttled"
        self.done: dict[str, Any] = {}

    def fail(self, position: int, fault: Fault) -> None:
        """Let the call at this position, counted from 0 and from now, fail in this way."""
        self.calls, self.fails_at, self.fault = [], position, fault

    def heal(self) -> None:
        """Let no further call fail."""
        self.calls, self.fails_at = [], None

    @property
    def struck(self) -> bool:
        """Whether there were enough calls for one to fail."""
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
    """The functions' DynamoDB client, with calls that can be made to fail."""
    from khaya.platform.base import backoff
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set

    faults = Faulty(dynamo.client()._make_api_call)
    with monkeypatch.context() as patch:
        patch.setattr(dynamo.client(), "_make_api_call", faults)
        patch.setattr(backoff, "sleep", lambda _: None)
        yield faults
