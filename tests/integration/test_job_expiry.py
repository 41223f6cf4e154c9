"""The expiry task: open jobs expire after thirty days."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.jobs import service, store
from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import OFFER, accept, place_bid, post_job


def run(milliseconds: int = 60_000) -> dict[str, int]:
    report: dict[str, int] = app("job_expiry").handler({}, Context(milliseconds))
    return report


def states() -> list[str]:
    return sorted(job["status"] for job in stand_in.stored("jobs"))


def test_a_job_expires_after_thirty_days_and_not_before(buyer: Person, clock: Clock) -> None:
    job = post_job(buyer)
    clock.tick(days=30, milliseconds=-1)
    assert run() == {"expired": 0, "completed": 0, "failed": 0}
    clock.tick(milliseconds=1)
    assert run() == {"expired": 1, "completed": 0, "failed": 0}
    expired = buyer.get(f"/jobs/{job}").body
    assert (expired["status"], expired["version"]) == ("expired", 2)
    assert VISITOR.get("/jobs").body["items"] == []
    assert VISITOR.get(f"/jobs/{job}").status == 404


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("act", ["edit", "accept a bid", "bid", "start", "submit"])
def test_a_job_past_its_expiry_can_be_worked_with_no_more_also_before_the_sweep_has_come_by(
    act: str, swept: bool, buyer: Person, worker: Person, clock: Clock
) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    clock.tick(days=30)
    if swept:
        run()
    answer = {
        "edit": lambda: buyer.patch(f"/jobs/{job}", {"description": "Two kitchen taps drip all night long."}),
        "accept a bid": lambda: buyer.post(f"/bids/{bid}/acceptance"),
        "bid": lambda: Person("worker-9", ("worker",)).post(f"/jobs/{job}/bids", OFFER),
        "start": lambda: worker.post(f"/jobs/{job}/start"),
        "submit": lambda: worker.post(f"/jobs/{job}/submission", {"note": "Done."}),
    }[act]()
    if act in ("start", "submit"):
        assert answer.status == 403, "no worker was selected"
    else:
        assert (answer.status, answer.body["code"]) == (409, "job_status")
        assert act == "accept a bid" or answer.body["params"]["status"] == "expired"


def test_only_open_jobs_expire(buyer: Person, worker: Person, clock: Clock) -> None:
    taken, cancelled, _ = post_job(buyer), post_job(buyer), post_job(buyer)
    accept(buyer, place_bid(worker, taken))
    buyer.post(f"/jobs/{cancelled}/cancellation", {"reason": "Not needed."})
    clock.tick(days=31)
    post_job(buyer)
    assert run()["expired"] == 1
    assert states() == ["cancelled", "expired", "in_progress", "open"]


def test_a_second_run_finds_nothing_to_do(buyer: Person, clock: Clock) -> None:
    post_job(buyer)
    clock.tick(days=40)
    assert run()["expired"] == 1
    before = stand_in.contents()
    assert run() == {"expired": 0, "completed": 0, "failed": 0}
    assert stand_in.contents() == before


@pytest.mark.parametrize("days", [30, 31, 45, 60, 89])
def test_given_an_outage_of_weeks_then_the_next_run_expires_all_due_jobs(
    buyer: Person, clock: Clock, days: int
) -> None:
    post_job(buyer)
    clock.tick(days=days)
    assert run()["expired"] == 1


def test_more_jobs_than_a_page_all_expire(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_DUE_PAGE_SIZE", 3)
    for number in range(11):
        post_job(Person(f"buyer-{number}", ("buyer",)))
        clock.tick(hours=1)
    clock.tick(days=30)
    assert run()["expired"] == 11


def test_given_a_run_without_time_left_then_the_next_run_expires_the_rest(buyer: Person, clock: Clock) -> None:
    for _ in range(3):
        post_job(buyer)
    clock.tick(days=30)
    context = Context()
    remaining = iter([60_000, 60_000, 9_999])
    context.get_remaining_time_in_millis = lambda: next(remaining)  # type: ignore[method-assign]
    assert app("job_expiry").handler({}, context) == {"expired": 2, "completed": 0, "failed": 0}
    assert states() == ["expired", "expired", "open"]
    assert run() == {"expired": 1, "completed": 0, "failed": 0}


def test_a_job_that_cannot_be_expired_fails_alone(
    buyer: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [post_job(buyer, title=f"A tap of {name}") for name in ("Thandi", "Sipho", "Zanele")]
    clock.tick(days=30)
    real = service.apply_deadline

    def failing(job_id: str, now: str) -> bool:
        if job_id == jobs[1]:
            raise RuntimeError("A tap of Sipho")
        return real(job_id, now)

    monkeypatch.setattr(service, "apply_deadline", failing)
    assert run() == {"expired": 2, "completed": 0, "failed": 1}
    assert "Sipho" not in caplog.text
    monkeypatch.undo()

    monkeypatch.setattr(khaya_clock, "now", lambda: khaya_clock.iso(clock.moment))
    assert run() == {"expired": 1, "completed": 0, "failed": 0}


def test_given_a_cancellation_during_the_run_then_the_job_does_not_expire(
    buyer: Person, worker: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a cancellation between the task's read and its write
    job = post_job(buyer)
    place_bid(worker, job)
    clock.tick(days=30)

    real = store.change

    def meanwhile(before: Any, after: Any) -> Any:
        monkeypatch.setattr(store, "change", real)
        assert buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."}).status == 200
        return real(before, after)

    monkeypatch.setattr(store, "change", meanwhile)
    # when the task writes, then the cancellation stands
    assert run() == {"expired": 0, "completed": 0, "failed": 0}
    assert buyer.get(f"/jobs/{job}").body["status"] == "cancelled"
