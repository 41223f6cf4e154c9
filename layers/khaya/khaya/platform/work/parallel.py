"""Runs calls that wait for the network in parallel threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def in_parallel(call: Callable[[Argument], Result], arguments: Iterable[Argument], max_threads: int) -> list[Result]:
    """Call `call` with each argument in up to `max_threads` threads, and return the results in the same order.

    Raises:
        Exception: the error of the first argument whose call failed; all other calls are still made.
    """
    with ThreadPoolExecutor(max_threads) as threads:
        futures = [threads.submit(copy_context().run, call, argument) for argument in arguments]
    return [future.result() for future in futures]
