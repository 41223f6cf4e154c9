"""Checkpoints of daily tasks: each item is processed, however runs stop, and finished days stay finished."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from khaya.platform.work.daily_tasks import MAX_FAILED, Task, run_task
from tests.support.stand_in import stored

ITEMS = [f"{number:03}" for number in range(25)]


def page(day: str, after: str | None) -> list[str]:
    del day
    return [thing for thing in ITEMS if after is None or thing > after][:4]


@pytest.mark.parametrize("seed", range(5))
def test_given_runs_that_stop_at_random_times_then_each_item_is_processed_once(seed: int) -> None:
    chance, done = random.Random(seed), Counter[str]()  # noqa: S311 - the same stops every time
    task = Task("any", page, lambda thing: bool(done.update([thing])) or True)
    runs = 0
    while not run_task(task, ["2026-11-20"], lambda: chance.random() > 0.2).days:
        runs += 1
        assert runs < 100
    assert done == Counter(ITEMS)


def test_given_a_crash_between_checkpoints_then_only_the_current_page_is_processed_again() -> None:
    # given a run that crashes in the middle of the third page
    done = Counter[str]()

    class Crash(BaseException):
        pass

    def dying(thing: str) -> bool:
        if thing == "010" and done["010"] == 0:
            done["010"] += 1
            raise Crash
        done[thing] += 1
        return True

    task = Task("any", page, dying)
    with pytest.raises(Crash):
        run_task(task, ["2026-11-20"], lambda: True)
    # when the next run continues
    run_task(task, ["2026-11-20"], lambda: True)
    # then only items of that page are processed twice
    assert {thing for thing, times in done.items() if times > 1} == {"008", "009", "010"}
    assert done.keys() == {*ITEMS}


def test_each_day_and_task_has_its_own_checkpoint() -> None:
    done = Counter[str]()
    first, second = (Task(name, page, lambda thing: bool(done.update([thing]))) for name in ("first", "second"))
    assert run_task(first, ["2026-11-19", "2026-11-20"], lambda: True).days == 2
    assert run_task(first, ["2026-11-20", "2026-11-21"], lambda: True).days == 1
    assert run_task(second, ["2026-11-20"], lambda: True).days == 1
    assert {*done.values()} == {4}


def test_given_no_time_then_no_item_is_processed() -> None:
    report = run_task(Task("any", page, lambda _: True), ["2026-11-20"], lambda: False)
    assert report.as_counts() == {"done": 0, "changed": 0, "failed": 0, "unfinished": 0, "days": 0}
    assert stored("tasks") == []


def test_given_failing_items_then_a_limited_number_is_tried_again() -> None:
    many = [f"{number:04}" for number in range(3 * MAX_FAILED)]

    def failing(thing: str) -> bool:
        raise RuntimeError(thing)

    task = Task("any", lambda _, after: [one for one in many if after is None or one > after][:50], failing)
    assert run_task(task, ["2026-11-20"], lambda: True).failed == len(many)
    (checkpoint,) = stored("tasks")
    assert (checkpoint["listEnded"], len(checkpoint["failed"])) == (True, MAX_FAILED)
    # when they no longer fail, then the next run processes them
    mended = Task("any", task.page, lambda _: True)
    assert run_task(mended, ["2026-11-20"], lambda: True).as_counts() == {
        "done": MAX_FAILED,
        "changed": MAX_FAILED,
        "failed": 0,
        "unfinished": 0,
        "days": 1,
    }
