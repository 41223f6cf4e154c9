"""The state machine of bids: the first decision is final, and only the right person makes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.bids.model import REJECTION_REASONS, Bid, BidOffer, new_bid
from khaya.jobs.model import TRANSITIONS, Job, JobPosting, new_job
from khaya.platform.base.errors import Conflict, Forbidden
from tests.support import records
from tests.support.records import POSTING

NOW = "2026-11-21T08:00:00.000Z"
LATER = "2026-11-22T08:00:00.000Z"
OFFER = BidOffer.model_validate(records.OFFER)


def job(**fields: Any) -> Job:
    posting = JobPosting.model_validate(POSTING)
    made = new_job(posting, buyer_id="owner", buyer_name="Thandi", now=NOW)
    return made.model_copy(update=fields)


def bid() -> Bid:
    return new_bid(OFFER, job(), worker_id="worker", worker_name="Sipho", now=NOW)


DECISIONS = {
    "accepted": lambda one: one.accepted(LATER),
    "rejected": lambda one: one.rejected("by_owner", LATER),
    "withdrawn": lambda one: one.withdrawn("worker", LATER),
}


@given(st.lists(st.sampled_from(sorted(DECISIONS)), min_size=1, max_size=8))
def test_given_several_decisions_then_the_first_stands_and_the_others_conflict(attempts: list[str]) -> None:
    one, refusals = bid(), []
    for attempt in attempts:
        try:
            one = DECISIONS[attempt](one)
        except Conflict as conflict:
            refusals.append(conflict.detail)
    assert refusals == [f"The bid is {attempts[0]}."] * (len(attempts) - 1)
    assert one.status == attempts[0]
    assert one.decided_at == LATER


def test_a_new_bid_is_pending_and_undecided() -> None:
    one = bid()
    assert (one.status, one.decided_at, one.rejection_reason) == ("pending", None, None)
    assert (one.job_title, one.buyer_id, one.created_at) == ("Fix a leaking tap", "owner", NOW)


def test_a_buyer_cannot_bid_on_their_own_job() -> None:
    with pytest.raises(Forbidden):
        new_bid(OFFER, job(), worker_id="owner", worker_name="Thandi", now=NOW)


@pytest.mark.parametrize("state", sorted({*TRANSITIONS} - {"open"}))
def test_a_job_that_is_not_open_takes_no_bids(state: str) -> None:
    with pytest.raises(Conflict, match=state):
        new_bid(OFFER, job(status=state), worker_id="worker", worker_name="Sipho", now=NOW)


def test_a_job_past_its_expiry_takes_no_bids_before_the_expiry_task_has_run() -> None:
    due = job()
    assert new_bid(OFFER, due, worker_id="worker", worker_name="Sipho", now="2026-12-21T07:59:59.999Z")
    with pytest.raises(Conflict, match="expired"):
        new_bid(OFFER, due, worker_id="worker", worker_name="Sipho", now=due.expires_at)


@pytest.mark.parametrize("person", ["owner", "stranger", ""])
def test_only_its_worker_withdraws_a_bid(person: str) -> None:
    with pytest.raises(Forbidden):
        bid().withdrawn(person, LATER)


def test_a_bid_is_visible_to_its_worker_and_the_jobs_owner_only() -> None:
    assert bid().visible_to("worker")
    assert bid().visible_to("owner")
    assert not bid().visible_to("stranger")
    with pytest.raises(Forbidden):
        bid().require_job_owner("worker")


def test_every_status_that_follows_open_has_a_rejection_reason() -> None:
    assert REJECTION_REASONS == {
        "in_progress": "other_bid_accepted",
        "completed": "other_bid_accepted",
        "cancelled": "job_cancelled",
        "expired": "job_expired",
    }
    assert {*REJECTION_REASONS} == {*TRANSITIONS} - {"open"}
