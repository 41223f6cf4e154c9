"""Which jobs count for a referral, how many it takes, when its rewards wait, and how a chargeback undoes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from itertools import combinations
from typing import Any

import pytest

from khaya.collections import store as collections
from khaya.collections.model import new_collection
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data import dynamo
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.pricing.model import Terms, amounts_of
from khaya.pricing.provider_fees import kept_cents
from khaya.referrals import service, store
from khaya.referrals.model import REWARD_CENTS
from tests.support.books import platform_account
from tests.support.client import Person
from tests.support.money import (
    ENOUGH_CENTS,
    balance,
    check_books,
    code_of,
    entries,
    everything,
    payout_account,
    refer,
    release,
    released_job,
    rewarded,
)
from tests.support.money import apply as apply_code
from tests.support.stand_in import stored
from tests.support.streams import follow

REFERRER = Person("referrer-1", ("worker",))
THREE = ("buyer-1", "newcomer-1", "referrer-1")


def pay_by_card(buyer: str, job_id: str, card: str) -> None:
    """Store a card payment of a buyer."""
    now = clock.now()
    opened = new_collection(
        job_id=job_id, job_title="A job", buyer_id=buyer, part="deposit", attempt=1, amount_cents=10_000, now=now
    )
    commit_now(
        collections.create(opened.paid(10_000, fee_cents=100, card_hashes=(f"hash of {card}",), paid_at=now, now=now))
    )


def status() -> str:
    (referral,) = everything(REFERRER, "/referrals/mine")
    found: str = referral["status"]
    return found


def owed(user_id: str) -> int:
    return accounts.account(user_id).owed_cents


@pytest.mark.parametrize(
    "cents",
    [[250_000], [125_000, 125_000], [20_000] * 13, [249_999, 20_000], [100_000, 100_000, 49_999, 20_000]],
    ids=str,
)
def test_jobs_add_up_until_they_are_enough(cents: list[int]) -> None:
    refer("referrer-1", "newcomer-1")
    *first, last = cents
    assert [release(released_job(f"buyer-{number}", "newcomer-1", one)) for number, one in enumerate(first)] == [
        0 for _ in first
    ]
    assert stored("credits") == []
    assert release(released_job("buyer-x", "newcomer-1", last)) == 1
    assert check_books(stored("credits")) == {"referrer-1": REWARD_CENTS, "newcomer-1": REWARD_CENTS}


def test_what_the_jobs_bring_pays_for_both_rewards() -> None:
    """For every amount, as many jobs of it as it takes; the worker's account is checked once."""
    for cents in (*range(20_000, 60_000, 100), *range(60_000, 300_000, 5_000)):
        jobs = -(-ENOUGH_CENTS // cents)
        kept = [kept_cents(amounts_of(cents, Terms()), account_check=number == 0) for number in range(jobs)]
        assert sum(kept) > 2 * REWARD_CENTS, cents


@pytest.mark.parametrize("pair", list(combinations(THREE, 2)), ids="-".join)
@pytest.mark.parametrize("what", ["account", "identity", "card"])
def test_a_job_does_not_count_if_two_of_the_three_share_something(pair: tuple[str, str], what: str) -> None:
    refer("referrer-1", "newcomer-1")
    payout_account("buyer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    for person in pair:
        if what == "account":
            payout_account(person, fingerprint="same")
        elif what == "identity":
            payout_account(person, identityHashes=["same"])
        else:
            pay_by_card(person, job_id if person == "buyer-1" else released_job(person, "worker-9"), "same card")
    assert release(job_id) == 0
    assert stored("credits") == []
    assert status() == "pending"


def test_cards_and_accounts_of_their_own_do_not_matter() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    for person in THREE:
        payout_account(person, identityHashes=[f"number of {person}"])
        pay_by_card(person, job_id if person == "buyer-1" else released_job(person, "worker-9"), f"card of {person}")
    assert release(job_id) == 1


@pytest.mark.parametrize("lacking", ["referrer-1", "newcomer-1", "both"])
@pytest.mark.parametrize("account", [None, {"verified": False}])
def test_a_reward_waits_for_verified_accounts(lacking: str, account: dict[str, Any] | None) -> None:
    people = ["referrer-1", "newcomer-1"] if lacking == "both" else [lacking]
    answer = apply_code(Person("newcomer-1"), code_of(REFERRER))
    assert answer.status == 201, answer.text
    for person in ("referrer-1", "newcomer-1"):
        if person not in people:
            payout_account(person)
        elif account is not None:
            payout_account(person, **account)
    assert release(released_job("buyer-1", "newcomer-1")) == 1
    assert (status(), stored("credits")) == ("completed", [])
    for number, person in enumerate(people):
        assert service.settle_held(person, clock.now()) == 0
        payout_account(person, version=2)
        assert service.settle_held(person, clock.now()) == (number == len(people) - 1)
    assert status() == "rewarded"
    assert check_books(stored("credits")) == {"referrer-1": REWARD_CENTS, "newcomer-1": REWARD_CENTS}


def test_a_verified_account_settles_by_itself() -> None:
    apply_code(Person("newcomer-1"), code_of(REFERRER))
    payout_account("referrer-1")
    payout_account("newcomer-1", verified=False, sealed="numbers")
    released_job("buyer-1", "newcomer-1")
    follow("referrals")
    assert status() == "completed"
    payout_account("newcomer-1", version=2)
    follow("referrals")
    assert status() == "rewarded"


def test_a_chargeback_before_the_rewards_uncounts_the_job() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1", 200_000)
    release(job_id)
    assert [service.uncount_job(job_id, clock.now()) for _ in range(2)] == [True, False]
    assert release(released_job("buyer-2", "newcomer-1", 200_000)) == 0
    assert release(released_job("buyer-3", "newcomer-1", 50_000)) == 1


def test_a_chargeback_takes_both_rewards_back_once() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    release(job_id)
    for _ in range(3):
        service.uncount_job(job_id, clock.now())
    assert check_books(stored("credits")) == {"referrer-1": 0, "newcomer-1": 0}
    assert [one["type"] for one in entries("referrer-1")] == ["deduction", "referral"]
    assert status() == "reversed"
    assert release(released_job("buyer-2", "newcomer-1")) == 0, "it is not paid again"


def spend(user_id: str, cents: int) -> None:
    """Take credits from a balance."""
    unit_of_work = UnitOfWork()
    account = accounts.account(user_id)
    ledger.take_back(
        account, cents, source=f"spent:{user_id}", reason="Spent.", now=clock.now(), unit_of_work=unit_of_work
    )
    unit_of_work.commit()


@pytest.mark.parametrize("spent", [1, 3_000, REWARD_CENTS])
def test_what_a_balance_cannot_cover_is_a_loss_that_later_rewards_repay(spent: int) -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    release(job_id)
    spend("referrer-1", spent)
    service.uncount_job(job_id, clock.now())
    assert (balance("referrer-1")["balanceCents"], owed("referrer-1")) == (0, spent)
    assert platform_account("losses") == -spent
    rewarded("referrer-1", 2_000, "one")
    assert owed("referrer-1") == max(0, spent - 2_000)
    assert balance("referrer-1")["balanceCents"] == max(0, 2_000 - spent)
    rewarded("referrer-1", 5_000, "two")
    assert (owed("referrer-1"), platform_account("losses")) == (0, 0)
    check_books(stored("credits"))


def test_a_lost_chargeback_undoes_the_job_through_the_streams() -> None:
    from khaya.chargebacks import store as chargebacks  # noqa: PLC0415
    from khaya.chargebacks.model import Chargeback  # noqa: PLC0415

    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    follow("referrals")
    assert status() == "rewarded"
    now = clock.now()
    opened = Chargeback(
        id="9", collection_id="c-1", job_id=job_id, amount_cents=1, created_at=now, updated_at=now, buyer_id="buyer-1"
    )
    commit_now(chargebacks.create(opened))
    follow("referrals")
    assert status() == "rewarded"
    commit_now(chargebacks.change(opened, opened.ended("lost", now)))
    follow("referrals")
    assert status() == "reversed"


def test_crashes_while_a_job_is_undone_leave_nothing_half_done(crash_at: Callable[[int], Any]) -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    release(job_id)
    for number in range(1, 20):
        with crash_at(number) as crashed:
            service.uncount_job(job_id, clock.now())
        check_books(stored("credits"))
        if not crashed():
            break
    assert check_books(stored("credits")) == {"referrer-1": 0, "newcomer-1": 0}


@pytest.fixture
def crash_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    """Makes the n-th call of DynamoDB fail before it is made."""

    class Crash(BaseException):
        pass

    @contextmanager
    def crashing(position: int) -> Any:
        calls, hit = [0], [False]
        original = dynamo._call

        def counted(operation: Any, **request: Any) -> Any:
            calls[0] += 1
            if calls[0] == position:
                hit[0] = True
                raise Crash
            return original(operation, **request)

        with monkeypatch.context() as patch:
            patch.setattr(dynamo, "_call", counted)
            with suppress(Crash):
                yield lambda: hit[0]

    return crashing


def test_given_a_job_that_was_charged_back_when_its_message_comes_again_then_it_does_not_count() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1", 200_000)
    assert release(job_id) == 0
    assert service.uncount_job(job_id, clock.now())
    assert release(job_id) == 0
    assert release(released_job("buyer-2", "newcomer-1", 200_000)) == 0, "the first one does not count"


def test_given_a_chargeback_that_comes_before_the_job_was_looked_at_then_it_never_counts() -> None:
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    service.uncount_job(job_id, clock.now())
    assert release(job_id) == 0
    assert stored("credits") == []


@pytest.mark.parametrize("call", ["record_qualification", "count_job"])
def test_given_a_chargeback_while_a_job_is_counted_then_it_does_not_count(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a chargeback that is decided between the reads and a write of the count
    refer("referrer-1", "newcomer-1")
    job_id = released_job("buyer-1", "newcomer-1")
    begun: list[str] = []
    make = getattr(store, call)

    def after_a_chargeback(*arguments: Any) -> Any:
        if not begun:
            begun.append(call)
            service.uncount_job(job_id, clock.now())
        return make(*arguments)

    with monkeypatch.context() as patch, suppress(WriteConflict):
        patch.setattr(store, call, after_a_chargeback)
        release(job_id)
    # when the message comes again, then nothing counts
    assert begun
    assert release(job_id) == 0
    assert stored("credits") == []
    assert status() == "pending"
