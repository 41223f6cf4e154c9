"""Things done several at a time: all of them, no more at once than asked, and outcomes in their order."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from khaya.platform.work.parallel import in_parallel

whose: ContextVar[str] = ContextVar("whose", default="nobody's")


def test_as_many_are_in_hand_at_once_as_asked_and_no_more() -> None:
    # given work that goes on only when four are at it
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


def test_one_that_fails_keeps_none_of_the_others() -> None:
    done: list[int] = []

    def work(thing: int) -> None:
        if thing == 1:
            raise RuntimeError("one")
        done.append(thing)

    with pytest.raises(RuntimeError, match="one"):
        in_parallel(work, range(5), 2)
    assert sorted(done) == [0, 2, 3, 4]


def test_the_work_knows_for_whom_it_is_done() -> None:
    whose.set("Thandi's")
    assert in_parallel(lambda _: whose.get(), range(3), 2) == ["Thandi's"] * 3
