"""Parallel calls: all are made, in a limited number of threads, with results in order."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from khaya.platform.work.parallel import in_parallel

whose: ContextVar[str] = ContextVar("whose", default="nobody's")


def test_calls_run_in_at_most_the_given_number_of_threads() -> None:
    # given calls that wait until four are running
    together, most, lock, hands = threading.Barrier(4, timeout=10), [0], threading.Lock(), [0]

    def work(thing: int) -> int:
        with lock:
            hands[0] += 1
            most[0] = max(most[0], hands[0])
        together.wait()
        with lock:
            hands[0] -= 1
        return thing * 2

    assert in_parallel(work, range(8), 4) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert most == [4]


def test_given_a_failing_call_then_the_others_are_still_made() -> None:
    done: list[int] = []

    def work(thing: int) -> None:
        if thing == 1:
            raise RuntimeError("one")
        done.append(thing)

    with pytest.raises(RuntimeError, match="one"):
        in_parallel(work, range(5), 2)
    assert sorted(done) == [0, 2, 3, 4]


def test_calls_see_the_callers_context_variables() -> None:
    whose.set("Thandi's")
    assert in_parallel(lambda _: whose.get(), range(3), 2) == ["Thandi's"] * 3
