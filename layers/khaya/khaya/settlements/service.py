"""Books the provider's settlements. Run again, it changes nothing."""

from __future__ import annotations

from typing import Final

from khaya import provider
from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.ledger import service as ledger
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.money import ZAR
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.platform.work.retries import retry_on_conflict
from khaya.provider.model import SettledCollection, Settlement
from khaya.restores import store as restores
from khaya.settlements import model, store
from khaya.suspense import store as suspense

_ATTEMPTS: Final = 10


def apply_new(now: str) -> int:
    """Book the provider's settlements since the last reconciliation, and return how many were booked now.

    Raises:
        ProviderUnavailable: the provider does not answer.
    """
    day = restores.not_reconciled_since(now)
    found = provider.payment_provider().settlements(day, store.since(day))
    return sum(apply(settlement, now) for settlement in found)


def apply(settlement: Settlement, now: str) -> bool:
    """Book a settlement, once; returns whether this call booked it.

    Its collections are marked first, so that a run that ended in between is finished by the next one.

    Raises:
        ProviderUnavailable: the provider does not answer.
    """
    if settlement.state != "paid" or settlement.currency != ZAR or store.find(settlement.provider_id) is not None:
        return False
    net = sum(_settle(collection, now) for collection in settlement.collections)
    booked = model.booked(settlement, net, now)
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.create(booked))
    ledger.move(model.source_of(booked.id), model.legs(booked), now=now, unit_of_work=unit_of_work)
    try:
        unit_of_work.commit()
    except WriteConflict:
        if store.find(booked.id) is None:
            raise
        return False
    return True


def _settle(settled: SettledCollection, now: str) -> int:
    """Mark a collection as settled; returns the cents that the ledger holds of it as unsettled."""

    def mark() -> int:
        own = collection_store.find(settled.reference)
        if own is None or own.paid_cents is None:
            kept = suspense.find(settled.reference)
            return kept.amount_cents - kept.fee_cents if kept is not None and kept.currency == ZAR else 0
        if own.settled_at is None:
            commit_now(collection_store.change(own, own.settled(now)))
        kept = suspense.find(own.id) if own.status == "returned" else None
        if kept is not None and kept.currency != ZAR:
            return 0
        return own.paid_cents - (own.fee_cents or 0)

    own = collection_store.find(settled.reference)
    if own is None or own.status not in ("paid", "returned"):
        collections.apply(settled.reference, now)
    return retry_on_conflict(mark, _ATTEMPTS)
