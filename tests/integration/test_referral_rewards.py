"""The rewards of released jobs: paid once, also with repeated messages and crashes."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support.client import Context, Person, app
from tests.support.money import (
    balance,
    check_books,
    decide_reward,
    earlier_rewards,
    entries,
    everything,
    payout_account,
    refer,
    release,
    released_job,
    waiting_rewards,
)
from tests.support.stand_in import stored
from tests.support.streams import follow

REFERRER = Person("referrer-1", ("worker",))


def test_the_first_qualifying_job_pays_both_sides() -> None:
    # given
    refer("referrer-1", "newcomer-1")
    # when a job is released, and its consumers have run
    job_id = released_job("buyer-1", "newcomer-1")
    follow("referrals")
    # then
    (own,) = entries("referrer-1")
    (theirs,) = entries("newcomer-1")
    assert (own["type"], own["amountCents"]) == (theirs["type"], theirs["amountCents"]) == ("referral", 5_000)
    assert own["source"] != theirs["source"]
    (referral,) = everything(REFERRER, "/referrals/mine")
    assert referral["status"] == "rewarded"
    assert referral["rewardCents"] == 5_000
    assert referral["completedAt"] == referral["rewardedAt"] == "2026-11-21T08:00:00.000Z"
    assert _qualified() == {"buyer-1", "newcomer-1"}
    assert job_id
    check_books(stored("credits"))


def test_given_a_repeated_release_then_the_referral_is_paid_once() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("newcomer-1", "worker-1")
    assert (release(job_id), release(job_id)) == (1, 0)
    assert release(released_job("newcomer-1", "worker-2")) == 0
    assert balance("referrer-1")["balanceCents"] == balance("newcomer-1")["balanceCents"] == 5_000


def test_a_job_counts_for_one_referral_only_also_if_both_parties_were_referred() -> None:
    refer("referrer-1", "newcomer-1", "newcomer-2")
    job_id = released_job("newcomer-1", "newcomer-2")
    assert [release(job_id) for _ in range(3)] == [1, 0, 0]
    assert sum(check_books(stored("credits")).values()) == 10_000
    # and another job counts for the other one
    assert release(released_job("newcomer-1", "newcomer-2")) == 1
    assert check_books(stored("credits")) == {"referrer-1": 10_000, "newcomer-1": 5_000, "newcomer-2": 5_000}


@pytest.mark.parametrize(
    "fields",
    [
        {"payment": "cash"},
        {"agreed_cents": 19_999},
        {"agreed_cents": None},
        {"released_at": None},
        {"status": "cancelled"},
        {"buyer_id": "referrer-1"},
        {"worker_id": "referrer-1", "buyer_id": "newcomer-1"},
        {"worker_id": None},
    ],
)
def test_a_job_that_does_not_qualify_pays_nobody(fields: dict[str, Any]) -> None:
    refer("referrer-1", "newcomer-1")
    assert release(released_job("buyer-1", "newcomer-1", **fields)) == 0
    assert stored("credits") == []
    assert _qualified() == set(), "it does not count for story rewards either"
    # and a later qualifying job completes the referral
    assert release(released_job("buyer-1", "newcomer-1")) == 1


def test_a_job_between_people_with_one_payout_account_pays_nobody() -> None:
    # given
    refer("referrer-1", "newcomer-1")
    payout_account("newcomer-1", fingerprint="same")
    payout_account("buyer-1", fingerprint="same")
    # then
    assert release(released_job("buyer-1", "newcomer-1")) == 0
    assert _qualified() == set()
    # and a job with another buyer qualifies
    assert release(released_job("buyer-2", "newcomer-1")) == 1


def test_a_job_between_a_person_and_their_referrer_pays_nobody() -> None:
    # given a referred person who referred the other party of the job
    refer("referrer-1", "newcomer-1")
    refer("newcomer-1", "newcomer-2")
    # then
    assert release(released_job("newcomer-1", "newcomer-2")) == 0
    assert stored("credits") == []
    assert _qualified() == set()


def test_an_unknown_job_pays_nobody() -> None:
    assert release("gone") == 0


def test_twenty_referrals_a_month_are_paid_and_further_ones_wait_for_an_admin(clock: Clock) -> None:
    # given a referrer with 18 rewards in November and four pending referrals
    earlier_rewards("referrer-1", 18, this_month=18)
    people = [f"n{number}" for number in range(4)]
    refer("referrer-1", *people)
    # when each completes in the last minute of November in South Africa
    clock.tick(days=9, hours=13, minutes=59)
    for person in people:
        assert release(released_job("buyer-1", person)) == 1
    # then two are paid
    assert [one["status"] for one in everything(REFERRER, "/referrals/mine")] == ["completed"] * 2 + ["rewarded"] * 2
    assert [one["referredId"] for one in waiting_rewards()] == ["n2", "n3"]
    assert balance("n2")["balanceCents"] == 0
    # when December has begun
    clock.tick(minutes=1)
    refer("referrer-1", "m1")
    assert release(released_job("buyer-1", "m1")) == 1
    # then a new one is paid, and the others still wait
    assert balance("m1")["balanceCents"] == 5_000
    first, second = waiting_rewards()
    # when an admin pays one
    assert decide_reward(first["id"]).status == 200
    # then
    assert waiting_rewards() == [second]
    assert balance("n2")["balanceCents"] == 5_000
    assert _counts()["referrer-1"] == 22
    assert balance("referrer-1")["balanceCents"] == 4 * 5_000
    check_books(stored("credits"))
    # and not twice
    assert decide_reward(first["id"]).status == 409


def test_an_admins_payment_does_not_count_for_the_monthly_limit() -> None:
    # given a referral above the limit, and a pending one
    earlier_rewards("referrer-1", 20, this_month=20)
    refer("referrer-1", "n1", "n2")
    release(released_job("buyer-1", "n1"))
    earlier_rewards("referrer-1", 30, this_month=19)
    # when an admin pays the first, and then the other completes
    (reward,) = waiting_rewards()
    decide_reward(reward["id"])
    release(released_job("buyer-1", "n2"))
    # then it is paid automatically
    assert waiting_rewards() == []
    assert _counts()["referrer-1"] == 32


@pytest.mark.parametrize(("tier", "cents"), [(5, 25_000), (15, 75_000), (50, 250_000)])
def test_the_bonus_of_each_tier_waits_once_and_is_paid_by_an_admin(tier: int, cents: int) -> None:
    # given a referrer two short of the tier
    earlier_rewards("referrer-1", tier - 2)
    refer("referrer-1", "n1", "n2", "n3")
    # when three more are rewarded, then one bonus waits, and nothing of it is paid
    for person, waiting in (("n1", []), ("n2", [(tier, cents)]), ("n3", [(tier, cents)])):
        release(released_job("buyer-1", person))
        assert [(one["rewardedCount"], one["amountCents"]) for one in waiting_rewards()] == waiting
    assert _bonuses() == []
    # when an admin agrees
    (bonus,) = waiting_rewards()
    assert (bonus["kind"], bonus["referrerId"], bonus["referredId"], bonus["referredName"]) == (
        "bonus",
        "referrer-1",
        None,
        None,
    )
    assert decide_reward(bonus["id"]).status == 200
    # then
    assert _bonuses() == [cents]
    assert waiting_rewards() == []
    check_books(stored("credits"))


@pytest.mark.parametrize("position", range(4))
def test_given_a_crash_at_any_call_then_a_repeated_run_pays_once(
    position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a referral that will reach a tier

    earlier_rewards("referrer-1", 4)
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    # when the process dies at one of its calls
    call, left = dynamo._call, [position]

    def dying(operation: Any, **request: Any) -> Any:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return call(operation, **request)

    with monkeypatch.context() as patched:
        patched.setattr(dynamo, "_call", dying)
        with pytest.raises(KeyboardInterrupt):
            release(job_id)
    # then nobody is paid, and a repeated run pays both, and lets the bonus wait
    assert balance("referrer-1")["balanceCents"] == balance("newcomer-1")["balanceCents"] == 0
    assert release(job_id) == 1
    assert balance("referrer-1")["balanceCents"] == 5_000
    assert [one["amountCents"] for one in waiting_rewards()] == [25_000]
    check_books(stored("credits"))


def test_given_a_lost_answer_then_a_repeated_run_does_not_pay_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given

    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    call = dynamo._call

    def deaf(operation: Any, **request: Any) -> Any:
        answer = call(operation, **request)
        if "TransactItems" in request and any("movement#" in str(one) for one in request["TransactItems"]):
            raise Unavailable
        return answer

    # when the answer of the transaction is lost
    with monkeypatch.context() as patched:
        patched.setattr(dynamo, "_call", deaf)
        with pytest.raises(Unavailable):
            release(job_id)
    # then the next attempt finds it done
    assert release(job_id) == 0
    assert balance("referrer-1")["balanceCents"] == 5_000


def test_a_failed_message_is_returned_alone() -> None:
    # given an unreadable message and one for a job, each in its own group
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    records = [
        {
            "messageId": str(number),
            "body": body,
            "eventSource": "aws:sqs",
            "attributes": {"MessageGroupId": str(number)},
            "messageAttributes": {},
            "receiptHandle": "r",
            "awsRegion": "af-south-1",
        }
        for number, body in enumerate(["{}", f'{{"consumer": "referrals", "jobId": "{job_id}"}}'])
    ]
    # when
    answer = app("money").handler({"Records": records}, Context())
    # then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert balance("referrer-1")["balanceCents"] == 5_000


def _qualified() -> set[str]:
    rows = stored("referrals")
    return {row["id"].removeprefix("qualification#") for row in rows if row["id"].startswith("qualification#")}


def _counts() -> dict[str, int]:
    return {row["userId"]: row["rewardedCount"] for row in stored("referrals") if row["id"].startswith("referrer#")}


def _bonuses() -> list[int]:
    return [entry["amountCents"] for entry in entries("referrer-1") if entry["type"] == "bonus"]
