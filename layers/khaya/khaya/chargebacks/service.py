"""Applies what the provider says of chargebacks, and records admins' answers.

A webhook and the nightly reconciliation both call `apply`: it looks the chargeback up at the provider and changes
chargeback, escrow, job, counters and ledger in one transaction, once, however often it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from khaya import provider
from khaya.chargebacks import store
from khaya.chargebacks.model import Chargeback, ChargebackResponseRequest, Status
from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.collections.model import Collection
from khaya.escrows import resolution
from khaya.escrows import service as escrows
from khaya.escrows import store as escrow_store
from khaya.escrows.service import Deal
from khaya.ledger import service as ledger
from khaya.ledger.model import guarded
from khaya.platform.base.errors import NotFound
from khaya.platform.base.money import ZAR
from khaya.platform.data.unit_of_work import UnitOfWork, Write, commit_now, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.profiles.store import PaidJob
from khaya.refunds import store as refunds
from khaya.suspense import store as suspense
from khaya.suspense.model import Suspense
from khaya.users import store as users

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start
    from khaya.provider import model as port

_ATTEMPTS: Final = 10
_STEPS: Final = 3
"""A chargeback that was never seen and has ended is opened, then ended."""


def apply(provider_id: str, now: str) -> Status | None:
    """Ask the provider about a chargeback, and carry out what it says. Idempotent.

    Returns its status; None if the provider does not know it.

    Raises:
        ProviderUnavailable: the provider does not answer.
        WriteConflict: other changes kept this one from being made.
    """
    found = provider.payment_provider().find_chargeback(provider_id)
    return apply_found(found, now) if found is not None else None


def apply_since(day: str, now: str) -> list[port.Chargeback]:
    """Carry out what the provider says of the chargebacks opened since a date, and of ours that are open.

    Returns what the provider lists.

    Raises:
        ProviderUnavailable: the provider does not answer.
    """
    listed = provider.payment_provider().find_chargebacks(day)
    for found in listed:
        apply_found(found, now)
    return list(listed)


def apply_found(found: port.Chargeback, now: str) -> Status:
    """Carry out what the provider says of a chargeback."""
    if collection_store.find(found.collection) is None:
        collections.apply(found.collection, now)  # so that the payment is at least in suspense
    for _ in range(_STEPS):
        status, changed = retry_on_conflict(lambda: _step(found, now), _ATTEMPTS)
        if not changed:
            break
    return status


def record_response(
    chargeback_id: str,
    request: ChargebackResponseRequest,
    *,
    admin_id: str,
    evidence_key: str | None,
    now: str,
    unit_of_work: UnitOfWork,
) -> Chargeback:
    """Record an admin's answer; the consumer sends it to the provider.

    Raises:
        NotFound: there is no such chargeback.
        Forbidden: the admin is a party of the job, or no longer an active admin.
        Conflict: it has ended, was answered before, or its time is over.
    """
    own = get(chargeback_id)
    answered = own.answered_by(request, admin_id=admin_id, evidence_key=evidence_key, now=now)
    unit_of_work.add(users.require_active_admin(admin_id), store.change(own, answered))
    return answered


def get(chargeback_id: str) -> Chargeback:
    """The chargeback with the provider's id.

    Raises:
        NotFound: there is none.
    """
    own = store.find(chargeback_id)
    if own is None:
        raise NotFound("There is no such chargeback.")
    return own


def _step(found: port.Chargeback, now: str) -> tuple[Status, bool]:
    """One step towards what the provider says; returns the status after it, and whether something changed."""
    own = store.find(found.provider_id)
    unit_of_work = UnitOfWork()
    if own is None:
        _open(found, now, unit_of_work)
        unit_of_work.commit()
        return "open", True
    if own.status != "open":
        return own.status, False
    if found.state == "open":
        renewed = own.renewed(due_at=found.due_at, answered=found.answered, now=now)
        if renewed is not own:
            commit_now(store.change(own, renewed))
        return "open", False
    ended = _win(own, now, unit_of_work) if found.state == "won" else _lose(own, found, now, unit_of_work)
    unit_of_work.commit()
    return ended.status, True


def _open(found: port.Chargeback, now: str, unit_of_work: UnitOfWork) -> None:
    """Store a chargeback, and freeze the money that it is about."""
    collection, deal, kept = _subject(found.collection)
    chargeback = Chargeback(
        id=found.provider_id,
        collection_id=found.collection,
        job_id=collection.job_id if collection else None,
        job_title=collection.job_title if collection else None,
        buyer_id=collection.buyer_id if collection else None,
        worker_id=deal.escrow.worker_id if deal else None,
        amount_cents=found.amount_cents,
        due_at=found.due_at,
        answered=found.answered,
        created_at=now,
        updated_at=now,
    )
    unit_of_work.add(store.create(chargeback))
    if deal is not None:
        frozen = resolution.charged_back(deal.escrow, found.due_at, now)
        escrows.change_escrow(deal, frozen, now=now, unit_of_work=unit_of_work)
    elif kept is not None and kept.status in ("waiting", "returning", "frozen"):
        unit_of_work.add(suspense.change(kept, kept.frozen(now)))


def _win(own: Chargeback, now: str, unit_of_work: UnitOfWork) -> Chargeback:
    """End a chargeback that was decided for the platform: what it froze goes on."""
    _, deal, kept = _subject(own.collection_id)
    ended = own.ended("won", now)
    unit_of_work.add(store.change(own, ended))
    if deal is not None:
        escrow = resolution.chargeback_won(deal.escrow, now)
        escrows.change_escrow(deal, escrow, now=now, unit_of_work=unit_of_work)
    elif kept is not None and kept.status == "frozen":
        unit_of_work.add(suspense.change(kept, kept.thawed(now)))
    return ended


def _lose(own: Chargeback, found: port.Chargeback, now: str, unit_of_work: UnitOfWork) -> Chargeback:
    """End a chargeback that was lost: the money leaves the escrow, its refund or suspense, or is a loss."""
    collection, deal, kept = _subject(own.collection_id)
    cents = found.amount_cents
    legs = [("providerBalance", cents)]
    loss = cents
    if deal is not None and collection is not None:
        unit_of_work.add(collection_store.change(collection, collection.charged_back(cents, now)))
        loss, taken = _take_from_deal(deal, own.collection_id, cents, now, unit_of_work)
        legs += taken
    elif kept is not None and kept.status == "frozen":
        loss, taken = _take_from_suspense(kept, cents, now, unit_of_work)
        legs += taken
    ended = own.ended("lost", now, escrow_cents=cents - loss, loss_cents=loss)
    legs.append(("losses", -loss))
    if found.currency == ZAR:
        ledger.move(f"chargeback:{own.id}", legs, now=now, unit_of_work=unit_of_work)
    unit_of_work.add(store.change(own, ended))
    return ended


def _take_from_deal(
    deal: Deal, reference: str, cents: int, now: str, unit_of_work: UnitOfWork
) -> tuple[int, list[tuple[str, int]]]:
    """Take a lost chargeback from a job; returns what it could not cover, and the legs of what it did."""
    escrow, uncovered = resolution.chargeback_lost(deal.escrow, cents, now)
    counted = deal.escrow.counted
    if counted is not None:
        paid_job = PaidJob(on_time=counted.on_time)
        unit_of_work.add(profiles.uncount_paid_job(deal.escrow.worker_id, now, paid_job))
        unit_of_work.add(*_uncount_pair(deal))
        escrow = escrow.model_copy(update={"counted": None})
    legs = [(guarded("escrow", deal.escrow.id), uncovered - cents)]
    (refund_item,) = read_together([refunds.key(deal.escrow.id)])
    refund = refunds.read(refund_item)
    covered = min(uncovered, refund.coverable_cents(reference)) if refund is not None else 0
    if refund is not None and covered:
        unit_of_work.add(refunds.change(refund, refund.charged_back(covered, reference, now)))
        legs.append((guarded("refund", refund.id), -covered))
        uncovered -= covered
    has_ended = escrow.status != deal.escrow.status and escrow.ended_at is not None
    if uncovered and not has_ended:
        unit_of_work.add(users.count_debt(deal.escrow.buyer_id, +1))
    escrows.lose_chargeback(deal, escrow, now=now, unit_of_work=unit_of_work)
    return uncovered, legs


def _take_from_suspense(
    kept: Suspense, cents: int, now: str, unit_of_work: UnitOfWork
) -> tuple[int, list[tuple[str, int]]]:
    """Take a lost chargeback from money in suspense, unless that was sent back already; what is left goes on."""
    refund = refunds.find(kept.refund_id) if kept.refund_id else None
    covered = min(cents, kept.left_cents if refund is None else refund.coverable_cents(kept.id))
    unit_of_work.add(suspense.change(kept, kept.lost(covered, now)))
    if refund is not None and covered:
        unit_of_work.add(refunds.change(refund, refund.charged_back(covered, kept.id, now)))
    return cents - covered, [("suspense", -covered)]


def _uncount_pair(deal: Deal) -> list[Write]:
    """The write that takes the job from those that count for its buyer and worker."""
    escrow = deal.escrow
    (item,) = read_together([escrow_store.pair_key(escrow.buyer_id, escrow.worker_id)])
    pair = escrow_store.read_pair(item)
    after = pair.without_job(escrow.ended_at or "")
    return [] if after == pair else [escrow_store.change_pair(escrow.buyer_id, escrow.worker_id, pair, after)]


def _subject(reference: str) -> tuple[Collection | None, Deal | None, Suspense | None]:
    """The payment that a chargeback is about, and the deal or the money in suspense that it went to."""
    collection_item, suspense_item = read_together([collection_store.key(reference), suspense.key(reference)])
    collection, kept = collection_store.read(collection_item), suspense.read(suspense_item)
    deal = escrows.get_deal(collection.job_id) if collection is not None and collection.status == "paid" else None
    return collection, deal, kept
