"""Random pauses between attempts, so that competing writers spread out."""

from __future__ import annotations

import random
from time import sleep


def pause(attempt: int) -> None:
    """Sleep for a random time. The upper bound doubles with each attempt, from 10 ms to 320 ms."""
    sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 5)))  # noqa: S311 - spreads retries, guards nothing
