"""The nightly repair of the directory and of median response times, after lost messages."""

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

COUNTS = ("done", "changed", "failed", "days")


def run(milliseconds: int = 60_000) -> dict[str, int]:
    report = app("repair").handler({}, Context(milliseconds))
    return {name: report[name] for name in COUNTS}


def directory() -> list[tuple[str, int]]:
    return [(one["userId"], one["trustScore"]) for one in VISITOR.get("/profiles").body["items"]]


def review(buyer: Person, worker: Person, rating: int = 5) -> None:
    """A review whose message was lost."""
    job = complete_job(buyer, worker)
    assert buyer.post(f"/jobs/{job}/reviews", {"rating": rating}).status == 201


def workers(number: int) -> list[str]:
    """Reviewed workers whose directory rows are outdated."""
    names = [f"worker-{one}" for one in range(number)]
    for name in names:
        profile(name, roles=["worker"])
        review(Person(f"buyer-of-{name}", ("buyer",)), Person(name, ("worker",)))
    return names


def test_given_a_lost_message_when_the_nightly_repair_runs_then_the_directory_is_corrected(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    # given a review that is not in the directory
    profile("worker-1", roles=["worker"])
    profile("worker-2", roles=["worker"], verified=True)
    review(buyer, worker)
    assert directory() == [("worker-2", 20), ("worker-1", 0)]
    # when the repair runs on the next day
    clock.tick(days=1)
    assert run()["changed"] == 1
    # then the directory has the new order
    assert directory() == [("worker-1", 25), ("worker-2", 20)]


def test_the_repair_processes_only_past_days_in_south_african_time(buyer: Person, worker: Person, clock: Clock) -> None:
    profile("worker-1", roles=["worker"])
    review(buyer, worker)
    clock.tick(hours=13, minutes=59)
    assert run()["done"] == 0
    clock.tick(minutes=1)
    assert run()["changed"] == 1


def test_given_a_finished_day_when_the_repair_runs_again_then_nothing_is_done(clock: Clock) -> None:
    workers(3)
    clock.tick(days=1)
    assert run() == {"done": 6, "changed": 3, "failed": 0, "days": 35}, "three people and their jobs"
    before = stand_in.contents()
    assert run() == {"done": 0, "changed": 0, "failed": 0, "days": 0}
    assert stand_in.contents() == before


def test_given_no_lost_message_when_the_repair_runs_then_nothing_changes(clock: Clock) -> None:
    # given up-to-date people
    names = workers(3)
    for name in names:
        service.update_reputation(name)
    rows = stored("directory")
    # when the repair runs, then nothing changes
    clock.tick(days=1)
    assert run()["changed"] == 0
    assert stored("directory") == rows


def test_given_no_run_for_seven_days_when_the_repair_runs_then_all_days_are_processed(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    profile("worker-1", roles=["worker"])
    review(buyer, worker)
    clock.tick(days=7)
    assert run()["changed"] == 1


def test_given_a_run_without_time_left_when_the_next_runs_then_it_continues_on_the_same_page(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given more people than fit on a page, and a run with time for three of them
    monkeypatch.setattr(app("repair"), "_AT_A_TIME", 2)
    workers(7)
    clock.tick(days=1)
    done: list[str] = []
    real = service._update

    def noted(user_id: str, responses: Any) -> bool:
        done.append(user_id)
        return real(user_id, responses)

    monkeypatch.setattr(service, "_update", noted)
    context = Context()
    context.get_remaining_time_in_millis = lambda: 60_000 if len(done) < 3 else 0  # type: ignore[method-assign]
    assert app("repair").handler({}, context)["done"] == 3
    # when the next run starts, then it processes the others and the jobs, and nobody twice
    assert run()["done"] == 4 + 7
    assert len(done) == len({*done}) == 7
    assert {rank for _, rank in directory()} == {25}


def test_given_a_failing_person_when_the_repair_runs_then_the_others_are_processed_and_it_is_tried_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = workers(3)
    clock.tick(days=1)
    real = store.find

    def failing(user_id: str) -> Any:
        if user_id == names[1]:
            raise RuntimeError("a secret of somebody's")
        return real(user_id)

    with monkeypatch.context() as broken:
        broken.setattr(store, "find", failing)
        assert run() == {"done": 5, "changed": 2, "failed": 1, "days": 34}
    # when the next run starts, then it processes the failed person, and the day is finished
    assert run() == {"done": 1, "changed": 1, "failed": 0, "days": 1}
    assert {rank for _, rank in directory()} == {25}


def test_given_two_concurrent_runs_then_everybody_is_processed_and_the_slower_run_stops(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a run during which another run processes everybody
    workers(4)
    clock.tick(days=1)
    monkeypatch.setattr(app("repair"), "_AT_A_TIME", 2)
    real, reports = service._update, []

    def overtaken(user_id: str, responses: Any) -> bool:
        monkeypatch.setattr(service, "_update", real)
        reports.append(run())
        return real(user_id, responses)

    monkeypatch.setattr(service, "_update", overtaken)
    # when both have ended
    slower = run()
    # then everybody is processed, the slower run stopped early, and the next has nothing to do
    assert reports == [{"done": 8, "changed": 4, "failed": 0, "days": 29}]
    assert slower["done"] < 4
    assert slower["changed"] == 0
    assert {rank for _, rank in directory()} == {25}
    assert run()["done"] == 0
