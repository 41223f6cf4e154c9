"""Random pauses between attempts, so that competing writers spread out."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import sleep


def pause(attempt: int) -> None:
    """Sleep for a random time. The upper bound doubles with each attempt, from 10 ms to 320 ms."""
    sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 5)))  # noqa: S311 - spreads retries, guards nothing


def retry_seconds(
    attempt: int, *, first: int, longest: int, spread: Callable[[float, float], float] = random.uniform
) -> int:
    """Seconds to wait after the `attempt`-th failure, 1 being the first: doubling up to `longest`, 20 % around it."""
    grown: int = min(longest, first * 2 ** (attempt - 1))
    return round(grown * spread(0.8, 1.2))
