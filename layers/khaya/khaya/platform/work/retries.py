"""Retries operations after write conflicts, and while an index is behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import IndexBehind, WriteConflict

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


def retry_while_index_is_behind(operation: Callable[[], Result], attempts: int) -> Result:
    """Call `operation` until the index contains what it needs, with pauses from 0.2 s that double; its result.

    Raises:
        IndexBehind: the index was behind at the last attempt too.
    """
    for attempt in range(attempts - 1):
        try:
            return operation()
        except IndexBehind:
            time.sleep(0.2 * 2**attempt)
    return operation()
