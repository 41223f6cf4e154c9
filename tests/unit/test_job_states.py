"""The state machine of jobs: no sequence of operations makes a transition that the product's rules forbid.

What escrow adds, such as no start without a deposit, is the escrow's rule: see `test_escrow_machine`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import ValidationError

from khaya.jobs.model import TRANSITIONS, Contact, EscrowSummary, Job, JobChanges, JobPosting, WorkProof, new_job
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden, Invalid
from tests.support.records import POSTING

START = "2026-11-21T08:00:00.000Z"
RULES = {("open", "in_progress"), ("in_progress", "completed"), ("open", "expired"), ("open", "cancelled"), ("in_progress", "cancelled")}  # fmt: skip
PEOPLE = st.sampled_from(["owner", "chosen", "stranger"])


@dataclasses.dataclass
class Plain:
    """A plain model of the product's rules for one job."""

    payment: str
    state: str = "open"
    worker: str | None = None
    started: bool = False
    submitted: bool = False
    age_days: int = 0

    def may_cancel(self, person: str) -> bool:
        if person == "owner":
            return self.state == "open" or (self.state == "in_progress" and not self.submitted)
        return self.state == "in_progress" and not self.submitted and person == self.worker


class JobHistory(RuleBasedStateMachine):
    """Random operations on one job."""

    @initialize(payment=st.sampled_from(["cash", "escrow"]))
    def posted(self, payment: str) -> None:
        posting = JobPosting.model_validate({**POSTING, "payment": payment})
        self.now = START
        self.job = new_job(posting, buyer_id="owner", buyer_name="Thandi", now=START)
        self.plain = Plain(payment)
        self.history = ["open"]

    def attempt(self, allowed: bool, try_it: Any) -> bool:
        """Try an operation. It must succeed exactly if the rules allow it, and make a version if it changes anything."""
        before = self.job
        try:
            after = try_it()
        except (Conflict, Forbidden):
            assert not allowed, "the rules allow this"
            assert self.job is before
            return False
        assert allowed, "the rules forbid this"
        if after is not before:
            assert (after.version, after.updated_at) == (before.version + 1, self.now)
        self.job = after
        if after.status != self.history[-1]:
            self.history.append(after.status)
        return True

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.now = clock.plus(self.now, days=days)
        self.plain.age_days += days

    @rule()
    def edit(self) -> None:
        self.edits = getattr(self, "edits", 0) + 1
        changes = JobChanges.model_validate({"title": f"Fix {self.edits} leaking taps"})
        allowed = self.plain.state == "open" and self.plain.age_days < 30
        self.attempt(allowed, lambda: self.job.edited(changes, self.now))

    @rule()
    def accept(self) -> None:
        someone = Contact(display_name="Sipho", phone="+27821234567")
        taken = self.attempt(
            self.plain.state == "open" and self.plain.age_days < 30,
            lambda: self.job.accepted(
                bid_id="bid", worker=someone, worker_id="chosen", buyer=someone, cents=1000, days=3, now=self.now
            ),
        )
        if taken:
            self.plain.state, self.plain.worker = "in_progress", "chosen"

    @rule()
    def start(self) -> None:
        plain = self.plain
        allowed = plain.state == "in_progress" and not plain.started
        if self.attempt(allowed, lambda: self.job.started(self.now)):
            plain.started = True

    @rule()
    def submit(self) -> None:
        plain = self.plain
        allowed = plain.state == "in_progress" and not plain.submitted
        proof = WorkProof(note="Done.", photos=["uploads/chosen/submission/01KAK2M8Q0X3V4N5B6C7D8E9F2.jpg"])
        if self.attempt(allowed, lambda: self.job.submitted(proof, self.now)):
            plain.submitted = True
            plain.started = plain.started or plain.payment == "escrow"

    @rule()
    def complete(self) -> None:
        if self.attempt(self.plain.state == "in_progress", lambda: self.job.completed(self.now)):
            self.plain.state = "completed"

    @rule(person=PEOPLE)
    def cancel(self, person: str) -> None:
        allowed = self.plain.may_cancel(person)
        if self.attempt(allowed, lambda: self.job.cancelled(person, "Plans have changed.", self.now)):
            self.plain.state = "cancelled"

    @rule()
    def expire(self) -> None:
        allowed = self.plain.state == "open" and self.plain.age_days >= 30
        if self.attempt(allowed, lambda: self.job.expired(self.now)):
            self.plain.state = "expired"

    @invariant()
    def the_job_is_as_the_rules_have_it(self) -> None:
        if not hasattr(self, "job"):
            return
        job, plain = self.job, self.plain
        assert job.status == plain.state
        assert job.worker_id == plain.worker
        assert (job.started_at is not None, job.submission is not None) == (plain.started, plain.submitted)
        assert (job.completed_at is not None) == (job.status == "completed")
        assert (job.cancellation is not None) == (job.status == "cancelled")
        assert {*zip(self.history, self.history[1:], strict=False)} <= RULES
        assert (job.buyer_contact is not None) == (job.worker_id is not None)


TestJobHistory = JobHistory.TestCase


def test_the_transitions_are_those_of_the_product_rules() -> None:
    assert {(was, becomes) for was, all_of in TRANSITIONS.items() for becomes in all_of} == RULES


def job() -> Job:
    return new_job(JobPosting.model_validate(POSTING), buyer_id="owner", buyer_name="Thandi", now=START)


def test_a_job_is_open_for_thirty_days_to_the_millisecond() -> None:
    assert job().expires_at == "2026-12-21T08:00:00.000Z"
    with pytest.raises(Conflict, match="not reached"):
        job().expired("2026-12-21T07:59:59.999Z")
    assert job().expired("2026-12-21T08:00:00.000Z").status == "expired"


def test_a_job_is_never_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        job().status = "completed"  # type: ignore[misc]


def test_given_work_paid_through_escrow_when_it_is_submitted_without_a_photo_then_it_is_refused() -> None:
    someone = Contact(display_name="Sipho", phone="+27821234567")
    agreed = {"worker": someone, "buyer": someone, "cents": 20_000, "days": 3, "now": START}
    posting = JobPosting.model_validate({**POSTING, "payment": "escrow"})
    posted = new_job(posting, buyer_id="owner", buyer_name="Thandi", now=START)
    with pytest.raises(Invalid):
        posted.accepted(bid_id="bid", worker_id="chosen", **agreed).submitted(WorkProof(note="Done."), START)


def test_a_refused_transition_names_the_present_status() -> None:
    done = job().cancelled("owner", "No longer needed.", START)
    for attempt in (
        lambda: done.edited(JobChanges.model_validate({}), START),
        lambda: done.started(START),
        lambda: done.submitted(WorkProof(), START),
        lambda: done.completed(START),
        lambda: done.cancelled("owner", "Again.", START),
    ):
        with pytest.raises(Conflict, match="cancelled"):
            attempt()


def test_only_the_buyer_is_the_owner_and_only_the_selected_worker_is_the_worker() -> None:
    mine = job()
    assert mine.party("owner") == "buyer"
    assert mine.party("chosen") is None
    assert mine.require_owner("owner") is mine
    with pytest.raises(Forbidden):
        job().require_owner("chosen")
    with pytest.raises(Forbidden):
        job().require_worker("owner")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01t08:00:00z", "2026-12-01T08:00:00.000Z"),
        ("2026-12-01T08:00:00.000Z", "2026-12-01T08:00:00.000Z"),
        ("2026-12-01T10:00:00+02:00", "2026-12-01T08:00:00.000Z"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_a_start_date_is_a_date_or_a_utc_time(text: str, kept: str) -> None:
    assert JobPosting.model_validate({**POSTING, "startDate": text}).start_date == kept


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-29", "2026-13-01", "2026-12-01T08:00:00", "01/12/2026", "1", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-14:00", 20261201, True],
)  # fmt: skip
def test_an_invalid_start_date_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        JobPosting.model_validate({**POSTING, "startDate": text})


def test_with_escrow_a_job_is_stuck_fourteen_days_after_the_time_that_runs_from_the_deposit() -> None:
    # given a job that is to be done in three days, whose deposit came two days after the acceptance
    posting = JobPosting.model_validate({**POSTING, "payment": "escrow"})
    job = new_job(posting, buyer_id="owner", buyer_name="Thandi", now=START).accepted(
        bid_id="bid",
        worker=Contact(display_name="Bongani"),
        worker_id="chosen",
        buyer=Contact(display_name="Thandi"),
        cents=100_000,
        days=3,
        now=START,
    )
    waiting = job.with_escrow(EscrowSummary(status="pending"))
    paid = job.with_escrow(EscrowSummary(status="deposit_paid", deposit_paid_at=clock.plus(START, days=2)))
    # then it cannot be stuck before the deposit, and is so 5 + 14 days after the acceptance
    assert waiting.stuck_at is None
    assert not waiting.is_stuck(clock.plus(START, days=90))
    assert paid.stuck_at == clock.plus(START, days=19)
    assert job.stuck_at == clock.plus(START, days=17)
