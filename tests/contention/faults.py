"""Injects faults of AWS that no stand-in shows: contention, throttling and lost responses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from khaya.platform.data import dynamo
from tests.contention.clients import Call

WRITES = {"TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem"}
CONTENTION, THROTTLING, LOST_RESPONSE = 0.12, 0.08, 0.08
"""The probability of each fault. About one call in four fails."""


@dataclass(frozen=True)
class ShakyCall(Call):
    """A request with random faults of DynamoDB."""

    seed: int = 0

    def make(self) -> int:
        """Send the request and return its status."""
        with faults(random.Random(self.seed)):  # noqa: S311 - the same faults every time
            return super().make()


@contextmanager
def faults(chance: random.Random) -> Iterator[None]:
    """Make random calls of this process's DynamoDB client fail."""

    client = dynamo.client()
    session = client._endpoint.http_session
    really_send = session.send

    def refuse(request: Any, **_: Any) -> AWSResponse | None:
        operation = request.headers["X-Amz-Target"].decode().split(".")[1]
        drawn = chance.random()
        if drawn < CONTENTION and operation in WRITES:
            return _contended(operation, json.loads(request.body))
        if CONTENTION <= drawn < CONTENTION + THROTTLING:
            return _answer("ThrottlingException", "Rate of requests exceeds the allowed throughput.")
        return None

    def send(request: Any) -> Any:
        answer = really_send(request)
        if chance.random() < LOST_RESPONSE:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    client.meta.events.register("before-send.dynamodb", refuse)
    session.send = send
    try:
        yield
    finally:
        session.send = really_send
        client.meta.events.unregister("before-send.dynamodb", refuse)


def _contended(operation: str, body: dict[str, Any]) -> AWSResponse:
    if operation != "TransactWriteItems":
        return _answer("TransactionConflictException", "Transaction is ongoing for the item")
    reasons = [{"Code": "None"} for _ in body["TransactItems"]]
    reasons[0] = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    return _answer("TransactionCanceledException", "Transaction cancelled", CancellationReasons=reasons)


def _answer(kind: str, message: str, **more: Any) -> AWSResponse:
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": message, **more}
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse("http://faults", 400, headers, _Raw(json.dumps(error).encode()))


class _Raw:
    """A response body, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.content
