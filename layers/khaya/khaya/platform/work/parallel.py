"""The same done to several things at a time: what waits for DynamoDB lets others go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


def in_parallel(work: Callable[[Thing], Outcome], things: Iterable[Thing], at_once: int) -> list[Outcome]:
    """Do `work` to all of some things, so many at once, and answer the outcomes in the order of the things.

    Raises:
        Exception: the first thing's that failed; the others are done all the same.
    """
    with ThreadPoolExecutor(at_once) as threads:
        begun = [threads.submit(copy_context().run, work, thing) for thing in things]
    return [one.result() for one in begun]
