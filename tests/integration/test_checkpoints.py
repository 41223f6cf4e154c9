"""Checkpoints: whatever order runs of a daily task come and stop in, each thing is done, and a finished day stays so."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from khaya.platform.work.daily_tasks import MOST_FAILED, Task, work_through
from tests.support.stand_in import stored

THINGS = [f"{number:03}" for number in range(25)]


def page(day: str, after: str | None) -> list[str]:
    del day
    return [thing for thing in THINGS if after is None or thing > after][:4]


@pytest.mark.parametrize("seed", range(5))
def test_runs_that_stop_anywhere_do_everything_once(seed: int) -> None:
    chance, done = random.Random(seed), Counter[str]()  # noqa: S311 - the same stops every time
    task = Task("any", page, lambda thing: bool(done.update([thing])) or True)
    runs = 0
    while not work_through(task, ["2026-11-20"], lambda: chance.random() > 0.2).days:
        runs += 1
        assert runs < 100
    assert done == Counter(THINGS)


def test_a_run_that_dies_between_two_notes_does_a_page_again_and_no_more() -> None:
    # given a run that ends with the machine in the middle of the third page
    done = Counter[str]()

    class Gone(BaseException):
        pass

    def dying(thing: str) -> bool:
        if thing == "010" and done["010"] == 0:
            done["010"] += 1
            raise Gone
        done[thing] += 1
        return True

    task = Task("any", page, dying)
    with pytest.raises(Gone):
        work_through(task, ["2026-11-20"], lambda: True)
    # when the next one goes on
    work_through(task, ["2026-11-20"], lambda: True)
    # then only what was in hand was done twice
    assert {thing for thing, times in done.items() if times > 1} == {"008", "009", "010"}
    assert done.keys() == {*THINGS}


def test_each_day_and_each_task_has_its_own_place() -> None:
    done = Counter[str]()
    first, second = (Task(name, page, lambda thing: bool(done.update([thing]))) for name in ("first", "second"))
    assert work_through(first, ["2026-11-19", "2026-11-20"], lambda: True).days == 2
    assert work_through(first, ["2026-11-20", "2026-11-21"], lambda: True).days == 1
    assert work_through(second, ["2026-11-20"], lambda: True).days == 1
    assert {*done.values()} == {4}


def test_without_time_nothing_is_begun() -> None:
    report = work_through(Task("any", page, lambda _: True), ["2026-11-20"], lambda: False)
    assert report.as_counts() == {"done": 0, "changed": 0, "failed": 0, "days": 0}
    assert stored("tasks") == []


def test_failures_are_remembered_up_to_a_number_and_hold_nothing_up() -> None:
    many = [f"{number:04}" for number in range(3 * MOST_FAILED)]

    def failing(thing: str) -> bool:
        raise RuntimeError(thing)

    task = Task("any", lambda _, after: [one for one in many if after is None or one > after][:50], failing)
    assert work_through(task, ["2026-11-20"], lambda: True).failed == len(many)
    (place,) = stored("tasks")
    assert (place["through"], len(place["failed"])) == (True, MOST_FAILED)
    # and when they can be done, they are
    mended = Task("any", task.page, lambda _: True)
    assert work_through(mended, ["2026-11-20"], lambda: True).as_counts() == {
        "done": MOST_FAILED,
        "changed": MOST_FAILED,
        "failed": 0,
        "days": 1,
    }
