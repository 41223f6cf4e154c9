"""The lines that tell somebody at a terminal what a run is doing and how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Print one line at once, also when the output is a pipe."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step and, when it ended well, say how long it took (seconds)."""
    began = time.monotonic()
    say(f"· {text} …")
    yield
    say(f"  done in {time.monotonic() - began:.1f} s")
