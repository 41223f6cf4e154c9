"""Clients in processes of their own that call the handlers at the same moment, as Lambda's environments do."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing.pool import Pool
from typing import Any, Protocol, TypeVar

from tests.support.client import Context, Person, app, function_of, matched

Result = TypeVar("Result")

PROCESSES = 8
"""A function's module holds one request at a time, so as many calls run at once; the others follow on their heels."""

PATIENCE = 300.0
"""Seconds after which a client that has not answered is taken to hang."""


class Deed(Protocol):
    """Something that a client does in a process of its own."""

    @property
    def function(self) -> str:
        """The function that it takes."""

    def make(self) -> int:
        """Do it, and answer a status."""


@dataclass(frozen=True)
class Call:
    """One request that somebody makes."""

    who: Person
    method: str
    path: str
    body: Any = None

    @property
    def function(self) -> str:
        """The function behind the route."""
        return function_of(self.method, matched(self.method, self.path)[0])

    def make(self) -> int:
        """Send the request and answer its status."""
        return self.who.call(self.method, self.path, self.body).status


@dataclass(frozen=True)
class Delivery:
    """One message that a queue brings to the function behind it."""

    function: str
    message: dict[str, Any]

    def make(self) -> int:
        """Bring it, and answer 200, or 500 where it goes back to the queue."""
        record = {"messageId": "1", "body": json.dumps(self.message), "eventSource": "aws:sqs", "attributes": {}}
        try:
            answer = app(self.function).handler({"Records": [record]}, Context())
        except Exception:  # noqa: BLE001 - Powertools raises where a whole batch has failed
            return 500
        return 500 if answer["batchItemFailures"] else 200


Numbered = tuple[int, Deed]

_together: Any = None


def at_once(calls: Sequence[Deed]) -> list[int]:
    """Make all calls, dealt out to processes that begin together, and answer their statuses in the order of calls."""
    numbered: list[Numbered] = list(enumerate(calls))
    dealt = [numbered[first::PROCESSES] for first in range(PROCESSES)]
    found = _crowd().map_async(_make, dealt, chunksize=1).get(PATIENCE)
    return [status for _, status in sorted(pair for part in found for pair in part)]


def in_threads(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all works at the same moment, each in a thread of its own. For what keeps nothing in its module."""
    together = threading.Barrier(len(works))

    def begin(work: Callable[[], Result]) -> Result:
        together.wait(PATIENCE)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(begin, works))


@cache
def _crowd() -> Pool:
    """The processes, started once: loading the functions takes longer than most tests."""
    context = multiprocessing.get_context("spawn")
    return context.Pool(PROCESSES, _begin, (dict(os.environ), context.Barrier(PROCESSES)))


def _begin(environment: dict[str, str], barrier: Any) -> None:
    global _together  # noqa: PLW0603 - a process of a pool is given what it shares with the others in no other way
    _together = barrier
    os.environ.clear()
    os.environ.update(environment)


def _make(calls: list[Numbered]) -> list[tuple[int, int]]:
    """Make one process's calls, after all processes have loaded what they need and are ready."""
    for _, call in calls:
        app(call.function)
    _together.wait(PATIENCE)
    return [(number, call.make()) for number, call in calls]
