"""Runs a piece of work again after it lost a race with another writer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import WriteConflict

Result = TypeVar("Result")


def retry_on_conflict(work: Callable[[], Result], attempts: int) -> Result:
    """Run `work` until no other writer interferes, and return its result.

    `work` reads the items and writes them, so that each attempt sees fresh data.

    Raises:
        WriteConflict: every attempt lost its race.
    """
    for attempt in range(attempts - 1):
        try:
            return work()
        except WriteConflict:
            pause(attempt)
    return work()
