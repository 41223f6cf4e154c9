"""What a released job does for those who brought its parties: paid once, whatever is told twice or dies half-way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.client import Person, app
from tests.support.money import (
    TREASURER,
    balance,
    check_books,
    earlier_rewards,
    entries,
    everything,
    payout_account,
    refer,
    release,
    released_job,
)
from tests.support.stand_in import stored
from tests.support.streams import follow

REFERRER = Person("referrer-1", ("worker",))


def test_the_first_qualifying_job_pays_both_sides() -> None:
    # given
    refer("referrer-1", "newcomer-1")
    # when a job is released, and all that follows has run
    job_id = released_job("buyer-1", "newcomer-1")
    follow("rewards")
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


def test_told_twice_it_pays_once() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("newcomer-1", "worker-1")
    assert (release(job_id), release(job_id)) == (1, 0)
    assert release(released_job("newcomer-1", "worker-2")) == 0
    assert balance("referrer-1")["balanceCents"] == balance("newcomer-1")["balanceCents"] == 5_000


def test_both_parties_may_have_been_brought_by_the_same_person() -> None:
    refer("referrer-1", "newcomer-1", "newcomer-2")
    assert release(released_job("newcomer-1", "newcomer-2")) == 2
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
def test_other_jobs_pay_nobody(fields: dict[str, Any]) -> None:
    refer("referrer-1", "newcomer-1")
    assert release(released_job("buyer-1", "newcomer-1", **fields)) == 0
    assert stored("credits") == []
    assert _qualified() == set(), "nor does it count for a story's reward"
    # and the referral is still open to a job that does
    assert release(released_job("buyer-1", "newcomer-1", 20_000)) == 1


def test_a_job_between_people_with_one_payout_account_pays_nobody() -> None:
    # given
    refer("referrer-1", "newcomer-1")
    payout_account("newcomer-1", fingerprint="same")
    payout_account("buyer-1", fingerprint="same")
    # then
    assert release(released_job("buyer-1", "newcomer-1")) == 0
    assert _qualified() == set()
    # but with others it does
    assert release(released_job("buyer-2", "newcomer-1")) == 1


def test_a_job_between_a_person_and_who_brought_them_pays_nobody_else_either() -> None:
    # given somebody who was brought, and has brought the other party of the job
    refer("referrer-1", "newcomer-1")
    refer("newcomer-1", "newcomer-2")
    # then
    assert release(released_job("newcomer-1", "newcomer-2")) == 0
    assert stored("credits") == []
    assert _qualified() == set()


def test_a_job_that_is_gone_pays_nobody() -> None:
    assert release("gone") == 0


def test_twenty_a_month_are_paid_and_the_others_wait_for_an_admin(clock: Clock) -> None:
    # given somebody with 18 rewards in November, who brought four more
    earlier_rewards("referrer-1", 18, this_month=18)
    people = [f"n{number}" for number in range(4)]
    refer("referrer-1", *people)
    # when each has a qualifying job in the last hour of November, South African time
    clock.tick(days=9, hours=13, minutes=59)
    for person in people:
        assert release(released_job("buyer-1", person)) == 1
    # then two are paid
    assert [one["status"] for one in everything(REFERRER, "/referrals/mine")] == ["completed"] * 2 + ["rewarded"] * 2
    assert [one.referred_id for one in _waiting()] == ["n2", "n3"]
    assert balance("n2")["balanceCents"] == 0
    # when December has begun there
    clock.tick(minutes=1)
    refer("referrer-1", "m1")
    assert release(released_job("buyer-1", "m1")) == 1
    # then those who come now are paid, and those who wait still wait
    assert balance("m1")["balanceCents"] == 5_000
    assert len(_waiting()) == 2
    # when an admin decides
    _pay("n2")
    # then
    assert [one.referred_id for one in _waiting()] == ["n3"]
    assert balance("n2")["balanceCents"] == 5_000
    assert _counts()["referrer-1"] == 22
    assert balance("referrer-1")["balanceCents"] == 4 * 5_000
    check_books(stored("credits"))
    # and not twice
    with pytest.raises(_error("Conflict")):
        _pay("n2")


def test_no_admin_pays_out_what_is_their_own() -> None:
    refer("treasurer-1", "newcomer-1")
    with pytest.raises(_error("Forbidden")):
        _pay("newcomer-1")
    with pytest.raises(_error("NotFound")):
        _pay("nobody")


def test_an_admins_payment_takes_no_place_of_the_month() -> None:
    # given a referral that waits, and one that is still to come
    earlier_rewards("referrer-1", 20, this_month=20)
    refer("referrer-1", "n1", "n2")
    release(released_job("buyer-1", "n1"))
    earlier_rewards("referrer-1", 30, this_month=19)
    # when an admin pays the first, and then the other completes
    _pay("n1")
    release(released_job("buyer-1", "n2"))
    # then the month had room for it
    assert _waiting() == []
    assert _counts()["referrer-1"] == 32


@pytest.mark.parametrize(("tier", "cents"), [(5, 25_000), (15, 75_000), (50, 250_000)])
def test_each_tier_pays_its_bonus_once(tier: int, cents: int) -> None:
    # given somebody two short of it
    earlier_rewards("referrer-1", tier - 2)
    refer("referrer-1", "n1", "n2", "n3")
    bonuses = []
    # when three more are rewarded
    for person in ("n1", "n2", "n3"):
        release(released_job("buyer-1", person))
        bonuses.append([entry["amountCents"] for entry in entries("referrer-1") if entry["type"] == "bonus"])
    # then
    assert bonuses == [[], [cents], [cents]]
    check_books(stored("credits"))


@pytest.mark.parametrize("position", range(5))
def test_a_death_between_any_two_calls_leaves_nothing_half_done(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a referral that will cross a tier
    from khaya.platform.data import dynamo  # noqa: PLC0415

    earlier_rewards("referrer-1", 4)
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    # when the process dies at one of its calls, before or after it was made
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
    # then nobody is paid, and run again both are
    assert balance("referrer-1")["balanceCents"] == balance("newcomer-1")["balanceCents"] == 0
    assert release(job_id) == 1
    assert balance("referrer-1")["balanceCents"] == 5_000 + 25_000
    check_books(stored("credits"))


def test_an_answer_that_was_lost_is_not_paid_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    from khaya.platform.base.errors import Unavailable  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    call = dynamo._call

    def deaf(operation: Any, **request: Any) -> Any:
        answer = call(operation, **request)
        if "TransactItems" in request and any("movement#" in str(one) for one in request["TransactItems"]):
            raise Unavailable
        return answer

    # when the transaction is made but its answer never comes
    with monkeypatch.context() as patched:
        patched.setattr(dynamo, "_call", deaf)
        with pytest.raises(Unavailable):
            release(job_id)
    # then the next try finds it done
    assert release(job_id) == 0
    assert balance("referrer-1")["balanceCents"] == 5_000


def test_one_message_that_fails_goes_back_alone() -> None:
    # given messages of their own groups: one that cannot be read, and one for a job
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
        for number, body in enumerate(["{}", f'{{"jobId": "{job_id}"}}'])
    ]
    # when
    answer = app("rewards").handler({"Records": records}, None)
    # then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert balance("referrer-1")["balanceCents"] == 5_000


def _qualified() -> set[str]:
    rows = stored("referrals")
    return {row["id"].removeprefix("qualification#") for row in rows if row["id"].startswith("qualification#")}


def _counts() -> dict[str, int]:
    return {row["userId"]: row["rewardedCount"] for row in stored("referrals") if row["id"].startswith("referrer#")}


def _waiting() -> list[Any]:
    from khaya.platform.data.pages import PageRequest  # noqa: PLC0415
    from khaya.referrals import store  # noqa: PLC0415

    return store.pending_payment(PageRequest((), 50)).items


def _pay(referred_id: str) -> None:
    from khaya.platform.base import clock  # noqa: PLC0415
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415
    from khaya.referrals import service  # noqa: PLC0415

    unit_of_work = UnitOfWork()
    service.pay_pending(referred_id, admin_id=TREASURER.user_id or "", now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()


def _error(name: str) -> type[Exception]:
    from khaya.platform.base import errors  # noqa: PLC0415

    found: type[Exception] = getattr(errors, name)
    return found
