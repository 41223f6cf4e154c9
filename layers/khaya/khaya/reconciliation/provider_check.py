"""Compares our books with what the provider lists for the last days, and applies what we have missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from khaya import provider
from khaya.chargebacks import service as chargebacks
from khaya.chargebacks import store as chargeback_store
from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.platform.base.settings import settings
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import read_together
from khaya.provider import model as port
from khaya.reconciliation.model import Finding
from khaya.suspense import store as suspense

_TOOK_MONEY: Final = ("paid", "reversed")
_COLLECTION: Final = "collection:"


def check_collections(day: str, sources: Iterable[str], now: str) -> Iterator[Finding]:
    """Payments of the provider against ours, both ways; those that we have missed are applied.

    Args:
        day: the first date.
        sources: the sources of our movements since then.
        now: the time.
    """
    listed = {one.reference: one for one in provider.payment_provider().find_collections(day)}
    for found in listed.values():
        if is_prod() and not found.live:
            yield Finding("collection", found.reference, "not_live", None, found.amount_cents)
        elif not _agrees(found):
            collections.apply(found.reference, now)
            finding = None if _agrees(found) else _difference(found)
            if finding is not None:
                yield finding
    for reference in _references(sources):
        if reference not in listed:
            found_alone = provider.payment_provider().find_collection(reference)
            if found_alone is None or found_alone.state not in _TOOK_MONEY:
                yield Finding("collection", reference, "not_at_provider", _ours(reference), None)


def check_chargebacks(day: str, now: str) -> Iterator[Finding]:
    """Chargebacks of the provider against ours; those that we have missed are applied, and ours that are open too."""
    listed = {one.provider_id: one for one in chargebacks.apply_since(day, now)}
    for own in every_item(lambda page: chargeback_store.with_status("open", page)):
        if own.id not in listed and chargebacks.apply(own.id, now) is None:
            yield Finding("chargeback", own.id, "not_at_provider", own.amount_cents, None)
    for found in listed.values():
        if is_prod() and not found.live:
            yield Finding("chargeback", found.provider_id, "not_live", None, found.amount_cents)
        own_one = chargeback_store.find(found.provider_id)
        if own_one is None or own_one.status != found.state:
            yield Finding("chargeback", found.provider_id, "other_state", None, found.amount_cents)


def check_balance(ours_cents: int, under_way_cents: int, now: str) -> Finding | None:
    """The balance at the provider against ours.

    Args:
        ours_cents: what our ledger says.
        under_way_cents: payouts and refunds that the provider may have taken already, and our ledger has not.
        now: the time.
    """
    theirs = provider.payment_provider().balance()
    if ours_cents - under_way_cents <= theirs.amount_cents <= ours_cents:
        return None
    return Finding("provider_balance", now[:10], "other_amount", ours_cents, theirs.amount_cents)


def is_prod() -> bool:
    """Whether every answer of the provider must say that it is live."""
    return settings().environment == "prod"


def _agrees(found: port.Collection) -> bool:
    """Whether a payment is in our books with its amount, on an escrow or in suspense."""
    own_item, kept_item = read_together([collection_store.key(found.reference), suspense.key(found.reference)])
    own, kept = collection_store.read(own_item), suspense.read(kept_item)
    if kept is not None:
        return (kept.amount_cents, kept.currency) == (found.amount_cents, found.currency)
    return own is not None and own.status == "paid" and own.paid_cents == found.amount_cents


def _difference(found: port.Collection) -> Finding | None:
    own = collection_store.find(found.reference)
    if own is None or own.paid_cents is None:
        return Finding("collection", found.reference, "not_in_our_books", None, found.amount_cents)
    return Finding("collection", found.reference, "other_amount", own.paid_cents, found.amount_cents)


def _references(sources: Iterable[str]) -> list[str]:
    return [source.removeprefix(_COLLECTION) for source in sources if source.startswith(_COLLECTION)]


def _ours(reference: str) -> int | None:
    own = collection_store.find(reference)
    return own.paid_cents if own is not None else None
