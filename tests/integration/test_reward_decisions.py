"""Rewards that wait for an admin, or for the end of a suspension."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.erasure import store as erasures
from khaya.platform.base import clock as time
from khaya.platform.data.unit_of_work import commit_now
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.money import (
    REASON,
    SECOND_TREASURER,
    TREASURER,
    check_books,
    decide_reward,
    earlier_rewards,
    everything,
    key,
    refer,
    release,
    released_job,
    waiting_rewards,
)
from tests.support.records import profile
from tests.support.stand_in import stored
from tests.support.streams import follow

REFERRER = Person("referrer-1", ("worker",))
NEWCOMER = Person("newcomer-1", ("buyer",))


@pytest.fixture(autouse=True)
def people() -> None:
    stand_in.pool_with(TREASURER, SECOND_TREASURER, REFERRER, NEWCOMER)
    for admin in (TREASURER, SECOND_TREASURER):
        profile(admin.user_id or "", display_name="Admin", roles=["admin"])
    profile("referrer-1", display_name="Thandi", roles=["worker"])
    profile("newcomer-1", display_name="Sipho", roles=["buyer"])


def waiting_referral(referrer: str = "referrer-1", referred: str = "newcomer-1") -> str:
    """A completed referral above the monthly limit; returns the id of its reward."""
    earlier_rewards(referrer, 30, this_month=20)
    refer(referrer, referred)
    assert release(released_job("buyer-1", referred)) == 1
    return waiting_id("referral")


def waiting_bonus(referrer: str = "referrer-1", referred: str = "newcomer-1") -> str:
    """A bonus for the fifth rewarded referral; returns its id."""
    earlier_rewards(referrer, 4)
    refer(referrer, referred)
    assert release(released_job("buyer-1", referred)) == 1
    return waiting_id("bonus")


def waiting_id(kind: str) -> str:
    found: str = next(one["id"] for one in waiting_rewards() if one["kind"] == kind)
    return found


MAKERS = {"referral": waiting_referral, "bonus": waiting_bonus}


def set_status(person: Person, status: str) -> None:
    answer = TREASURER.patch(f"/admin/users/{person.user_id}", {"status": status, "reason": "Invented jobs, again."})
    assert answer.status == 200, answer.text


def erase(person: Person) -> None:
    answer = person.delete("/profiles/me")
    assert answer.status == 204, answer.text


def paid() -> dict[str, int]:
    """People's balances."""
    return check_books(stored("credits"))


def notices(person: Person) -> list[str]:
    return [one["kind"] for one in everything(person, "/notifications")]


def test_a_waiting_reward_names_kind_people_and_amount(clock: Clock) -> None:
    # given a bonus that waits, and an hour later a referral above the limit
    waiting_bonus()
    clock.tick(hours=1)
    profile("newcomer-2", display_name="Nomsa")
    waiting_referral(referred="newcomer-2")
    # when
    bonus, referral = waiting_rewards()
    # then the older one is first
    assert (bonus["kind"], bonus["rewardedCount"], bonus["amountCents"]) == ("bonus", 5, 25_000)
    assert (bonus["referrerName"], bonus["referredId"], bonus["referredName"]) == ("Thandi", None, None)
    assert (referral["kind"], referral["rewardedCount"], referral["amountCents"]) == ("referral", None, 5_000)
    assert (referral["referrerName"], referral["referredName"]) == ("Thandi", "Nomsa")
    assert referral["id"] in {one["id"] for one in everything(REFERRER, "/referrals/mine")}
    assert (bonus["status"], bonus["decidedBy"], bonus["createdAt"]) == ("waiting", None, "2026-11-21T08:00:00.000Z")
    # and pages have every reward once
    assert everything(TREASURER, "/referrals/waiting", limit=1) == [bonus, referral]


def test_the_oldest_reward_is_that_which_waits_longest_not_the_oldest_referral(clock: Clock) -> None:
    earlier_rewards("referrer-1", 30, this_month=20)
    refer("referrer-1", "n1", "n2", "n3")
    for person in ("n2", "n3", "n1"):
        clock.tick(minutes=1)
        release(released_job("buyer-1", person))
    assert [one["referredId"] for one in waiting_rewards()] == ["n2", "n3", "n1"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_paid_reward_is_booked_once_with_the_admin(kind: str) -> None:
    reward, before = MAKERS[kind](), paid()
    # when
    answer = decide_reward(reward)
    # then
    assert answer.status == 200
    assert (answer.body["status"], answer.body["decidedBy"]) == ("paid", "treasurer-1")
    assert (answer.body["decisionReason"], answer.body["decidedAt"]) == (REASON, "2026-11-21T08:00:00.000Z")
    gained = {person: cents - before.get(person, 0) for person, cents in paid().items()}
    assert gained["referrer-1"] == {"referral": 5_000, "bonus": 25_000}[kind]
    assert gained["newcomer-1"] == {"referral": 5_000, "bonus": 0}[kind]
    assert {tuple(entry["bookedBy"]) for entry in stored("credits") if entry.get("bookedBy")} == {("treasurer-1",)}
    assert waiting_rewards() == []


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("first", ["pay", "refuse"])
@pytest.mark.parametrize("second", ["pay", "refuse"])
def test_a_reward_is_decided_once(kind: str, first: str, second: str) -> None:
    reward = MAKERS[kind]()
    assert decide_reward(reward, first).status == 200
    before = paid()
    # when another admin decides too
    answer = decide_reward(reward, second, SECOND_TREASURER)
    # then
    assert (answer.status, answer.body["code"]) == (409, "reward_status")
    assert answer.body["params"] == {"status": {"pay": "paid", "refuse": "refused"}[first]}
    assert paid() == before


@pytest.mark.parametrize("kind", MAKERS)
def test_a_refused_reward_books_nothing_and_tells_its_people(kind: str) -> None:
    reward, before = MAKERS[kind](), paid()
    follow()
    # when
    assert decide_reward(reward, "refuse").body["status"] == "refused"
    follow()
    # then
    assert paid() == before
    assert waiting_rewards() == []
    assert "rewardRefused" in notices(REFERRER)
    assert ("rewardRefused" in notices(NEWCOMER)) == (kind == "referral")
    # and a further job of the referred person pays nothing
    assert release(released_job("buyer-2", "newcomer-1")) == 0
    assert paid() == before


@pytest.mark.parametrize(("kind", "notice"), [("referral", "referralRewarded"), ("bonus", "creditsReceived")])
def test_a_paid_reward_tells_its_people(kind: str, notice: str) -> None:
    reward = MAKERS[kind]()
    follow()
    seen = notices(REFERRER).count(notice)
    decide_reward(reward)
    follow()
    assert notices(REFERRER).count(notice) == seen + 1


@pytest.mark.parametrize(("decision", "action"), [("pay", "reward.paid"), ("refuse", "reward.refused")])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_decision_is_in_the_audit_trail_with_its_admin(kind: str, decision: str, action: str) -> None:
    reward = MAKERS[kind]()
    decide_reward(reward, decision)
    follow("audit")
    trail = everything(SECOND_TREASURER, "/admin/audit")
    assert (action, {"kind": "referrals", "id": reward}, "treasurer-1") in [
        (entry["action"], entry["object"], entry["actorId"]) for entry in trail
    ]


def test_a_decision_needs_a_key_and_its_repeat_gets_the_first_answer() -> None:
    reward = waiting_bonus()
    body = {"decision": "pay", "reason": REASON}
    path = f"/referrals/{reward}/decision"
    without = TREASURER.post(path, body)
    assert (without.status, without.body["code"]) == (400, "idempotency_key_required")
    first = TREASURER.post(path, body, headers=key("one"))
    second = TREASURER.post(path, body, headers=key("one"))
    assert first.status == second.status == 200
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.body == first.body
    other = TREASURER.post(path, {**body, "decision": "refuse"}, headers=key("one"))
    assert other.status == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "pay"}, "reason"),
        ({"decision": "approve", "reason": REASON}, "decision"),
        ({"decision": "pay", "reason": "no"}, "reason"),
        ({"reason": REASON}, "decision"),
        ({"decision": "pay", "reason": REASON, "amountCents": 1}, "amountCents"),
    ],
)
def test_an_incomplete_decision_is_refused(body: dict[str, Any], field: str) -> None:
    answer = TREASURER.post(f"/referrals/{waiting_bonus()}/decision", body, headers=key())
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize("about", ["referrer-1", "newcomer-1"])
def test_no_admin_decides_about_a_reward_of_their_own(about: str) -> None:
    reward = waiting_referral()
    answer = decide_reward(reward, "refuse", Person(about, ("admin",)))
    assert (answer.status, answer.body["code"]) == (403, "own_affair")


# --- suspended and erased people


@pytest.mark.parametrize(
    ("kind", "about"), [("referral", REFERRER), ("referral", NEWCOMER), ("bonus", REFERRER)], ids=str
)
def test_the_reward_of_a_suspended_person_waits_until_the_suspension_is_lifted(kind: str, about: Person) -> None:
    reward, before = MAKERS[kind](), paid()
    set_status(about, "suspended")
    # when an admin wants to pay
    answer = decide_reward(reward)
    # then it is refused, and the reward still waits
    assert (answer.status, answer.body["code"]) == (409, "party_suspended")
    assert paid() == before
    assert [one["id"] for one in waiting_rewards()] == [reward]
    # when the suspension is lifted
    set_status(about, "active")
    # then it can be paid
    assert decide_reward(reward).status == 200
    assert paid() != before


def test_a_suspended_persons_reward_can_be_refused() -> None:
    reward = waiting_bonus()
    set_status(REFERRER, "suspended")
    assert decide_reward(reward, "refuse").status == 200
    assert waiting_rewards() == []


def test_a_bonus_of_an_erased_person_is_not_paid_but_can_be_refused() -> None:
    reward, before = waiting_bonus(), paid()
    commit_now(erasures.mark_erased("referrer-1", time.now(), None))
    answer = decide_reward(reward)
    assert (answer.status, answer.body["code"]) == (409, "party_left")
    assert decide_reward(reward, "refuse").status == 200
    assert paid() == before


@pytest.mark.parametrize(("gone", "stays"), [(REFERRER, NEWCOMER), (NEWCOMER, REFERRER)], ids=str)
def test_of_a_waiting_referral_only_the_one_who_stays_is_paid(gone: Person, stays: Person) -> None:
    reward = waiting_referral()
    erase(gone)
    assert decide_reward(reward).status == 200
    assert {person: cents for person, cents in paid().items() if cents} == {stays.user_id: 5_000}


def test_a_referral_of_two_erased_people_pays_nobody() -> None:
    reward = waiting_referral()
    erase(REFERRER)
    erase(NEWCOMER)
    assert decide_reward(reward).status == 409
    assert paid() == {}


@pytest.mark.parametrize("about", [REFERRER, NEWCOMER], ids=str)
def test_a_referral_completed_during_a_suspension_is_paid_when_it_is_lifted(about: Person) -> None:
    # given a referral whose referrer or referred person is suspended
    refer("referrer-1", "newcomer-1")
    set_status(about, "suspended")
    follow("referrals")
    # when a job qualifies
    assert release(released_job("buyer-1", "newcomer-1")) == 1
    follow("referrals")
    # then it is completed, nobody is paid, and no admin has to decide
    assert paid() == {}
    assert waiting_rewards() == []
    # when the suspension is lifted
    set_status(about, "active")
    follow("referrals")
    # then both are paid, once
    assert paid() == {"referrer-1": 5_000, "newcomer-1": 5_000}
    assert [one["status"] for one in everything(REFERRER, "/referrals/mine")] == ["rewarded"]
    set_status(about, "suspended")
    set_status(about, "active")
    follow("referrals")
    assert paid() == {"referrer-1": 5_000, "newcomer-1": 5_000}


def test_while_both_are_suspended_the_first_end_pays_nobody() -> None:
    refer("referrer-1", "newcomer-1")
    set_status(REFERRER, "suspended")
    set_status(NEWCOMER, "suspended")
    release(released_job("buyer-1", "newcomer-1"))
    for person, balances in ((NEWCOMER, {}), (REFERRER, {"referrer-1": 5_000, "newcomer-1": 5_000})):
        set_status(person, "active")
        follow("referrals")
        assert paid() == balances


def test_a_held_referral_above_the_limit_waits_for_an_admin_after_the_suspension() -> None:
    earlier_rewards("referrer-1", 30, this_month=20)
    refer("referrer-1", "newcomer-1")
    set_status(NEWCOMER, "suspended")
    release(released_job("buyer-1", "newcomer-1"))
    assert waiting_rewards() == []
    set_status(NEWCOMER, "active")
    follow("referrals")
    (reward,) = waiting_rewards()
    assert decide_reward(reward["id"]).status == 200
    assert paid() == {"referrer-1": 5_000, "newcomer-1": 5_000}


def test_when_a_suspended_person_is_erased_then_the_other_one_is_paid() -> None:
    refer("referrer-1", "newcomer-1")
    set_status(REFERRER, "suspended")
    release(released_job("buyer-1", "newcomer-1"))
    erase(REFERRER)
    follow("referrals")
    assert {person: cents for person, cents in paid().items() if cents} == {"newcomer-1": 5_000}


def test_an_erased_referrer_is_neither_paid_nor_counted() -> None:
    refer("referrer-1", "newcomer-1")
    erase(REFERRER)
    assert release(released_job("buyer-1", "newcomer-1")) == 1
    assert paid() == {"newcomer-1": 5_000}
    assert [row for row in stored("referrals") if row.get("leaderboard")] == []
