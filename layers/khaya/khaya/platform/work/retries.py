"""Retries operations after write conflicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import WriteConflict

Result = TypeVar("Result")


def retry_on_conflict(
    operation: Callable[[], Result], attempts: int, *, conflicts: tuple[type[Exception], ...] = (WriteConflict,)
) -> Result:
    """Call `operation` until it meets no write conflict, with random pauses, and return its result.

    `operation` reads the items that it writes, so that each attempt works on fresh data.

    Args:
        operation: the call.
        attempts: the largest number of calls.
        conflicts: the exceptions that are retried.

    Raises:
        Exception: the conflict of the last attempt.
    """
    for attempt in range(attempts - 1):
        try:
            return operation()
        except conflicts:
            pause(attempt)
    return operation()
