"""Payouts at the provider: sent once, whatever is lost, down or returned, and the ledger agrees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from khaya.disbursements import payouts as sending
from khaya.ledger import service as ledger
from khaya.ledger.model import guarded
from khaya.payouts import store as payout_store
from khaya.payouts.model import new_withdrawal
from khaya.platform.aws import secrets
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base.ids import new_id
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.provider.errors import ProviderUnavailable, RateLimited, Refused, Unclear
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.payments import (
    WORKER,
    account,
    check_money,
    deal,
    earning,
    experienced,
    known_card,
    pay_all,
    payout,
    release,
    send,
    settle,
)
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import known
from tests.support.service_key import set_service_key
from tests.support.streams import hint, run_due_payouts


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake
    check_money(fake)


def arrive(provider: FakeProvider, payout_id: str) -> None:
    provider.decide_payout(payout(payout_id).reference, "paid")
    assert send(payout_id, hinted=True).status == "paid"


def test_a_released_job_is_paid_out_to_the_workers_account(provider: FakeProvider) -> None:
    # given a released job of a worker with an account
    account()
    earned = earning(provider)
    # when the provider sends it, and it arrives
    sent = send(earned)
    assert (sent.status, sent.reason, sent.recipient, sent.attempt) == ("sent", None, "recipient-1", 1)
    assert sent.expected_on == "2026-11-23"  # the Monday after the Saturday
    arrive(provider, earned)
    # then the worker was paid once, and the provider's fee is booked
    assert provider.sent_cents == 95_000
    fees = sum(row["cents"] for row in stand_in.stored("credits") if row.get("account") == "providerFees")
    assert fees < -345
    assert payout(earned).paid_at == khaya_clock.now()


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (Unclear("timeout"), True),
        (Unclear("timeout"), False),
        (ProviderUnavailable("refused"), False),
        (RateLimited("slow down", 30), False),
    ],
)
def test_a_payout_without_a_clear_answer_is_sent_once(
    provider: FakeProvider, clock: Clock, error: Exception, after: bool
) -> None:
    account()
    earned = earning(provider)
    provider.fail("pay_out", error, after=after)
    assert send(earned).status == "sent"
    clock.tick(minutes=2)
    assert send(earned).is_accepted
    arrive(provider, earned)
    assert len(provider.payouts) == 1
    assert provider.sent_cents == 95_000


def test_a_payout_that_the_provider_does_not_list_yet_is_not_sent_again_under_another_reference(
    provider: FakeProvider, clock: Clock
) -> None:
    account()
    earned = earning(provider)
    provider.fail("pay_out", Unclear("timeout"), after=True)
    reference = send(earned).reference
    provider.unknown_payouts.add(reference)
    clock.tick(minutes=2)
    send(earned)
    assert provider.made("pay_out") == 2
    assert len(provider.payouts) == 1


def test_the_provider_is_down_for_an_hour_and_everything_goes_on_by_itself(
    provider: FakeProvider, clock: Clock
) -> None:
    account()
    earned = earning(provider)
    provider.mode = "down"
    for _ in range(12):
        send(earned)
        clock.tick(minutes=5)
    assert payout(earned).reason == "provider_unavailable"
    provider.mode = "up"
    clock.tick(minutes=20)
    assert send(earned).is_accepted
    arrive(provider, earned)
    assert provider.sent_cents == 95_000


def test_too_little_balance_is_no_failed_attempt(provider: FakeProvider, clock: Clock) -> None:
    account()
    earned = earning(provider)
    provider.balance_cents = 94_999
    held = send(earned)
    assert (held.status, held.reason, held.failures, held.recipient) == ("pending", "balance_too_low", 0, None)
    provider.balance_cents = 95_000
    clock.tick(minutes=30)
    sent = send(earned)
    assert (sent.status, sent.attempt) == ("sent", 1)
    arrive(provider, earned)


def test_a_failed_payout_is_sent_again_under_a_new_reference_and_in_the_end_by_an_admin(
    provider: FakeProvider, clock: Clock
) -> None:
    account()
    earned = earning(provider)
    references = set()
    for hours in (1, 4, 24, 24):
        sent = send(earned)
        references.add(sent.reference)
        provider.decide_payout(sent.reference, "failed")
        failed = send(earned, hinted=True)
        assert (failed.status, failed.reason, failed.for_admin) == ("pending", "failed", False)
        clock.tick(hours=hours)
    provider.fail("pay_out", Refused("invalid_recipient"))
    last = send(earned)
    assert (last.for_admin, last.next_at) == (True, None)
    assert len(references) == 4
    assert provider.sent_cents == 0


def test_a_payout_that_came_back_waits_for_another_account(provider: FakeProvider, clock: Clock) -> None:
    # given a payout that arrived
    account()
    earned = earning(provider)
    send(earned)
    arrive(provider, earned)
    first = payout(earned).reference
    # when the bank returns it days later, without a word of the provider
    clock.tick(days=3)
    provider.decide_payout(first, "returned")
    assert send(earned).reason == "returned"
    check_money()
    # then the same account is not enough, and another one is
    account(recipient="recipient-1")
    clock.tick(hours=25)
    assert send(earned).reason == "returned"
    account(recipient="recipient-2")
    clock.tick(hours=25)
    sent = send(earned)
    assert (sent.status, sent.recipient) == ("sent", "recipient-2")
    assert sent.reference != first
    arrive(provider, earned)
    assert provider.sent_cents == 95_000


def test_a_returned_payout_reminds_its_person_and_becomes_an_admins(provider: FakeProvider, clock: Clock) -> None:
    experienced()
    known_card()
    job_id = deal()
    pay_all(provider, job_id)
    earned = release(job_id)
    reminded = []
    for _ in range(32):
        found = send(earned)
        assert found.waiting is not None
        reminded.append(found.waiting.reminded)
        clock.tick(days=1)
    assert [reminded.index(number) for number in (1, 2, 3)] == [1, 7, 30]
    assert payout(earned).for_admin


@pytest.mark.parametrize("payments", [0, 1])
def test_nothing_is_sent_before_the_collections_are_settled(
    provider: FakeProvider, clock: Clock, payments: int
) -> None:
    account()
    experienced()
    known_card()
    job_id = deal()
    references = pay_all(provider, job_id, settled=False)
    earned = release(job_id)
    for reference in references[:payments]:
        settle(reference)
    held = send(earned)
    assert (held.status, held.reason) == ("pending", "not_settled")
    for reference in references[payments:]:
        settle(reference)
    clock.tick(hours=1)
    assert send(earned).status == "sent"


def test_given_a_payout_that_waits_for_a_settlement_when_it_is_due_then_new_settlements_are_booked_and_it_is_sent(
    provider: FakeProvider, clock: Clock
) -> None:
    # given
    account()
    experienced()
    known_card()
    job_id = deal()
    pay_all(provider, job_id, settled=False)
    earned = release(job_id)
    assert send(earned).reason == "not_settled"
    # when
    provider.settle()
    clock.tick(hours=1)
    # then
    assert send(earned).status == "sent"


def test_given_no_answer_about_settlements_when_a_payout_is_due_then_it_goes_on_waiting(
    provider: FakeProvider, clock: Clock
) -> None:
    account()
    experienced()
    known_card()
    job_id = deal()
    pay_all(provider, job_id, settled=False)
    earned = release(job_id)
    provider.fail("settlements", ProviderUnavailable("down"))
    assert (send(earned).status, send(earned).reason) == ("pending", "not_settled")


def test_a_new_worker_is_paid_seven_days_after_the_last_card_payment(provider: FakeProvider, clock: Clock) -> None:
    account()
    known_card()
    job_id = deal()
    pay_all(provider, job_id)
    earned = release(job_id)
    assert send(earned).reason == "new_worker"
    clock.tick(days=6, hours=23)
    assert send(earned).reason == "new_worker"
    clock.tick(hours=1)
    assert send(earned).status == "sent"


def test_money_of_a_new_card_waits_also_for_a_known_worker(provider: FakeProvider, clock: Clock) -> None:
    account()
    experienced()
    job_id = deal()
    pay_all(provider, job_id, card="a new card")
    earned = release(job_id)
    assert send(earned).reason == "new_worker"
    clock.tick(days=7)
    assert send(earned).status == "sent"


def test_the_provider_s_mark_of_a_card_is_stored_as_keyed_hashes_only(provider: FakeProvider) -> None:
    # given the card of one buyer, who pays for a job twice with it
    mark = "SIG_of_a_card"
    pay_all(provider, deal(), card=mark)
    # then no table holds the mark, and both payments have the same hashes
    assert mark not in str(stand_in.contents())
    hashes = {tuple(row["cardHashes"]) for row in stand_in.stored("collections")}
    assert len(hashes) == 1
    assert hashes != {()}


@pytest.mark.parametrize("rotated", [False, True])
def test_a_card_is_recognised_also_after_a_rotation_of_the_service_key(
    provider: FakeProvider, clock: Clock, rotated: bool
) -> None:
    # given a card that paid for another job more than seven days ago
    account()
    experienced()
    pay_all(provider, deal(), card="a card")
    clock.tick(days=8)
    if rotated:
        set_service_key("n" * 64, previous="k" * 64)
    # when it pays again
    job_id = deal()
    pay_all(provider, job_id, card="a card")
    secrets.clear_cache()
    # then it is no new card
    assert send(release(job_id)).status == "sent"


def test_what_exceeds_the_limit_of_a_day_waits_for_an_admin(provider: FakeProvider, clock: Clock) -> None:
    account()
    first, second = earning(provider, 3_000_000), earning(provider, 3_000_000)
    assert send(first).status == "sent"
    over = send(second)
    assert (over.reason, over.for_admin, over.next_at) == ("limit", True, None)
    clock.tick(days=2)
    assert send(second).status == "pending"


def test_a_suspended_person_waits_also_where_the_answer_was_lost(provider: FakeProvider, clock: Clock) -> None:
    # given a payout that was begun when the provider went down
    account()
    earned = earning(provider)
    provider.mode = "down"
    send(earned)
    # when its person is suspended meanwhile
    known(WORKER, status="suspended")
    provider.mode = "up"
    clock.tick(minutes=10)
    # then nothing is sent until that ends
    assert send(earned).reason == "suspended"
    assert provider.payouts == {}
    known(WORKER, status="active")
    clock.tick(hours=2)
    assert send(earned).status == "sent"
    assert len(provider.payouts) == 1


def test_a_changed_account_holds_payouts_for_a_day(provider: FakeProvider, clock: Clock) -> None:
    account(usable_from=khaya_clock.plus(khaya_clock.now(), hours=24))
    earned = earning(provider)
    held = send(earned)
    assert (held.reason, held.next_at) == ("account_hold", khaya_clock.plus(khaya_clock.now(), hours=24))
    clock.tick(hours=24)
    assert send(earned).status == "sent"


def test_a_payout_that_was_begun_stays_with_its_account(provider: FakeProvider, clock: Clock) -> None:
    account()
    earned = earning(provider)
    provider.fail("pay_out", Unclear("timeout"), after=True)
    send(earned)
    account(recipient="recipient-2")
    clock.tick(minutes=2)
    send(earned)
    assert set(provider.paid_to.values()) == {"recipient-1"}
    # and after a final failure it goes to the new one
    provider.decide_payout(payout(earned).reference, "failed")
    send(earned, hinted=True)
    clock.tick(hours=1)
    assert send(earned).recipient == "recipient-2"


def test_one_bad_payout_does_not_keep_the_others_waiting(provider: FakeProvider) -> None:
    account()
    bad, good = earning(provider), earning(provider)
    provider.fail("pay_out", RuntimeError("a bug"))
    with pytest.raises(RuntimeError):
        sending.process(bad, khaya_clock.now())
    assert send(good).status == "sent"


def test_the_schedule_sends_what_is_due_and_nothing_else(provider: FakeProvider, clock: Clock) -> None:
    # given due payouts, more than a page of the index, and one that waits
    account()
    made = [
        new_withdrawal(entry_id=new_id(), user_id=f"person-{number}", amount_cents=10_000, now=khaya_clock.now())
        for number in range(60)
    ]
    for one in made:
        commit_now(payout_store.create(one))
        ledger_of(one.id)
    later = made[0].model_copy(update={"id": new_id(), "next_at": khaya_clock.plus(khaya_clock.now(), hours=1)})
    commit_now(payout_store.create(later))
    ledger_of(later.id)
    # when the schedule runs twice
    for _ in range(2):
        run_due_payouts()
        clock.tick(minutes=5)
    # then each due payout was looked at, and the other was not
    assert {payout(one.id).reason for one in made} == {"no_account"}
    assert payout(later.id).reason is None


def test_given_a_payout_that_waits_for_an_admin_when_it_is_a_day_old_then_an_operator_is_called(
    provider: FakeProvider, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    made = new_withdrawal(entry_id=new_id(), user_id="person-1", amount_cents=10_000, now=khaya_clock.now())
    commit_now(payout_store.create(made.model_copy(update={"for_admin": True, "next_at": None})))
    ledger_of(made.id)
    # when the schedule runs before and after a day
    clock.tick(hours=23)
    run_due_payouts()
    assert "payout_waits" not in capsys.readouterr().out
    clock.tick(hours=2)
    run_due_payouts()
    # then the second run calls an operator, and nothing was sent
    assert "payout_waits" in capsys.readouterr().out
    assert provider.calls == []


@pytest.mark.parametrize("body", [{"reference": None, "providerId": "9"}, {"reference": "somebody-elses-1"}, {}])
def test_a_hint_about_nothing_of_ours_changes_nothing(provider: FakeProvider, body: dict[str, Any]) -> None:
    for consumer in ("payouts", "refunds"):
        hint(consumer, body)
    assert provider.calls == []


def test_a_hint_at_a_payout_has_it_looked_up(provider: FakeProvider) -> None:
    account()
    earned = earning(provider)
    send(earned)
    reference = payout(earned).reference
    provider.decide_payout(reference, "paid")
    hint("payouts", {"reference": reference, "providerId": None})
    assert payout(earned).status == "paid"


def ledger_of(payout_id: str) -> None:
    """Put the money of a payout into the ledger."""
    unit_of_work = UnitOfWork()
    legs = [(guarded("payout", payout_id), 10_000), ("adjustments", -10_000)]
    ledger.move(f"test:{payout_id}", legs, now=khaya_clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
