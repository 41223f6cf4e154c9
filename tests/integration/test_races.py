"""Concurrent changes of the same items: one is committed between the read and the commit of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khaya.bids import service as bids
from khaya.bids.model import BidOffer
from khaya.jobs import service as jobs
from khaya.jobs import store
from khaya.jobs.model import JobChanges
from khaya.platform.base import clock
from khaya.platform.data import dynamo
from khaya.platform.data.unit_of_work import UnitOfWork
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.permissions import running
from tests.support.records import OFFER, accept, place_bid, post_job
from tests.support.streams import follow

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
Meanwhile = Callable[[Callable[[UnitOfWork], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Make a change just before the next commit."""

    def arrange(change: Callable[[UnitOfWork], Any]) -> None:
        real = dynamo.commit

        def commit(*arguments: Any) -> None:
            monkeypatch.setattr(dynamo, "commit", real)
            function = running.set(None)  # another function makes this change
            unit_of_work = UnitOfWork()
            change(unit_of_work)
            unit_of_work.commit()
            running.reset(function)
            real(*arguments)

        monkeypatch.setattr(dynamo, "commit", commit)

    return arrange


def job_in(job_id: str) -> Any:
    job = store.find(job_id)
    assert job is not None
    return job


def edit(job_id: str, **fields: Any) -> Callable[[UnitOfWork], Any]:
    changes = JobChanges.model_validate(fields)
    return lambda unit_of_work: jobs.edit(
        job_in(job_id), changes, [], owner_id="owner", now=clock.now(), unit_of_work=unit_of_work
    )


def cancel(job_id: str) -> Callable[[UnitOfWork], Any]:
    return lambda unit_of_work: unit_of_work.add(
        store.change(job_in(job_id), job_in(job_id).cancelled("owner", "Not needed.", clock.now()))
    )


def test_given_two_concurrent_edits_of_different_fields_then_both_are_kept(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    meanwhile(edit(job, title="Fix two leaking taps"))
    answer = OWNER.patch(f"/jobs/{job}", {"budgetCents": 70_000})
    assert (answer.status, answer.body["title"], answer.body["budgetCents"], answer.body["version"]) == (
        200,
        "Fix two leaking taps",
        70_000,
        3,
    )
    assert OWNER.get(f"/jobs/{job}").body == answer.body


def test_given_a_concurrent_edit_when_an_edit_has_if_match_then_412(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    meanwhile(edit(job, title="Fix two leaking taps"))
    stale = OWNER.patch(f"/jobs/{job}", {"title": "My title"}, headers={"If-Match": '"1"'})
    assert stale.status == 412
    assert OWNER.get(f"/jobs/{job}").body["title"] == "Fix two leaking taps"


def test_given_a_concurrent_cancellation_when_a_job_is_edited_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    meanwhile(cancel(job))
    answer = OWNER.patch(f"/jobs/{job}", {"title": "Fix two leaking taps"})
    assert (answer.status, "cancelled" in answer.body["detail"]) == (409, True)
    assert OWNER.get(f"/jobs/{job}").body["title"] == "Fix a leaking tap"


def test_given_a_concurrent_edit_when_a_bid_is_accepted_then_200(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    meanwhile(edit(job, budgetCents=70_000))
    accepted = OWNER.post(f"/bids/{bid}/acceptance")
    assert (accepted.status, accepted.body["job"]["budgetCents"], accepted.body["job"]["status"]) == (
        200,
        70_000,
        "in_progress",
    )


def test_given_a_concurrent_cancellation_when_a_bid_is_accepted_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    meanwhile(cancel(job))
    assert OWNER.post(f"/bids/{bid}/acceptance").status == 409
    assert WORKER.get(f"/bids/{bid}").body["status"] == "pending"
    follow("bids")
    assert WORKER.get(f"/bids/{bid}").body["rejectionReason"] == "job_cancelled"
    assert OWNER.get(f"/jobs/{job}").body["workerId"] is None


def test_given_a_concurrent_withdrawal_when_a_bid_is_accepted_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    meanwhile(lambda unit_of_work: bids.withdraw(bid, worker_id="worker", now=clock.now(), unit_of_work=unit_of_work))
    refused = OWNER.post(f"/bids/{bid}/acceptance")
    assert (refused.status, "withdrawn" in refused.body["detail"]) == (409, True)
    assert (OWNER.get(f"/jobs/{job}").body["status"], VISITOR.get(f"/jobs/{job}").body["bidCount"]) == ("open", 0)


def test_given_a_concurrent_acceptance_when_another_bid_is_accepted_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    first, second = place_bid(WORKER, job), place_bid(Person("rival", ("worker",)), job)
    meanwhile(lambda unit_of_work: bids.accept(second, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work))
    assert OWNER.post(f"/bids/{first}/acceptance").status == 409
    assert OWNER.get(f"/jobs/{job}").body["acceptedBidId"] == second
    assert WORKER.get(f"/bids/{first}").body["status"] == "pending"


def test_given_a_concurrent_acceptance_when_the_bid_is_withdrawn_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    meanwhile(lambda unit_of_work: bids.accept(bid, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work))
    assert WORKER.post(f"/bids/{bid}/withdrawal").status == 409
    assert OWNER.get(f"/jobs/{job}").body["bidCount"] == 1
    assert WORKER.get(f"/bids/{bid}").body["status"] == "accepted"


def test_given_a_concurrent_acceptance_when_a_bid_is_placed_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    before = len(stand_in.stored("bids"))
    meanwhile(lambda unit_of_work: bids.accept(bid, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work))
    refused = Person("rival", ("worker",)).post(f"/jobs/{job}/bids", OFFER)
    assert (refused.status, "in_progress" in refused.body["detail"]) == (409, True)
    assert len(stand_in.stored("bids")) == before


def test_given_a_concurrent_bid_when_another_bid_is_accepted_then_200(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    rival = Person("rival", ("worker",))
    offer = BidOffer.model_validate(OFFER)
    meanwhile(
        lambda unit_of_work: bids.place(
            job, offer, worker_id=rival.user_id or "", now=clock.now(), unit_of_work=unit_of_work
        )
    )
    assert OWNER.post(f"/bids/{bid}/acceptance").status == 200
    assert OWNER.get(f"/jobs/{job}").body["bidCount"] == 2
    follow("bids")
    assert [one["status"] for one in rival.get("/bids/mine").body["items"]] == ["rejected"]


def test_given_two_concurrent_bids_of_one_worker_then_one_is_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    offer = BidOffer.model_validate(OFFER)
    meanwhile(
        lambda unit_of_work: bids.place(job, offer, worker_id="worker", now=clock.now(), unit_of_work=unit_of_work)
    )
    assert WORKER.post(f"/jobs/{job}/bids", OFFER).status == 409
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1


def test_given_a_concurrent_cancellation_when_a_job_is_completed_then_409_and_nothing_is_counted(
    meanwhile: Meanwhile,
) -> None:
    job = post_job(OWNER)
    accept(OWNER, place_bid(WORKER, job))
    meanwhile(cancel(job))
    assert OWNER.post(f"/jobs/{job}/completion").status == 409
    assert sum(one.get("completedJobs", 0) for one in stand_in.stored("profiles")) == 0


def test_given_a_concurrent_withdrawal_when_a_bid_is_rejected_then_409(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    meanwhile(lambda unit_of_work: bids.withdraw(bid, worker_id="worker", now=clock.now(), unit_of_work=unit_of_work))
    assert OWNER.post(f"/bids/{bid}/rejection").status == 409
    assert WORKER.post(f"/jobs/{job}/bids", OFFER).status == 201


def test_given_a_409_by_a_concurrent_change_when_the_same_key_is_sent_again_then_200(meanwhile: Meanwhile) -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    key = {"Idempotency-Key": "key-1"}
    meanwhile(lambda unit_of_work: bids.accept(bid, owner_id="owner", now=clock.now(), unit_of_work=unit_of_work))
    assert OWNER.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."}, headers=key).status == 409
    again = OWNER.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."}, headers=key)
    assert (again.status, again.body["status"]) == (200, "cancelled"), "a cash job in progress may be cancelled"
