"""Concurrent completions of referrals: each is paid once, and the monthly limit and the tiers are exact."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from khaya.platform.data.writes import plain_item
from tests.contention.clients import Call, Delivery, at_once, deliver
from tests.support.client import VISITOR, Person
from tests.support.money import (
    REASON,
    balance,
    check_books,
    code_of,
    earlier_rewards,
    entries,
    everything,
    key,
    refer,
    released_job,
    waiting_rewards,
)
from tests.support.template import table_name

REFERRER = Person("referrer", ("worker",))


def released(job_id: str) -> Delivery:
    return Delivery("money", {"consumer": "referrals", "jobId": job_id})


def test_a_referral_completed_by_concurrent_messages_is_paid_once(engine: None, dynamodb: Any) -> None:
    # given two jobs of one referred user, released together, with each message delivered sixteen times
    refer("referrer", "newcomer")
    jobs = [released_job("buyer", "newcomer"), released_job("newcomer", "worker")]
    # when
    deliver([released(job_id) for job_id in jobs * 16])
    # then
    assert check_books(_ledger(dynamodb)) == {"referrer": 5_000, "newcomer": 5_000}
    (referral,) = everything(REFERRER, "/referrals/mine")
    assert (referral["status"], referral["rewardCents"]) == ("rewarded", 5_000)
    assert VISITOR.get("/referrals/leaderboard").body["items"][0]["rewardedCount"] == 1


def test_the_monthly_limit_is_exact_under_concurrency(engine: None, dynamodb: Any) -> None:
    # given 12 referrals of a referrer with 13 paid this month, all completed together, each message delivered twice
    earlier_rewards("referrer", 30, this_month=13)
    people = [f"newcomer-{number}" for number in range(12)]
    refer("referrer", *people)
    jobs = [released_job("buyer", person) for person in people]
    # when
    deliver([released(job_id) for job_id in jobs * 2])
    # then seven are paid and five are pending
    states = Counter(referral["status"] for referral in everything(REFERRER, "/referrals/mine"))
    assert states == {"rewarded": 7, "completed": 5}
    assert len(waiting_rewards()) == 5
    sums = check_books(_ledger(dynamodb))
    assert sums.pop("referrer") == 7 * 5_000
    assert sorted(sums.values()) == [5_000] * 7


def test_a_tier_crossed_by_concurrent_completions_has_one_bonus_that_waits(engine: None, dynamodb: Any) -> None:
    # given a referrer with three rewarded referrals, when six more are completed together, each message delivered twice
    earlier_rewards("referrer", 3)
    people = [f"newcomer-{number}" for number in range(6)]
    refer("referrer", *people)
    jobs = [released_job("buyer", person) for person in people]
    deliver([released(job_id) for job_id in jobs * 2])
    # then
    kinds = Counter(entry["type"] for entry in entries("referrer"))
    assert kinds == {"referral": 6}
    assert balance("referrer")["balanceCents"] == 6 * 5_000
    assert [one["amountCents"] for one in waiting_rewards()] == [25_000]
    assert VISITOR.get("/referrals/leaderboard").body["items"][0]["rewardedCount"] == 9
    check_books(_ledger(dynamodb))


@pytest.mark.parametrize("kind", ["referral", "bonus"])
def test_of_concurrent_decisions_of_many_admins_one_stands(kind: str, engine: None, dynamodb: Any) -> None:
    # given a reward that waits
    earlier_rewards("referrer", 4, this_month=20 if kind == "referral" else 0)
    refer("referrer", "newcomer")
    deliver([released(released_job("buyer", "newcomer"))])
    (reward,) = waiting_rewards()
    before = check_books(_ledger(dynamodb)).get("referrer", 0)
    # when 32 admins decide concurrently, half of them against it
    calls = [
        Call(
            Person(f"admin-{number}", ("admin",)),
            "POST",
            f"/referrals/{reward['id']}/decision",
            {"decision": ("pay", "refuse")[number % 2], "reason": REASON},
            key(f"decision-{number}"),
        )
        for number in range(32)
    ]
    answers = at_once(calls)
    # then one decision stands, and the books agree with it
    assert Counter(answers) == {200: 1, 409: 31}
    paid = answers.index(200) % 2 == 0
    gained = check_books(_ledger(dynamodb)).get("referrer", 0) - before
    assert gained == (reward["amountCents"] if paid else 0)
    (referral,) = everything(REFERRER, "/referrals/mine")
    assert referral["status"] == ("rewarded" if paid or kind == "bonus" else "completed")
    if kind == "bonus":
        assert waiting_rewards() == []


def test_concurrent_requests_for_a_code_return_one_code(engine: None) -> None:
    answers = at_once([Call(REFERRER, "GET", "/referrals/code") for _ in range(32)])
    assert Counter(answers) == {200: 32}
    code = code_of(REFERRER)
    assert len(code) == 8
    assert code_of(REFERRER) == code


def test_given_concurrent_applications_of_codes_then_one_succeeds(engine: None) -> None:
    codes = [code_of(Person(f"referrer-{number}")) for number in range(4)]
    newcomer = Person("newcomer")
    answers = at_once([Call(newcomer, "POST", "/referrals/applications", {"code": code}) for code in codes * 8])
    assert Counter(answers) == {201: 1, 409: 31}
    brought = [len(everything(Person(f"referrer-{number}"), "/referrals/mine")) for number in range(4)]
    assert sorted(brought) == [0, 0, 0, 1]


def _ledger(dynamodb: Any) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name("CreditsTable"), ConsistentRead=True)
    return [plain_item(item) for page in pages for item in page["Items"]]
