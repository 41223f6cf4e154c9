"""Clients in separate processes that call the handlers concurrently, like Lambda's execution environments."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.pool import Pool
from typing import Any, Protocol, TypeVar

from tests.support.client import Context, Person, app, function_of, matched

Result = TypeVar("Result")

PROCESSES = 8
"""The number of concurrent calls. A function's module handles one request at a time, so each process makes its calls in turn."""

TIMEOUT_SECONDS = 300.0
"""The time after which a client without a response counts as hanging."""


class Action(Protocol):
    """An action of a client in its own process."""

    @property
    def function(self) -> str:
        """The function that the action calls."""

    def make(self) -> int:
        """Perform the action, and return a status."""


@dataclass(frozen=True)
class Call:
    """One request of a person."""

    who: Person
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """The function of the route."""
        return function_of(self.method, matched(self.method, self.path)[0])

    def make(self) -> int:
        """Send the request and return its status."""
        return self.who.call(self.method, self.path, self.body, headers=self.headers).status


@dataclass(frozen=True)
class Delivery:
    """The delivery of one queue message to its function."""

    function: str
    message: dict[str, Any]

    def make(self) -> int:
        """Deliver the message, and return 200, or 500 if it returns to the queue."""
        record = {
            "messageId": "1",
            "receiptHandle": "handle",
            "body": json.dumps(self.message),
            "eventSource": "aws:sqs",
            "attributes": {},
        }
        try:
            answer = app(self.function).handler({"Records": [record]}, Context())
        except Exception:  # noqa: BLE001 - Powertools raises if the whole batch failed
            return 500
        return 500 if answer["batchItemFailures"] else 200


Numbered = tuple[int, Action]

_barrier: Any = None


def at_once(calls: Sequence[Action]) -> list[int]:
    """Perform all actions in processes that start together, and return their statuses in the order of `calls`."""
    numbered: list[Numbered] = list(enumerate(calls))
    shares = [numbered[first::PROCESSES] for first in range(PROCESSES)]
    found = _pool().map_async(_make, shares, chunksize=1).get(TIMEOUT_SECONDS)
    return [status for _, status in sorted(pair for part in found for pair in part)]


def deliver(messages: Sequence[Delivery]) -> None:
    """Deliver all messages concurrently, and repeat the failed ones, as the queue does."""
    for _ in range(10):
        answers = at_once(messages)
        messages = [message for message, answer in zip(messages, answers, strict=True) if answer != 200]
        if not messages:
            return
    raise AssertionError(f"{len(messages)} messages would be dead letters")


def in_threads(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run all works concurrently, each in its own thread. They must not share module state."""
    barrier = threading.Barrier(len(works))

    def begin(work: Callable[[], Result]) -> Result:
        barrier.wait(TIMEOUT_SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(begin, works))


@cache
def _pool() -> Pool:
    """The processes, started once, because loading the functions is slow."""
    context = multiprocessing.get_context("spawn")
    return context.Pool(PROCESSES, _begin, (dict(os.environ), context.Barrier(PROCESSES)))


def _begin(environment: dict[str, str], barrier: Any) -> None:
    global _barrier  # noqa: PLW0603 - the only way to pass a barrier to the processes of a pool
    _barrier = barrier
    os.environ.clear()
    os.environ.update(environment)


def _make(calls: list[Numbered]) -> list[tuple[int, int]]:
    """Perform the actions of one process, after all processes have loaded their functions."""
    for _, call in calls:
        app(call.function)
    _barrier.wait(TIMEOUT_SECONDS)
    return [(number, call.make()) for number, call in calls]
