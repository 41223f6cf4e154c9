"""Clients in processes of their own that call the handlers at the same moment, as Lambda's environments do."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.pool import Pool
from typing import Any

from tests.support.house import Person, app, function_of, matched

PROCESSES = 8
"""A function's module holds one request at a time, so as many calls run at once; the others follow on their heels."""

PATIENCE = 300.0
"""Seconds after which a client that has not answered is taken to hang."""


@dataclass(frozen=True)
class Call:
    """One request that somebody makes."""

    who: Person
    method: str
    path: str
    body: Any = None


Numbered = tuple[int, Call]

_together: Any = None


def at_once(calls: Sequence[Call]) -> list[int]:
    """Make all calls, dealt out to processes that begin together, and answer their statuses in the order of calls."""
    numbered: list[Numbered] = list(enumerate(calls))
    dealt = [numbered[first::PROCESSES] for first in range(PROCESSES)]
    found = _crowd().map_async(_make, dealt, chunksize=1).get(PATIENCE)
    return [status for _, status in sorted(pair for part in found for pair in part)]


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
        app(function_of(call.method, matched(call.method, call.path)[0]))
    _together.wait(PATIENCE)
    return [(number, call.who.call(call.method, call.path, call.body).status) for number, call in calls]
