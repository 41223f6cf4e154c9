"""Two admins for large sums: what waits, who may decide about it, and what one admin may book alone in a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.credits import store
from khaya.credits.model import SINGLE_ADMIN_LIMIT_CENTS, SingleAdminSum
from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data import dynamo, writes
from khaya.users import store as users
from tests.conftest import Clock
from tests.support.client import Answer, Person
from tests.support.money import (
    REASON,
    SECOND_TREASURER,
    TREASURER,
    adjust,
    approve,
    balance,
    check_books,
    entries,
    grant,
    key,
    payout_account,
    reverse,
    waiting_proposals,
    withdraw,
)
from tests.support.money import known as known_people
from tests.support.records import known
from tests.support.stand_in import stored

WORKER = Person("worker-1", ("worker",))
THIRD = Person("treasurer-3", ("admin",))
NOW = "2026-11-21T08:00:00.000Z"


@pytest.fixture(autouse=True)
def people() -> None:
    known_people("worker-1", "worker-2")


def proposal_of(answer: Answer) -> str:
    assert answer.status == 202, answer.text
    found: str = answer.body["id"]
    return found


@pytest.mark.parametrize("cents", [500_001, 600_000, 100_000_000])
def test_an_adjustment_above_the_limit_waits_and_is_booked_by_its_approval(cents: int) -> None:
    # when one admin asks for more than R5,000
    first = adjust("worker-1", cents)
    # then the answer is the proposal, and nothing is booked
    assert first.status == 202
    assert first.body == {
        "id": first.body["id"],
        "kind": "adjustment",
        "userId": "worker-1",
        "amountCents": cents,
        "reason": REASON,
        "proposedBy": "treasurer-1",
        "createdAt": NOW,
        "transactionId": None,
        "status": "waiting",
        "decidedBy": None,
        "decidedAt": None,
        "decisionReason": None,
        "entryId": None,
    }
    assert waiting_proposals() == [first.body]
    assert balance("worker-1")["balanceCents"] == 0
    # when another admin approves it, then exactly that is booked, with the reason of the proposal
    approved = approve(first.body["id"], reason="I have seen the papers too.")
    assert (approved.status, approved.body["status"], approved.body["decidedBy"]) == (200, "approved", "treasurer-2")
    (entry,) = entries("worker-1")
    assert (entry["id"], entry["amountCents"], entry["reason"]) == (approved.body["entryId"], cents, REASON)
    assert waiting_proposals() == []
    # and it is decided once
    for decision in ("approve", "refuse"):
        assert approve(first.body["id"], THIRD, decision=decision).status == 409
    check_books(stored("credits"))


def test_another_adjustment_of_the_same_amount_approves_nothing() -> None:
    first = proposal_of(adjust("worker-1", 600_000))
    second = proposal_of(adjust("worker-1", 600_000, SECOND_TREASURER))
    assert [one["id"] for one in waiting_proposals()] == [first, second]
    assert balance("worker-1")["balanceCents"] == 0


def test_a_refused_proposal_books_nothing() -> None:
    proposal = proposal_of(adjust("worker-1", 600_000))
    refused = approve(proposal, decision="refuse", reason="There is no paper for it.")
    assert (refused.status, refused.body["status"], refused.body["entryId"]) == (200, "refused", None)
    assert refused.body["decisionReason"] == "There is no paper for it."
    assert (waiting_proposals(), entries("worker-1")) == ([], [])
    assert approve(proposal, THIRD).status == 409


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_nobody_decides_about_their_own_proposal_or_about_themselves(decision: str) -> None:
    proposal = proposal_of(adjust("worker-1", 600_000))
    assert approve(proposal, TREASURER, decision=decision).status == 403
    known_people("treasurer-2")
    about_second = proposal_of(adjust("treasurer-2", 600_000))
    assert approve(about_second, SECOND_TREASURER, decision=decision).status == 403
    assert len(waiting_proposals()) == 2


def set_fact(user_id: str, name: str, value: Any) -> None:
    """Set one field of a private record by an update, which the role of the function allows."""
    dynamo.update_now(
        writes.update(
            *users.key(user_id),
            f"SET #{name} = :value",
            condition=None,
            refusal=lambda _: AssertionError("refused"),
            values={"value": value},
        )
    )


LOST: list[dict[str, Any]] = [{"status": "suspended"}, {"status": "erased"}, {"lostRoles": {"admin"}}]


@pytest.mark.parametrize("facts", LOST, ids=str)
def test_a_proposal_of_somebody_who_is_no_active_admin_any_more_cannot_be_approved(facts: dict[str, Any]) -> None:
    proposal = proposal_of(adjust("worker-1", 600_000))
    known("treasurer-1", **facts)
    assert approve(proposal).status == 403
    assert balance("worker-1")["balanceCents"] == 0
    # but it can be refused, which clears the list
    assert approve(proposal, decision="refuse").status == 200


@pytest.mark.parametrize("facts", LOST, ids=str)
def test_an_admin_who_lost_the_right_meanwhile_cannot_approve(
    facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an approver who loses it after the account guard and before the write
    proposal = proposal_of(adjust("worker-1", 600_000))
    find = store.find_proposal

    def lost_meanwhile(proposal_id: str) -> Any:
        for name, value in facts.items():
            set_fact("treasurer-2", name, value)
        return find(proposal_id)

    monkeypatch.setattr(store, "find_proposal", lost_meanwhile)
    assert approve(proposal).status == 403
    assert len(waiting_proposals(THIRD)) == 1


@pytest.mark.parametrize(
    ("amounts", "statuses"),
    [
        ([500_000, 500_000, 500_000], [201, 202, 202]),
        ([500_000, 1], [201, 202]),
        ([250_000, 250_000, 1], [201, 201, 202]),
        ([300_000, -200_000, 100], [201, 201, 202]),
        ([300_000, -300_000, 200_000], [201, 202, 201]),
        ([500_001, 500_000, 1], [202, 201, 202]),
        ([100_000] * 6, [201] * 5 + [202]),
        ([499_999, 2, 1, 1], [201, 202, 201, 202]),
    ],
)
def test_amounts_of_one_admin_are_added_up_regardless_of_sign_and_person(
    amounts: list[int], statuses: list[int]
) -> None:
    # by an admin who has booked nothing yet
    got = [adjust("worker-1", cents, THIRD).status for cents in amounts]
    assert got == statuses
    check_books(stored("credits"))


def test_the_sum_is_per_admin_and_over_all_people() -> None:
    assert adjust("worker-1", 300_000).status == 201
    assert adjust("worker-2", 300_000).status == 202
    assert adjust("worker-2", 300_000, SECOND_TREASURER).status == 201


@pytest.mark.parametrize(("seconds", "status"), [(86_399, 202), (86_400, 201), (90_000, 201)])
def test_an_amount_counts_for_24_hours(seconds: int, status: int, clock: Clock) -> None:
    assert adjust("worker-1", 500_000).status == 201
    clock.tick(seconds=seconds)
    assert adjust("worker-1", 1).status == status


def test_each_amount_leaves_the_window_at_its_own_time(clock: Clock) -> None:
    assert adjust("worker-1", 300_000).status == 201
    clock.tick(hours=20)
    assert adjust("worker-1", 200_000).status == 201
    clock.tick(hours=4)
    assert adjust("worker-1", 300_000).status == 201
    assert adjust("worker-1", 1).status == 202


def test_what_was_approved_or_refused_does_not_count_for_the_proposer() -> None:
    approve(proposal_of(adjust("worker-1", 600_000)))
    approve(proposal_of(adjust("worker-1", 700_000)), decision="refuse")
    assert adjust("worker-1", 500_000).status == 201


def test_a_refused_request_does_not_count() -> None:
    assert adjust("worker-1", -400_000).status == 409
    assert adjust("worker-1", 500_000).status == 201


def test_a_repeated_request_counts_once() -> None:
    for _ in range(3):
        assert adjust("worker-1", 300_000, named="the same").status == 201
    assert adjust("worker-1", 200_000).status == 201


# Reversals


def test_a_reversal_counts_for_the_sum_and_waits_above_it() -> None:
    # given two adjustments by other admins
    first, second = grant("worker-1", 400_000), adjust("worker-1", 400_000, SECOND_TREASURER).body["id"]
    # when a third reverses both
    assert reverse(first, THIRD).status == 201
    waits = reverse(second, THIRD)
    # then the second reversal waits
    assert (waits.status, waits.body["kind"], waits.body["transactionId"]) == (202, "reversal", second)
    assert (waits.body["amountCents"], waits.body["userId"]) == (-400_000, "worker-1")
    assert balance("worker-1")["balanceCents"] == 400_000
    assert adjust("worker-1", 100_001, THIRD).status == 202
    # and is booked by its approval, once
    assert approve(waits.body["id"]).status == 200
    assert balance("worker-1")["balanceCents"] == 0
    reversed_entry = next(entry for entry in entries("worker-1") if entry["id"] == second)
    assert reversed_entry["reversedBy"] == entries("worker-1")[0]["id"]
    assert reverse(second, SECOND_TREASURER).status == 409
    assert check_books(stored("credits")) == {"worker-1": 0}


def test_one_admin_cannot_reverse_a_large_entry_alone() -> None:
    entry = grant("worker-1", 600_000)
    proposal = proposal_of(reverse(entry))
    assert balance("worker-1")["balanceCents"] == 600_000
    assert approve(proposal, TREASURER).status == 403
    assert approve(proposal).status == 200
    assert balance("worker-1")["balanceCents"] == 0


def test_of_two_proposals_to_reverse_one_entry_only_one_is_booked() -> None:
    entry = grant("worker-1", 600_000)
    proposals = [proposal_of(reverse(entry)), proposal_of(reverse(entry, SECOND_TREASURER))]
    assert [approve(proposal, THIRD).status for proposal in proposals] == [200, 409]
    assert approve(proposals[1], THIRD, decision="refuse").status == 200
    assert balance("worker-1")["balanceCents"] == 0


def test_a_proposed_reversal_of_a_reversal_is_refused_at_once() -> None:
    entry = grant("worker-1", 600_000)
    booked = approve(proposal_of(reverse(entry))).body["entryId"]
    assert reverse(booked).status == 409


def test_an_approval_that_would_take_the_balance_below_zero_is_refused_and_still_waits() -> None:
    grant("worker-1", 600_000)
    proposal = proposal_of(adjust("worker-1", -600_000))
    assert adjust("worker-1", -1).status == 201
    assert approve(proposal).status == 409
    assert [one["id"] for one in waiting_proposals()] == [proposal]


# Lists, requests, erased people


def test_proposals_are_listed_oldest_first_by_pages(clock: Clock) -> None:
    made = []
    for number in range(5):
        made.append(proposal_of(adjust("worker-1", 600_000 + number)))
        clock.tick(seconds=1)
    approve(made[1])
    first = SECOND_TREASURER.get("/credits/adjustments", query={"limit": "3"}).body
    rest = SECOND_TREASURER.get("/credits/adjustments", query={"limit": "3", "cursor": first["nextCursor"]}).body
    assert [one["id"] for one in first["items"] + rest["items"]] == [made[0], *made[2:]]
    assert (len(first["items"]), rest["nextCursor"]) == (3, None)
    assert TREASURER.get("/credits/adjustments", query={"cursor": first["nextCursor"]}).status == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision": "reject"}, "decision"),
        ({"decision": None}, "decision"),
        ({"reason": "too short"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "\u200b" * 12}, "reason"),
        ({"amountCents": 1}, "amountCents"),
    ],
)
def test_an_invalid_decision_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    proposal = proposal_of(adjust("worker-1", 600_000))
    body = {"decision": "approve", "reason": REASON, **change}
    answer = SECOND_TREASURER.post(f"/credits/adjustments/{proposal}/approval", body, headers=key())
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize("reason", ["too short", "x" * 501, "         x"])
def test_the_reason_of_a_reversal_has_10_to_500_characters(reason: str) -> None:
    entry = grant("worker-1", 100)
    answer = TREASURER.post(f"/credits/transactions/{entry}/reversal", {"reason": reason}, headers=key())
    assert (answer.status, answer.fields) == (422, {"reason"})


def test_a_decision_needs_an_idempotency_key() -> None:
    proposal = proposal_of(adjust("worker-1", 600_000))
    body = {"decision": "approve", "reason": REASON}
    assert SECOND_TREASURER.post(f"/credits/adjustments/{proposal}/approval", body).status == 400


@pytest.mark.parametrize("proposal", ["gone", "account%23worker-1"])
def test_only_proposals_are_decided(proposal: str) -> None:
    assert approve(proposal).status == 404


@pytest.mark.parametrize(
    "act",
    [
        lambda *_: adjust("worker-1", 100),
        lambda *_: adjust("worker-1", -100),
        lambda entry, _: reverse(entry),
        lambda _, proposal: approve(proposal),
    ],
    ids=["adjustment up", "adjustment down", "reversal", "approval"],
)
def test_nothing_is_booked_for_an_erased_person(act: Callable[[str, str], Answer]) -> None:
    entry, proposal = grant("worker-1", 1_000), proposal_of(adjust("worker-1", 600_000))
    known("worker-1", status="erased")
    answer = act(entry, proposal)
    assert (answer.status, answer.body["detail"]) == (409, "The account was erased.")
    assert len([item for item in stored("credits") if "order" in item]) == 1


# The payout account


def test_a_withdrawal_fails_when_the_payout_account_changed_after_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grant("worker-1", 30_000)
    for before, after in (({}, {"version": 2}), ({"version": 4}, {"version": 3})):
        payout_account("worker-1", **before)
        read = payout_accounts.read

        def changed_meanwhile(record: Any, after: dict[str, int] = after, read: Any = read) -> Any:
            found = read(record)
            payout_account("worker-1", fingerprint="another bank", **after)
            return found

        with monkeypatch.context() as patched:
            patched.setattr(payout_accounts, "read", changed_meanwhile)
            assert withdraw(WORKER, 10_000).status == 409
    assert balance("worker-1")["balanceCents"] == 30_000
    assert withdraw(WORKER, 10_000).status == 201


# The sum itself


@given(amounts=st.lists(st.tuples(st.integers(0, 3_000), st.integers(-2_000, 2_000)), max_size=150))
def test_a_sum_with_any_number_of_amounts_stays_small_and_never_forgets_one(amounts: list[tuple[int, int]]) -> None:
    total, moment = SingleAdminSum(admin_id="a"), NOW
    booked: list[tuple[str, int]] = []
    for seconds, cents in amounts:
        moment = khaya_clock.plus(moment, seconds=seconds)
        since = khaya_clock.plus(moment, hours=-24)
        earlier = sum(abs(one) for at, one in booked if at > since)
        if total.allows(cents, moment):
            assert earlier + abs(cents) <= SINGLE_ADMIN_LIMIT_CENTS
            total = total.with_amount(cents, moment)
            booked.append((moment, cents))
        else:
            assert earlier + abs(cents) > SINGLE_ADMIN_LIMIT_CENTS or len(booked) > 100
    assert len(total.parts) <= 100
