"""Deals with escrow for tests: paid, released or cancelled, with the money in the ledger as it really moves."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

import pytest

from khaya.collections import service as collection_service
from khaya.collections import store as collections
from khaya.collections.model import new_collection
from khaya.disbursements import payouts, refunds
from khaya.escrows import progress
from khaya.escrows import service as escrows
from khaya.escrows import store as escrow_store
from khaya.escrows.opening import summary_of
from khaya.escrows.progress import new_escrow
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.ledger.model import Movement, guarded
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.model import PayoutAccount
from khaya.payouts import store as payout_store
from khaya.payouts.model import Payout, earning_id
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.pricing.model import Part, Terms, amounts_of
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.refunds import store as refund_store
from khaya.refunds.model import Refund
from khaya.users import store as users
from khaya.users.model import User
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.money import REASON, TREASURER, check_books, key
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import POSTING

BUYER, WORKER = "buyer-1", "worker-1"
ACCOUNT: dict[str, str] = {
    "bankCode": "632005",
    "accountNumber": "62001234567",
    "accountName": "S Dlamini",
    "identityNumber": "8001015009087",
}
"""A bank account that verifies; its identity number is a valid one of nobody."""


def person(user_id: str, **fields: Any) -> None:
    """Store a profile and a private record, unless there are."""
    if any(row["userId"] == user_id for row in stand_in.stored("profiles")):
        return
    now = clock.now()
    made = Profile(user_id=user_id, created_at=now, updated_at=now, **fields)
    commit_now(*profiles.create(made))
    with suppress(WriteConflict):
        commit_now(users.create(User(user_id=user_id, created_at=now)))


def deal(cents: int = 100_000, *, buyer: str = BUYER, worker: str = WORKER, known: bool = False) -> str:
    """A job in progress with a pending escrow; returns its id. `known`: both parties have their records."""
    for user_id in () if known else (buyer, worker):
        person(user_id)
    now = clock.now()
    facts = {
        "id": new_id(),
        "buyer_id": buyer,
        "buyer_name": "A buyer",
        **{name: POSTING[name] for name in ("title", "description", "category", "location")},
        "budget_cents": cents,
        "payment": "escrow",
        "status": "in_progress",
        "worker_id": worker,
        "agreed_cents": cents,
        "accepted_at": now,
        "timeline_days": 3,
        "expires_at": now,
        "created_at": now,
        "updated_at": now,
    }
    job = Job.model_validate(facts)
    escrow = new_escrow(
        job_id=job.id,
        job_title=job.title,
        buyer_id=buyer,
        worker_id=worker,
        amounts=amounts_of(cents, Terms()),
        terms=Terms(),
        timeline_days=3,
        now=now,
    )
    commit_now(jobs.create(job.with_escrow(summary_of(escrow))), escrow_store.create(escrow))
    return job.id


def cancelled_deal(buyer: str, worker: str) -> str:
    """A cancelled job with an escrow in which no money is; returns its id."""
    job_id = deal(buyer=buyer, worker=worker)
    unit_of_work = UnitOfWork()
    escrows.cancel(escrows.get_deal(job_id), buyer, "Not needed.", now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return job_id


def pay(fake: FakeProvider, job_id: str, part: Part, *, card: str | None = "card-1", settled: bool = True) -> str:
    """Pay a part of an escrow; returns the collection's reference."""
    escrow = escrows.get_deal(job_id).escrow
    now = clock.now()
    made = new_collection(
        job_id=job_id,
        job_title=escrow.job_title,
        buyer_id=escrow.buyer_id,
        part=part,
        attempt=1,
        amount_cents=escrow.amounts.part_cents(part),
        now=now,
    )
    commit_now(collections.create(made.opened("https://pay.example", now)))
    fake.pay(made.id, made.amount_cents, card=card)
    assert collection_service.apply(made.id, now) == "paid"
    if settled:
        settle(made.id)
    return made.id


def pay_late(fake: FakeProvider, job_id: str, *, buyer: str = BUYER) -> str:
    """Pay the balance of an escrow that has ended; returns the reference of what is then in suspense."""
    now = clock.now()
    made = new_collection(
        job_id=job_id, job_title="Late", buyer_id=buyer, part="balance", attempt=9, amount_cents=73_500, now=now
    )
    commit_now(collections.create(made))
    fake.pay(made.id, made.amount_cents)
    assert collection_service.apply(made.id, now) == "returned"
    return made.id


def settle(reference: str) -> None:
    """Note that the provider settled a collection."""
    before = collections.find(reference)
    assert before is not None
    after = before.model_copy(update={"settled_at": clock.now(), "version": before.version + 1})
    commit_now(collections.change(before, after))


def pay_all(fake: FakeProvider, job_id: str, **options: Any) -> list[str]:
    """Pay deposit and balance; returns their references."""
    return [pay(fake, job_id, part, **options) for part in ("deposit", "balance")]


def release(job_id: str) -> str:
    """Release a paid escrow to its worker; returns the payout's id."""
    now = clock.now()
    found = escrows.get_deal(job_id)
    commit_now(escrow_store.change(found.escrow, progress.submitted(found.escrow, now)))
    unit_of_work = UnitOfWork()
    escrows.confirm(escrows.get_deal(job_id), now=now, unit_of_work=unit_of_work)
    unit_of_work.commit()
    return earning_id(job_id)


def cancel(job_id: str, by: str = BUYER) -> str:
    """Cancel a job before the work; everything goes back. Returns the refund's id."""
    unit_of_work = UnitOfWork()
    escrows.cancel(escrows.get_deal(job_id), by, "Not needed.", now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
    return job_id


def experienced(user_id: str = WORKER, jobs_paid: int = 3) -> None:
    """Give a worker paid jobs, and the buyer's card a history, so that no waiting time of new ones applies."""
    person(user_id)
    stand_in.client("dynamodb").update_item(
        TableName=stand_in.function_environment()["PROFILES_TABLE"],
        Key={"userId": {"S": user_id}},
        UpdateExpression="SET paidJobs = :jobs",
        ExpressionAttributeValues={":jobs": {"N": str(jobs_paid)}},
    )


def known_card(card: str = "card-1", buyer: str = BUYER) -> None:
    """Store a payment by a card for another job, long ago."""
    long_ago = clock.plus(clock.now(), days=-60)
    made = new_collection(
        job_id=new_id(), job_title="Earlier", buyer_id=buyer, part="all", attempt=1, amount_cents=21_000, now=long_ago
    )
    paid = made.opened("https://pay.example", long_ago).paid(
        21_000, fee_cents=600, card_hashes=collection_service.card_hashes(card), paid_at=long_ago, now=long_ago
    )
    commit_now(collections.create(paid))


def account(user_id: str = WORKER, *, recipient: str = "recipient-1", **fields: Any) -> None:
    """Store a verified payout account that can be used at once, or one with other fields."""
    before = payout_accounts.find(user_id)
    made = PayoutAccount(
        verified=True,
        recipient=recipient,
        bank_code="632005",
        bank_name="Absa Bank",
        account_name="S Dlamini",
        last_digits="4567",
        fingerprints=(f"account of {user_id}",),
        version=(before.version if before else 0) + 1,
    )
    commit_now(payout_accounts.change(user_id, before, made.model_copy(update=fields)))


def earning(fake: FakeProvider, cents: int = 100_000, **options: Any) -> str:
    """A payout of a released job whose worker and card are known and whose collections are settled; returns its id."""
    experienced()
    if all(not row.get("cardHashes") for row in stand_in.stored("collections")):
        known_card()
    job_id = deal(cents)
    pay_all(fake, job_id, **options)
    return release(job_id)


def payout(payout_id: str) -> Payout:
    """A payout as it is stored."""
    found = payout_store.find(payout_id)
    assert found is not None
    return found


def refund(refund_id: str) -> Refund:
    """A refund as it is stored."""
    found = refund_store.find(refund_id)
    assert found is not None
    return found


def send(payout_id: str, **options: Any) -> Payout:
    """Let the consumer look at a payout once."""
    payouts.process(payout_id, clock.now(), **options)
    return payout(payout_id)


def stick(refund_id: str) -> None:
    """Have a refund wait for an admin."""
    stuck = refund_store.find(refund_id)
    assert stuck is not None
    commit_now(refund_store.change(stuck, stuck.stuck("refused", clock.now())))


def give_back(refund_id: str, **options: Any) -> Refund:
    """Let the consumer look at a refund once."""
    refunds.process(refund_id, clock.now(), **options)
    return refund(refund_id)


def cancelled_refund(fake: FakeProvider) -> str:
    """The refund of a cancelled job over a deposit of R315 and a balance of R735; returns its id, the job's."""
    job_id = deal()
    pay_all(fake, job_id)
    return cancel(job_id)


def finish_refund(fake: FakeProvider, time: Clock, refund_id: str) -> None:
    """Let the provider give every part back."""
    for _ in range(6):
        for part in refund(refund_id).parts:
            if part.state == "sent":
                fake.decide_refund(part.refund_id, "paid")
        give_back(refund_id, hinted=True)
        time.tick(hours=1)
    assert refund(refund_id).status == "paid"


def settle_withdrawal(payout_id: str, ends: Literal["paid", "failed"]) -> Payout:
    """Have a withdrawal arrive, or have an admin turn it back into credits; returns its payout as it is then."""
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
        fake.default_payout = "paid"
        if ends == "paid":
            return send(payout_id)
        body = {"decision": "credit", "reason": REASON}
        TREASURER.post(f"/admin/payouts/{payout_id}/decision", body, headers=key())
    return payout(payout_id)


def check_money(fake: FakeProvider | None = None) -> None:
    """Check that the ledger is consistent, and that each escrow, payout and refund holds what its state says.

    With a provider also that it has what is booked.
    """
    items = stand_in.stored("credits")
    check_books(items)
    balances = {
        row["id"].removeprefix("balance#"): row["balanceCents"] for row in items if row["id"].startswith("balance#")
    }
    for row in stand_in.stored("escrows"):
        if "heldCents" in row:
            assert balances.get(guarded("escrow", row["id"]), 0) == row["heldCents"], row
            assert (row["heldCents"] > 0) == (row["status"] in ("deposit_paid", "held", "disputed")), row
    for row in stand_in.stored("payouts"):
        if "amountCents" in row:
            owed = row["amountCents"] if row["status"] in ("pending", "sent") else 0
            assert balances.get(guarded("payout", row["id"]), 0) == owed, row
    for row in stand_in.stored("refunds"):
        if row.get("source") == "escrow":
            paid = sum(part["cents"] for part in row.get("parts", []) if part["state"] == "paid")
            assert balances.get(guarded("refund", row["id"]), 0) == row["amountCents"] - paid, row
    if fake is not None:
        for item in items:
            if item["id"].startswith("movement#"):
                _check_at_provider(fake, Movement.model_validate(item))


def _check_at_provider(fake: FakeProvider, movement: Movement) -> None:
    """Check that the provider has the payment, refund, payout or lost chargeback that a movement books."""
    kind, _, name = movement.source.partition(":")
    legs = {leg.account.partition("#")[0]: leg.cents for leg in movement.legs}
    if kind == "collection" and name in fake.collections:
        found = fake.collections[name]
        assert (found.state, found.amount_cents) == ("paid", -legs["providerUnsettled"] - legs["providerFees"])
    elif kind == "refund" and not name.endswith(":by-hand"):
        paid = [one.amount_cents for one in fake.refunds.values() if (one.refund_id, one.state) == (name, "paid")]
        assert paid == [legs["providerBalance"]]
    elif kind in fake.payouts:
        assert fake.payouts[kind].state in (("returned",) if name else ("paid", "returned"))
        assert fake.payouts[kind].amount_cents == abs(legs["payout"])
    else:
        assert not kind.startswith("payout-"), f"the provider knows nothing of {movement.source}"
        assert kind != "chargeback" or fake.chargebacks[name].state == "lost"
