"""The nightly judgement: the directory is put right where what follows from a person's facts was lost."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.profiles import store
from khaya.reputation import service
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import complete_job, profile
from tests.support.stand_in import stored


def run(milliseconds: int = 60_000) -> dict[str, int]:
    report: dict[str, int] = app("judgement").handler({}, Context(milliseconds))
    return report


def directory() -> list[tuple[str, int]]:
    return [(one["userId"], one["trustScore"]) for one in VISITOR.get("/profiles").body["items"]]


def review(buyer: Person, worker: Person, rating: int = 5) -> None:
    """A review of which nothing follows: its message to the queue of standings was lost."""
    job = complete_job(buyer, worker)
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": rating}).status == 201


def workers(number: int) -> list[str]:
    """Reviewed workers whose places in the directory did not follow."""
    names = [f"worker-{one}" for one in range(number)]
    for name in names:
        profile(name, roles=["worker"])
        review(Person(f"buyer-of-{name}", ("buyer",)), Person(name, ("worker",)))
    return names


def test_a_place_that_did_not_follow_is_put_right_in_the_night(buyer: Person, worker: Person, clock: Clock) -> None:
    # given a good review that the directory never heard of
    profile("worker-1", roles=["worker"])
    profile("worker-2", roles=["worker"], verified=True)
    review(buyer, worker)
    assert directory() == [("worker-2", 20), ("worker-1", 0)]
    # when the night has come
    clock.tick(days=1)
    assert run()["changed"] == 1
    # then they are first
    assert directory() == [("worker-1", 25), ("worker-2", 20)]


def test_only_days_that_are_over_are_looked_at_and_midnight_is_south_africas(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    profile("worker-1", roles=["worker"])
    review(buyer, worker)
    clock.tick(hours=13, minutes=59)
    assert run()["done"] == 0
    clock.tick(minutes=1)
    assert run()["changed"] == 1


def test_a_day_is_judged_once(clock: Clock) -> None:
    workers(3)
    clock.tick(days=1)
    assert run() == {"done": 3, "changed": 3, "failed": 0, "days": 7}
    before = stand_in.contents()
    assert run() == {"done": 0, "changed": 0, "failed": 0, "days": 0}
    assert stand_in.contents() == before


def test_everything_is_as_it_would_be_had_nothing_been_lost(clock: Clock) -> None:
    # given people whose standing has followed
    names = workers(3)
    for name in names:
        service.follow(name)
    rows = stored("directory")
    # when the night comes, then it has nothing to put right
    clock.tick(days=1)
    assert run()["changed"] == 0
    assert stored("directory") == rows


def test_a_task_that_stood_still_for_days_catches_up(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    review(buyer, worker)
    clock.tick(days=7)
    assert run()["changed"] == 1


def test_a_run_short_of_time_goes_on_where_it_stopped_over_pages(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given more people than fit on a page, and a run that has time for three of them
    monkeypatch.setattr(app("judgement"), "_AT_A_TIME", 2)
    workers(7)
    clock.tick(days=1)
    done: list[str] = []
    real = service._bring_in_line

    def noted(user_id: str, responses: Any) -> bool:
        done.append(user_id)
        return real(user_id, responses)

    monkeypatch.setattr(service, "_bring_in_line", noted)
    context = Context()
    context.get_remaining_time_in_millis = lambda: 60_000 if len(done) < 3 else 0  # type: ignore[method-assign]
    assert app("judgement").handler({}, context)["done"] == 3
    # when the next one runs, then it does the others and none twice
    assert run()["done"] == 4
    assert len(done) == len({*done}) == 7
    assert {rank for _, rank in directory()} == {25}


def test_one_that_fails_keeps_nobody_and_is_tried_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    names = workers(3)
    clock.tick(days=1)
    real = store.find

    def failing(user_id: str) -> Any:
        if user_id == names[1]:
            raise RuntimeError("a secret of somebody's")
        return real(user_id)

    with monkeypatch.context() as broken:
        broken.setattr(store, "find", failing)
        assert run() == {"done": 2, "changed": 2, "failed": 1, "days": 6}
    # when the next run comes, then it does the one that is left, and the day is finished
    assert run() == {"done": 1, "changed": 1, "failed": 0, "days": 1}
    assert {rank for _, rank in directory()} == {25}


def test_a_second_run_while_the_first_is_at_it_does_no_harm(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a run in the middle of which another one does everything
    workers(4)
    clock.tick(days=1)
    monkeypatch.setattr(app("judgement"), "_AT_A_TIME", 2)
    real, reports = service._bring_in_line, []

    def overtaken(user_id: str, responses: Any) -> bool:
        monkeypatch.setattr(service, "_bring_in_line", real)
        reports.append(run())
        return real(user_id, responses)

    monkeypatch.setattr(service, "_bring_in_line", overtaken)
    # when both have ended
    slower = run()
    # then everything is done, the slower one stopped early, and the next finds nothing to do
    assert reports == [{"done": 4, "changed": 4, "failed": 0, "days": 1}]
    assert slower["done"] < 4
    assert slower["changed"] == 0
    assert {rank for _, rank in directory()} == {25}
    assert run()["done"] == 0
