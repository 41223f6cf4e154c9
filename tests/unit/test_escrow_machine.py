"""The escrow's state machine against its table and against a plain account of the money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaya.escrows import progress, resolution
from khaya.escrows.disputes import MAX_EVIDENCE, Evidence
from khaya.escrows.history import history_of
from khaya.escrows.model import FINAL, TRANSITIONS, Escrow, Event, Status
from khaya.escrows.opening import summary_of
from khaya.escrows.progress import new_escrow
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.pricing.model import Split, Terms, amounts_of, release_of

NOW = "2026-11-21T08:00:00.000Z"
TERMS = Terms()
Step = Callable[[Escrow, str], Escrow]


def after(*, days: int = 0, hours: int = 0) -> str:
    return clock.plus(NOW, days=days, hours=hours)


def escrow(amount: int = 100_000, **fields: Any) -> Escrow:
    made = new_escrow(
        job_id="job",
        job_title="Fix a tap",
        buyer_id="buyer",
        worker_id="worker",
        amounts=amounts_of(amount, TERMS),
        terms=TERMS,
        timeline_days=3,
        now=NOW,
    )
    return made.model_copy(update=fields)


def with_deposit() -> Escrow:
    return progress.captured(escrow(), 31_500, NOW)


def held() -> Escrow:
    return progress.captured(with_deposit(), 73_500, NOW)


def submitted() -> Escrow:
    return progress.submitted(held(), NOW)


def disputed() -> Escrow:
    return resolution.disputed(progress.started(held(), NOW), "buyer", "The tap still drips.", NOW)


BY_STATUS: dict[Status, Callable[[], Escrow]] = {
    "pending": escrow,
    "deposit_paid": lambda: progress.started(with_deposit(), NOW),
    "held": lambda: progress.started(held(), NOW),
    "disputed": disputed,
    "released": lambda: progress.released(submitted(), NOW),
    "refunded": lambda: progress.cancelled(held(), NOW),
    "cancelled": lambda: progress.cancelled(escrow(), NOW),
}


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("event", get_args(Event))
def test_only_the_tables_rows_are_possible(status: Status, event: Event) -> None:
    before = BY_STATUS[status]()
    assert before.status == status
    if any((row.source, row.event) == (status, event) for row in TRANSITIONS):
        assert (status, event, before.after(event, NOW).status) in {
            (row.source, row.event, row.target) for row in TRANSITIONS
        }
    else:
        with pytest.raises(Conflict) as refused:
            before.after(event, NOW)
        assert refused.value.params["status"] == status


def test_no_row_leaves_a_final_status() -> None:
    assert not [row for row in TRANSITIONS if row.source in FINAL]


def test_a_deposit_begins_the_time_of_the_work() -> None:
    found = with_deposit()
    assert (found.status, found.held_cents, found.paid_cents) == ("deposit_paid", 31_500, 31_500)
    assert found.timers == {"work_overdue": after(days=3 + 14)}
    assert found.due_part == "balance"


def test_a_small_job_is_paid_at_once() -> None:
    small = escrow(20_000)
    assert small.due_part == "all"
    assert progress.captured(small, 21_000, NOW).status == "held"


def test_nothing_is_no_payment() -> None:
    for cents in (0, -1):
        with pytest.raises(ValueError, match=str(cents)):
            progress.captured(escrow(20_000), cents, NOW)


def test_more_than_the_total_is_refused() -> None:
    with pytest.raises(Conflict):
        progress.captured(held(), 1, NOW)


@pytest.mark.parametrize("hours", [0, 71])
def test_the_deposit_is_not_overdue_before_its_time(hours: int) -> None:
    with pytest.raises(Conflict):
        progress.deposit_overdue(escrow(), after(hours=hours))


def test_an_unpaid_deposit_cancels_after_72_hours() -> None:
    assert progress.deposit_overdue(escrow(), after(hours=72)).status == "cancelled"


def test_the_buyer_gets_everything_back_before_the_work_started() -> None:
    found = progress.cancelled(held(), NOW)
    assert (found.status, found.refunded_cents, found.held_cents) == ("refunded", 105_000, 0)


def test_nobody_cancels_after_the_start() -> None:
    with pytest.raises(Conflict) as refused:
        progress.cancelled(progress.started(held(), NOW), NOW)
    assert refused.value.code == "work_started"


def test_work_does_not_start_without_a_deposit() -> None:
    for step in (progress.started, progress.submitted):
        with pytest.raises(Conflict) as refused:
            step(escrow(), NOW)
        assert refused.value.code == "deposit_not_paid"


def test_a_submission_starts_the_work() -> None:
    found = progress.submitted(with_deposit(), NOW)
    assert found.started_at == NOW
    assert found.timers == {"balance_overdue": after(hours=72)}


def test_the_time_to_confirm_runs_from_the_later_of_submission_and_payment() -> None:
    later = after(hours=10)
    assert submitted().release_at == after(hours=72)
    paid_later = progress.captured(progress.submitted(with_deposit(), NOW), 73_500, later)
    assert paid_later.release_at == after(hours=82)
    assert paid_later.status == "held"


def test_confirmed_work_pays_the_worker() -> None:
    found = progress.released(submitted(), NOW)
    assert (found.status, found.released_cents, found.held_cents) == ("released", 95_000, 0)


def test_unanswered_work_is_released_after_72_hours_and_not_before() -> None:
    with pytest.raises(Conflict):
        progress.released(submitted(), after(hours=71), by_itself=True)
    assert progress.released(submitted(), after(hours=72), by_itself=True).status == "released"


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (escrow, "deposit_not_paid"),
        (lambda: progress.submitted(with_deposit(), NOW), "balance_not_paid"),
        (held, "work_not_submitted"),
        (disputed, "escrow_status"),
    ],
)
def test_completion_needs_everything_paid_and_a_submission(before: Callable[[], Escrow], code: str) -> None:
    for step in (progress.released, progress.sent_back):
        with pytest.raises(Conflict) as refused:
            step(before(), NOW)
        assert refused.value.code == code


def test_sent_back_work_has_time_again() -> None:
    found = progress.sent_back(submitted(), after(days=20))
    assert (found.submitted_at, found.release_at) == (None, None)
    assert found.timers == {"work_overdue": after(days=34)}
    assert found.first_submitted_at == NOW


def test_work_that_is_14_days_late_is_disputed() -> None:
    found = resolution.work_overdue(with_deposit(), after(days=17))
    assert found.status == "disputed"
    assert found.dispute is not None
    assert (found.dispute.by, found.dispute.decide_by) == ("system", after(days=31))


def test_paying_the_balance_ends_the_dispute_about_it() -> None:
    unpaid = resolution.balance_overdue(progress.submitted(with_deposit(), NOW), after(hours=72))
    assert (unpaid.status, unpaid.due_part) == ("disputed", "balance")
    paid = progress.captured(unpaid, 73_500, after(hours=80))
    assert paid.status == "held"
    assert paid.dispute is not None
    assert paid.dispute.decision == "paid"
    assert paid.timers == {"release_due": after(hours=152)}


def test_given_a_deposit_of_which_a_part_was_charged_back_when_the_balance_is_paid_then_the_dispute_stays() -> None:
    unpaid = resolution.balance_overdue(progress.submitted(with_deposit(), NOW), after(hours=72))
    short, uncovered = resolution.chargeback_lost(resolution.charged_back(unpaid, None, NOW), 10_000, NOW)
    assert (short.status, short.held_cents, uncovered) == ("disputed", 21_500, 0)
    paid = progress.captured(short, 73_500, after(hours=80))
    assert (paid.status, paid.held_cents, paid.is_fully_paid) == ("disputed", 95_000, True)


def test_money_that_arrives_during_another_dispute_does_not_end_it() -> None:
    before = resolution.disputed(progress.started(with_deposit(), NOW), "worker", "No access to the house.", NOW)
    assert progress.captured(before, 73_500, NOW).status == "disputed"
    assert before.due_part is None


def test_only_started_work_is_disputed() -> None:
    with pytest.raises(Conflict) as refused:
        resolution.disputed(held(), "buyer", "No show.", NOW)
    assert refused.value.code == "work_not_started"


def test_only_the_opener_withdraws_a_dispute() -> None:
    with pytest.raises(Forbidden):
        resolution.dispute_withdrawn(disputed(), "worker", NOW)
    again = resolution.dispute_withdrawn(disputed(), "buyer", after(days=1))
    assert again.status == "held"
    assert again.timers == {"work_overdue": after(days=17)}


def test_an_agreement_needs_the_other_party_and_the_same_amount() -> None:
    offer = resolution.proposed(disputed(), "buyer", 50_000, NOW)
    with pytest.raises(Forbidden):
        resolution.settled(offer, "buyer", 50_000, NOW)
    with pytest.raises(Conflict):
        resolution.settled(offer, "worker", 49_999, NOW)
    agreed = resolution.settled(offer, "worker", 50_000, NOW)
    assert agreed.status == "released"
    assert (agreed.refunded_cents, agreed.released_cents) == (50_000, 49_762)


def test_a_full_refund_by_agreement_ends_as_refunded() -> None:
    offer = resolution.proposed(disputed(), "worker", 105_000, NOW)
    assert resolution.settled(offer, "buyer", 105_000, NOW).status == "refunded"


@pytest.mark.parametrize("parts", [(1, 0, 0), (105_000, 1, 0), (105_001, 0, -1), (-1, 105_001, 0)])
def test_a_decision_must_share_out_exactly_what_is_held(parts: tuple[int, int, int]) -> None:
    with pytest.raises(Conflict) as refused:
        resolution.resolved(disputed(), Split(*parts), "admin", NOW)
    assert refused.value.code == "not_what_is_held"


@pytest.mark.parametrize(
    ("evidence", "is_submitted", "status"),
    [
        (("buyer",), True, "refunded"),
        (("worker",), False, "released"),
        (("buyer", "worker"), True, "released"),
        (("buyer", "worker"), False, "refunded"),
        ((), True, "released"),
        ((), False, "refunded"),
    ],
)
def test_an_undecided_dispute_is_decided_by_its_evidence(
    evidence: tuple[Any, ...], is_submitted: bool, status: Status
) -> None:
    before = progress.submitted(held(), NOW) if is_submitted else progress.started(held(), NOW)
    before = resolution.disputed(before, "buyer", "Not what we agreed.", NOW)
    for by in evidence:
        before = resolution.with_evidence(before, Evidence(by=by, text="See the photo.", at=NOW), NOW)
    with pytest.raises(Conflict):
        resolution.decided_by_itself(before, after(days=13))
    assert resolution.decided_by_itself(before, after(days=14)).status == status


def test_each_side_adds_a_limited_amount_of_evidence() -> None:
    before = disputed()
    for _ in range(MAX_EVIDENCE):
        before = resolution.with_evidence(before, Evidence(by="buyer", text="See.", at=NOW), NOW)
    with pytest.raises(Conflict):
        resolution.with_evidence(before, Evidence(by="buyer", text="See.", at=NOW), NOW)
    assert resolution.with_evidence(before, Evidence(by="worker", text="See.", at=NOW), NOW)


def test_a_long_dispute_alarms_once_before_it_is_decided() -> None:
    assert disputed().next_timer == (after(days=7), "dispute_alarm")
    alarmed = resolution.alarmed(disputed(), after(days=7))
    assert alarmed.next_timer == (after(days=14), "dispute_decision")


def test_an_open_chargeback_keeps_all_money() -> None:
    frozen = resolution.charged_back(submitted(), after(days=5), NOW)
    for step in (
        lambda: progress.released(frozen, NOW),
        lambda: progress.released(frozen, after(hours=72), by_itself=True),
        lambda: progress.cancelled(resolution.charged_back(held(), None, NOW), NOW),
        lambda: resolution.resolved(
            resolution.charged_back(disputed(), None, NOW), release_of(105_000, disputed().amounts), "admin", NOW
        ),
    ):
        with pytest.raises(Conflict) as refused:
            step()
        assert refused.value.code == "chargeback_open"
    won = resolution.chargeback_won(frozen, after(days=9))
    assert won.release_at == after(days=12)
    assert progress.released(won, after(days=9)).status == "released"


def test_a_lost_chargeback_takes_what_is_there() -> None:
    frozen = resolution.charged_back(submitted(), None, NOW)
    left, short = resolution.chargeback_lost(frozen, 31_500, NOW)
    assert (left.status, left.held_cents, short) == ("disputed", 73_500, 0)
    gone, short = resolution.chargeback_lost(frozen, 105_000, NOW)
    assert (gone.status, gone.held_cents, short) == ("refunded", 0, 0)


def test_a_chargeback_after_the_release_is_the_platforms_loss() -> None:
    released = resolution.charged_back(progress.released(submitted(), NOW), None, NOW)
    after_loss, short = resolution.chargeback_lost(released, 73_500, NOW)
    assert (after_loss.status, short) == ("released", 73_500)


STEPS: dict[str, Callable[[Escrow, str, int], Escrow]] = {
    "deposit": lambda one, now, _: progress.captured(one, one.amounts.deposit_cents, now),
    "balance": lambda one, now, _: progress.captured(one, one.amounts.balance_cents or one.amounts.deposit_cents, now),
    "overdue": lambda one, now, _: progress.deposit_overdue(one, now),
    "cancel": lambda one, now, _: progress.cancelled(one, now),
    "start": lambda one, now, _: progress.started(one, now),
    "submit": lambda one, now, _: progress.submitted(one, now),
    "send back": lambda one, now, _: progress.sent_back(one, now),
    "confirm": lambda one, now, _: progress.released(one, now),
    "release": lambda one, now, _: progress.released(one, now, by_itself=True),
    "late work": lambda one, now, _: resolution.work_overdue(one, now),
    "late balance": lambda one, now, _: resolution.balance_overdue(one, now),
    "dispute": lambda one, now, _: resolution.disputed(one, "buyer", "No.", now),
    "withdraw": lambda one, now, _: resolution.dispute_withdrawn(one, "buyer", now),
    "propose": lambda one, now, cents: resolution.proposed(one, "buyer", cents, now),
    "settle": lambda one, now, _: resolution.settled(
        one, "worker", one.settlement.refund_cents if one.settlement else 0, now
    ),
    "decide": lambda one, now, _: resolution.decided_by_itself(one, now),
    "charge back": lambda one, now, _: resolution.charged_back(one, None, now),
    "win": lambda one, now, _: resolution.chargeback_won(one, now),
    "lose": lambda one, now, cents: resolution.chargeback_lost(one, cents, now)[0],
}


@settings(max_examples=300, deadline=None)
@given(
    st.integers(20_000, 5_000_000),
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 400), st.integers(1, 200_000)), max_size=25),
)
def test_no_history_makes_or_loses_money(amount: int, steps: list[tuple[str, int, int]]) -> None:
    one, now = escrow(amount), NOW
    for name, hours, cents in steps:
        now = clock.plus(now, hours=hours)
        try:
            found = STEPS[name](one, now, cents)
        except (Conflict, Forbidden):
            continue
        assert found is one or found.version == one.version + 1
        if one.status in FINAL:
            assert found.status == one.status
        one = found
        platform = one.paid_cents - one.held_cents - one.refunded_cents - one.released_cents
        assert 0 <= platform <= one.amounts.platform_cents
        assert 0 <= one.held_cents <= one.paid_cents <= one.amounts.buyer_total_cents
        assert (one.ended_at is not None) == (one.status in FINAL)
        assert one.held_cents == 0 if one.status in FINAL else one.held_cents > 0 or one.status == "pending"
        assert (one.released_cents > 0) == (one.status == "released")
        assert bool(one.timers) == (one.status not in FINAL)


def test_what_moved_of_the_money_is_told_with_its_time() -> None:
    later, end = after(days=1), after(days=2)
    paid = progress.captured(progress.captured(escrow(), 31_500, NOW), 73_500, later)
    moved = [(one.kind, one.amount_cents, one.at) for one in history_of(paid)]
    assert moved == [("deposit", 31_500, NOW), ("balance", 73_500, later)]
    released = progress.released(progress.submitted(paid, later), end)
    assert [(one.kind, one.amount_cents, one.at) for one in history_of(released)][-1] == ("released", 95_000, end)


def test_what_is_paid_at_once_moved_once() -> None:
    (one,) = history_of(progress.captured(escrow(30_000), 31_500, NOW))
    assert (one.kind, one.amount_cents) == ("all", 31_500)
    assert history_of(escrow()) == []


def test_only_a_dispute_that_shared_the_money_shows_shares_on_its_job() -> None:
    assert summary_of(disputed()).shares is None
    ended = resolution.resolved(disputed(), Split(40_000, 60_000, 5_000), "admin", NOW, reason="Half a wall.")
    shares = summary_of(ended).shares
    assert shares is not None
    assert (shares.decision, shares.worker_cents, shares.refund_cents) == ("admin", 40_000, 60_000)
    assert summary_of(progress.released(submitted(), NOW)).shares is None
