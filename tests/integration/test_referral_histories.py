"""Random histories of referrals against a simple model: rewards, monthly limit and tiers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.support.client import VISITOR, Person
from tests.support.histories import History, run_histories
from tests.support.money import (
    ENOUGH_CENTS,
    apply,
    check_books,
    code_of,
    decide_reward,
    earlier_rewards,
    everything,
    payout_account,
    release,
    released_job,
    waiting_rewards,
)
from tests.support.stand_in import stored

pytestmark = pytest.mark.exhaustive

PEOPLE = ["r1", "r2", "p1", "p2", "p3", "p4", "p5"]
BONUSES = {5: 25_000, 15: 75_000, 50: 250_000}

people = st.sampled_from(PEOPLE)


@dataclass
class ModelReferral:
    """A referral of the model."""

    referrer: str
    person: str
    applied_at: str
    status: str = "pending"
    cents: int = 0


class ReferralHistory(History):
    """Random actions of people, released jobs and admins."""

    @initialize(before=st.sampled_from([0, 3, 4, 13, 48]), this_month=st.sampled_from([0, 18, 19]))
    def begin(self, before: int, this_month: int) -> None:
        self.referrals: dict[str, ModelReferral] = {}
        self.counts = Counter({"r1": before})
        self.month = Counter({("r1", "2026-11"): this_month})
        self.owed: Counter[str] = Counter()
        self.waiting: list[tuple[str, str, int]] = []
        self.decided: list[str] = []
        self.jobs: list[tuple[str, dict[str, Any]]] = []
        earlier_rewards("r1", before, this_month=this_month)
        self.codes = {person: code_of(Person(person)) for person in PEOPLE}
        self.counted: set[str] = set()
        for person in PEOPLE:
            payout_account(person)
        for twin in ("p4", "p5"):
            payout_account(twin, fingerprint="one account")

    @rule(person=people, referrer=st.sampled_from(["r1", "r1", "r2", "p1"]))
    def applies(self, person: str, referrer: str) -> None:
        answer = apply(Person(person), self.codes[referrer])
        if person == referrer or person in self.referrals:
            assert answer.status == 409
        else:
            assert answer.status == 201
            self.referrals[person] = ModelReferral(referrer, person, self.moment.isoformat())

    @rule(
        buyer=people,
        worker=people,
        cents=st.sampled_from([19_999, 90_000, 160_000, 250_000]),
        payment=st.sampled_from(["escrow", "escrow", "escrow", "cash"]),
    )
    def a_job_is_released(self, buyer: str, worker: str, cents: int, payment: str) -> None:
        if buyer == worker:
            return
        facts = {"buyer": buyer, "worker": worker, "cents": cents, "counts": cents >= 20_000 and payment == "escrow"}
        self.jobs.append((released_job(buyer, worker, cents, payment=payment), facts))
        self.release(-1)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def a_release_is_repeated(self, data: st.DataObject) -> None:
        self.release(data.draw(st.integers(0, len(self.jobs) - 1)))

    def release(self, number: int) -> None:
        job_id, facts = self.jobs[number]
        parties = {facts["buyer"], facts["worker"]}
        related = any(self.referrals[one].referrer in parties for one in parties & self.referrals.keys())
        pending = [
            one
            for person in (facts["buyer"], facts["worker"])
            if (one := self.referrals.get(person)) is not None and one.status == "pending"
        ]
        counts = facts["counts"] and not related and parties != {"p4", "p5"} and job_id not in self.counted
        if not counts or not pending:
            assert release(job_id) == 0
            return
        one = min(pending, key=lambda referral: referral.applied_at)
        self.counted.add(job_id)
        one.cents += facts["cents"]
        assert release(job_id) == (one.cents >= ENOUGH_CENTS)
        if one.cents < ENOUGH_CENTS:
            return
        one.status = "completed"
        month = (one.referrer, self.moment.isoformat()[:7])
        if self.month[month] < 20:
            self.month[month] += 1
            self.pay(one)
        else:
            self.waiting.append((one.referrer, one.person, 5_000))

    def pay(self, one: ModelReferral) -> None:
        one.status = "rewarded"
        self.counts[one.referrer] += 1
        self.owed[one.referrer] += 5_000
        self.owed[one.person] += 5_000
        if self.counts[one.referrer] in BONUSES:
            self.waiting.append((one.referrer, "", BONUSES[self.counts[one.referrer]]))

    @rule(data=st.data(), decision=st.sampled_from(["pay", "pay", "refuse"]))
    def an_admin_decides(self, data: st.DataObject, decision: str) -> None:
        known = {one["id"]: one for one in waiting_rewards()}
        assert sorted(self.waiting) == sorted(
            (one["referrerId"], one["referredId"] or "", one["amountCents"]) for one in known.values()
        )
        if not {*known, *self.decided}:
            return
        reward_id = data.draw(st.sampled_from(sorted({*known, *self.decided})))
        if reward_id in self.decided:
            assert decide_reward(reward_id, decision).status == 409
            return
        assert decide_reward(reward_id, decision).status == 200
        self.decided.append(reward_id)
        reward = known[reward_id]
        referrer, person, cents = reward["referrerId"], reward["referredId"], reward["amountCents"]
        self.waiting.remove((referrer, person or "", cents))
        if decision == "pay" and person:
            self.pay(self.referrals[person])
        elif decision == "pay":
            self.owed[referrer] += cents

    @rule(days=st.sampled_from([1, 31]))
    def time_passes(self, days: int) -> None:
        self.tick(days=days)

    def teardown(self) -> None:
        if hasattr(self, "codes"):
            for referrer in ("r1", "r2", "p1"):
                statuses = Counter(one["status"] for one in everything(Person(referrer), "/referrals/mine"))
                assert statuses == Counter(one.status for one in self.referrals.values() if one.referrer == referrer)
            board = VISITOR.get("/referrals/leaderboard").body["items"]
            paid = {one.referrer for one in self.referrals.values() if one.status == "rewarded"}
            assert {one["userId"]: one["rewardedCount"] for one in board} == {name: self.counts[name] for name in paid}
            assert [one["rewardedCount"] for one in board] == sorted((self.counts[name] for name in paid), reverse=True)
            assert check_books(stored("credits")) == {name: cents for name, cents in self.owed.items() if cents}
        super().teardown()


def test_random_referral_histories_match_the_model() -> None:
    run_histories(ReferralHistory, steps=15)
