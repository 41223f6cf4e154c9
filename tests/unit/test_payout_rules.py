"""Why a payout waits, its states, and its references: the rules as tables."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.payout_accounts.model import PayoutAccount
from khaya.payouts.model import (
    TRANSITIONS,
    Payout,
    PayoutDecisionRequest,
    PayoutTerms,
    Status,
    new_earning,
    new_withdrawal,
    working_day_after,
)
from khaya.payouts.references import payout_of, reference_of
from khaya.payouts.rules import BuyerPayment, Facts, Wait, wait_of
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.ids import new_id
from khaya.provider.model import is_reference
from khaya.waiting.model import Waiting

NOW = "2026-11-21T08:00:00.000Z"
TERMS = PayoutTerms()
VERIFIED = PayoutAccount(verified=True, recipient="recipient-1", version=1)


def at(*, days: float = 0, hours: float = 0) -> str:
    return clock.plus(NOW, days=days, hours=hours)


def payout(cents: int = 95_000, **fields: Any) -> Payout:
    made = new_earning(job_id=new_id(), job_title="Tap", worker_id="w", amount_cents=cents, fee_cents=5_000, now=NOW)
    return made.model_copy(update=fields)


def facts(**fields: Any) -> Facts:
    """Nothing is in the way, apart from what `fields` say."""
    settled = [BuyerPayment(paid_at=at(days=-3), settled_at=at(days=-1))]
    return Facts(**{"account": VERIFIED, "paid_jobs": 3, "payments": settled, **fields})


def paid(days: float, **fields: Any) -> BuyerPayment:
    return BuyerPayment(**{"paid_at": at(days=-days), "settled_at": NOW, **fields})


@pytest.mark.parametrize(
    ("known", "payout_fields", "reason", "until"),
    [
        ({}, {}, None, None),
        # the account
        ({"account": None}, {}, "no_account", None),
        ({"account": PayoutAccount(version=1)}, {}, "account_not_verified", None),
        ({"account": PayoutAccount(version=1, sealed="x", usable_from=at(hours=24))}, {}, "account_hold", at(hours=1)),
        ({"account": PayoutAccount(verified=True, version=1)}, {}, "account_not_verified", None),
        ({"account": VERIFIED.model_copy(update={"usable_from": at(hours=1)})}, {}, "account_hold", at(hours=1)),
        ({"account": VERIFIED.model_copy(update={"usable_from": NOW})}, {}, None, None),
        ({}, {"last_recipient": "recipient-1"}, "returned", None),
        ({}, {"last_recipient": "recipient-2"}, None, None),
        ({}, {"last_recipient": "recipient-1", "approved_by": ("a",)}, None, None),
        # settlement
        ({"payments": [paid(3), paid(1, settled_at=None)]}, {}, "not_settled", clock.plus(NOW, minutes=10)),
        (
            {"payments": [paid(3), paid(5, settled_at=None)]},
            {"approved_by": ("a",)},
            "not_settled",
            clock.plus(NOW, minutes=60),
        ),
        ({"payments": []}, {}, None, None),
        # new workers and new cards
        ({"paid_jobs": 2, "payments": [paid(6)]}, {}, "new_worker", at(days=1)),
        ({"paid_jobs": 2, "payments": [paid(8), paid(6.5)]}, {}, "new_worker", at(days=0.5)),
        ({"paid_jobs": 2, "payments": [paid(7)]}, {}, None, None),
        ({"paid_jobs": 0, "payments": [paid(1, is_card=False)]}, {}, None, None),
        ({"paid_jobs": 0, "payments": []}, {}, None, None),
        ({"paid_jobs": 0, "payments": [paid(1)]}, {"approved_by": ("a",)}, None, None),
        ({"paid_jobs": 9, "payments": [paid(2, card_is_known=False)]}, {}, "new_worker", at(days=5)),
        ({"paid_jobs": 9, "payments": [paid(9, card_is_known=False), paid(2)]}, {}, "new_worker", at(days=5)),
        ({"paid_jobs": 9, "payments": [paid(2, card_is_known=False, is_card=False)]}, {}, None, None),
        # limits
        ({"sent_today_cents": 5_000_000 - 95_000}, {}, None, None),
        ({"sent_today_cents": 5_000_000 - 94_999}, {}, "limit", None),
        ({}, {"amount_cents": 5_000_001}, "limit", None),
        ({"sent_today_cents": 5_000_000}, {"approved_by": ("a",)}, None, None),
        # what stops everything
        ({"is_suspended": True}, {"approved_by": ("a",)}, "suspended", at(hours=6)),
        ({"has_open_chargeback": True}, {"approved_by": ("a",)}, "chargeback", at(hours=6)),
        ({}, {"held_by": "a", "approved_by": ("a",)}, "admin_hold", None),
        ({"account": None, "is_suspended": True}, {}, "suspended", at(hours=6)),
        ({"account": None, "payments": [paid(1, settled_at=None)]}, {}, "no_account", None),
    ],
)
def test_why_a_payout_waits(
    known: dict[str, Any], payout_fields: dict[str, Any], reason: str | None, until: str | None
) -> None:
    wait = wait_of(payout(**payout_fields), facts(**known), TERMS, NOW)
    assert (wait.reason if wait else None, wait.until if wait else None) == (reason, until)
    if wait is not None:
        assert wait.for_admin == (reason in ("limit", "admin_hold"))


@given(
    st.booleans(),
    st.sampled_from([None, PayoutAccount(version=1), VERIFIED]),
    st.booleans(),
    st.integers(0, 5),
    st.lists(st.tuples(st.floats(0, 10), st.booleans(), st.booleans(), st.booleans()), max_size=3),
    st.integers(0, 6_000_000),
    st.integers(1, 6_000_000),
)
def test_nothing_is_sent_against_a_rule(
    suspended: bool,
    account: PayoutAccount | None,
    chargeback: bool,
    jobs: int,
    payments: list[tuple[float, bool, bool, bool]],
    sent_today: int,
    cents: int,
) -> None:
    made = [
        BuyerPayment(paid_at=at(days=-days), is_card=card, card_is_known=known, settled_at=NOW if settled else None)
        for days, card, known, settled in payments
    ]
    found = facts(
        account=account,
        is_suspended=suspended,
        has_open_chargeback=chargeback,
        paid_jobs=jobs,
        payments=made,
        sent_today_cents=sent_today,
    )
    if wait_of(payout(cents), found, TERMS, NOW) is None:
        assert account is VERIFIED
        assert not suspended
        assert not chargeback
        assert all(one.settled_at for one in made)
        assert sent_today + cents <= TERMS.day_limit_cents
        young = [one for one in made if one.is_card and one.paid_at > at(days=-7)]
        assert not young or (jobs >= 3 and all(one.card_is_known for one in made if one.is_card))


def test_the_expected_day_is_known_when_the_end_of_the_wait_is() -> None:
    assert Wait("new_worker", at(days=6), at(days=6)).expected_on == "2026-11-30"
    assert Wait("suspended", at(hours=6)).expected_on is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-20T08:00:00.000Z", "2026-11-23"),  # a Friday
        ("2026-11-21T08:00:00.000Z", "2026-11-23"),
        ("2026-11-22T23:00:00.000Z", "2026-11-24"),  # Monday already, in South Africa
        ("2026-11-23T08:00:00.000Z", "2026-11-24"),
    ],
)
def test_money_arrives_on_a_working_day(moment: str, day: str) -> None:
    assert working_day_after(moment) == day


def test_a_reference_leads_back_to_its_payout() -> None:
    for payout_id in (new_id(), f"job-{new_id()}"):
        for attempt in (1, 12, 999):
            reference = reference_of(payout_id, attempt)
            assert is_reference(reference)
            assert payout_of(reference) == payout_id


@pytest.mark.parametrize(
    "reference",
    ["", "payout", "payout-", "payout-x", "refund-x-1", "01kajwz8s2v6r4t0n3m5p7q9xy-all-1"],  # pragma: allowlist secret
)
def test_what_is_no_reference_of_a_payout_is_known(reference: str) -> None:
    assert payout_of(reference) is None


def sent() -> Payout:
    return payout().bound("recipient-1", NOW)


STEPS: dict[str, Any] = {
    "bound": lambda one: one.bound("recipient-1", NOW),
    "delayed": lambda one: one.delayed("no_account", NOW, until=None),
    "accepted": lambda one: one.accepted(NOW),
    "unanswered": lambda one: one.unanswered(NOW),
    "paid": lambda one: one.paid(NOW),
    "failed": lambda one: one.failed(NOW),
    "taken back": lambda one: one.taken_back(NOW),
    "returned": lambda one: one.returned(NOW),
    "rechecked": lambda one: one.rechecked(NOW),
}
POSSIBLE_IN: dict[str, set[str]] = {
    "bound": {"pending"},
    "delayed": {"pending"},
    "accepted": {"sent"},
    "unanswered": {"sent"},
    "paid": {"sent"},
    "failed": {"sent"},
    "taken back": {"sent"},
    "returned": {"paid"},
    "rechecked": {"paid"},
}
BY_STATUS: dict[Status, Payout] = {
    "pending": payout(),
    "sent": sent(),
    "paid": sent().paid(NOW),
    "credited": payout(status="credited"),
}


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("step", STEPS)
def test_only_allowed_transitions_are_possible(status: Status, step: str) -> None:
    before = BY_STATUS[status]
    if status not in POSSIBLE_IN[step]:
        with pytest.raises(Conflict) as refused:
            STEPS[step](before)
        assert refused.value.params == {"status": status}
        return
    after = STEPS[step](before)
    assert after.status == status or after.status in TRANSITIONS[status]
    assert after.version == before.version + 1


@pytest.mark.parametrize("step", ["failed", "returned", "taken back"])
def test_only_an_attempt_that_has_ended_frees_the_account(step: str) -> None:
    before = sent().paid(NOW) if step == "returned" else sent()
    after = STEPS[step](before)
    assert (before.recipient, after.recipient) == ("recipient-1", None)
    again = after.bound("recipient-2", NOW)
    assert (again.reference == before.reference) == (step == "taken back")


def test_too_little_balance_does_not_count_as_a_failure() -> None:
    assert sent().taken_back(NOW).failures == 0
    assert sent().failed(NOW).failures == 1


def test_a_failed_payout_is_sent_again_ever_later_and_then_by_an_admin() -> None:
    one, hours = payout(), []
    while not one.for_admin:
        one = one.bound("recipient-1", NOW).failed(NOW)
        hours.append(clock.seconds_between(NOW, one.next_at) / 3600 if one.next_at else None)
    assert hours == [1, 4, 24, 24, None]


def test_a_paid_payout_is_looked_at_again_for_two_weeks() -> None:
    one, days, now = sent().paid(NOW), [], NOW
    while one.next_at is not None:
        now = one.next_at
        days.append(clock.seconds_between(NOW, now) / 86400)
        one = one.rechecked(now)
    assert days == [1, 3, 7, 14]


def request(decision: Any) -> PayoutDecisionRequest:
    return PayoutDecisionRequest.model_validate({"decision": decision, "reason": "Checked by the office."})


@pytest.mark.parametrize("decision", ["send", "hold", "credit"])
@pytest.mark.parametrize(("cents", "admins"), [(500_000, 1), (500_001, 2)])
def test_a_decision_is_carried_out_by_one_admin_or_by_two(decision: str, cents: int, admins: int) -> None:
    one = new_withdrawal(entry_id=new_id(), user_id="w", amount_cents=cents, now=NOW)
    after = one.decided(request(decision), admin_id="a", terms=TERMS, now=NOW)
    if admins == 2:
        assert after.proposal is not None
        assert after.is_frozen == (decision != "send")
        with pytest.raises(Forbidden):
            after.decided(request(decision), admin_id="a", terms=TERMS, now=NOW)
        after = after.decided(request(decision), admin_id="b", terms=TERMS, now=NOW)
    assert after.proposal is None
    expected = {"send": ("pending", False), "hold": ("pending", True), "credit": ("credited", False)}
    assert (after.status, after.is_frozen) == expected[decision]


def test_a_second_admin_with_another_decision_replaces_the_first() -> None:
    one = payout(600_000).decided(request("hold"), admin_id="a", terms=TERMS, now=NOW)
    other = one.decided(request("send"), admin_id="b", terms=TERMS, now=NOW)
    assert other.proposal is not None
    assert (other.proposal.by, other.is_frozen, other.approved_by) == ("b", False, ())


def test_reminders_come_after_1_7_and_30_days_and_missed_ones_are_not_caught_up() -> None:
    waiting = Waiting(since=NOW)
    assert [waiting.looked_at(at(days=days)).reminded for days in (0, 0.9, 1, 6.9, 7, 29, 30, 90)] == [
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        3,
    ]
    assert not Waiting(since=NOW, reminded=2).is_for_admin()
    assert Waiting(since=NOW, reminded=3).is_for_admin()


@given(st.floats(0, 60))
def test_what_waits_is_looked_at_within_a_day_and_at_each_reminder(days: float) -> None:
    now, waiting = at(days=days), Waiting(since=NOW)
    following = waiting.next_look(now)
    assert now < following <= clock.plus(now, days=1)
    assert not any(now < at(days=reminder) < following for reminder in (1, 7, 30))
