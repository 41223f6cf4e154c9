"""Opens checkouts, and applies what the provider says of them.

A webhook, a deadline and a nightly comparison all call `apply`: it looks the collection up at the provider and books
what was paid, once, in whatever order and however often it is called.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from khaya import provider
from khaya.collections import store
from khaya.collections.model import (
    MAX_FAILED_CARDS,
    OPENING_SECONDS,
    Collection,
    Status,
    new_collection,
    reference_of,
)
from khaya.escrows import service as escrows
from khaya.escrows.checkouts import Checkout
from khaya.escrows.model import FINAL
from khaya.escrows.service import Deal
from khaya.ledger import service as ledger
from khaya.platform.aws import secrets
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, NotFound, Unavailable
from khaya.platform.base.money import ZAR
from khaya.platform.base.settings import CheckoutSettings, settings
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.pricing.model import Part
from khaya.provider.errors import DuplicateReference, ProviderUnavailable, Refused, Unclear
from khaya.suspense import store as suspense
from khaya.suspense.model import Reason, Suspense
from khaya.users import store as users

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start, and few requests need one
    from khaya.provider import model as port

_ATTEMPTS: Final = 10
_CARD_PURPOSE: Final = "payment-card"
PAYING_MINUTES: Final = 60
"""Minutes for which the buyer may be paying on the page of a new checkout."""


def check_out(job_id: str, part: Part, *, buyer_id: str, now: str, unit_of_work: UnitOfWork) -> Collection:
    """A checkout for a part of an escrow: the live one, or a new one.

    The intent is committed before the provider is called, and the outcome with the request. So a repeated or an
    interrupted request never opens two checkouts that both count.

    Raises:
        NotFound: the job has no escrow, or the person is not a party.
        Forbidden: the person does not own the job.
        Conflict: this part is not due now, or too many cards failed.
        TooMany: the person opened too many checkouts in this hour.
        Unavailable: the provider does not answer.
    """
    *items, record = read_together([*escrows.keys(job_id), users.key(buyer_id)])
    deal = escrows.read_deal(items[0], items[1])
    if deal.escrow.party(buyer_id) is None:
        raise NotFound("There is no such escrow.")
    deal.job.require_owner(buyer_id)
    _require_due(deal, part)
    latest = deal.escrow.checkout
    if latest is not None and latest.part == part:
        known = store.find(reference_of(job_id, part, latest.attempt))
        if known is not None and known.is_live(now):
            return known
        if known is not None and known.status == "opening" and not known.is_interrupted(now):
            made: Collection | None = unit_of_work.results.get(known.id)
            if made is None:
                raise Unavailable("The checkout is being made. Please try again in a moment.", OPENING_SECONDS)
            return _opened(known, made.checkout_url or "", now, unit_of_work)
    attempt = latest.attempt + 1 if latest is not None else 1
    email = users.read(record, buyer_id).email
    collection = _begin(deal, part, attempt, now)
    opened = unit_of_work.once(collection.id, lambda: _open(collection, email, now))
    return _opened(collection, opened.checkout_url or "", now, unit_of_work)


def apply(reference: str, now: str) -> Status | None:
    """Ask the provider about a collection, and book what was paid. Idempotent.

    Returns its status; None if neither we nor the provider know the reference.

    Raises:
        ProviderUnavailable: the provider does not answer.
        WriteConflict: other changes kept this one from being made.
    """
    found = provider.payment_provider().find_collection(reference)
    return retry_on_conflict(lambda: _apply(reference, found, now), _ATTEMPTS)


def card_hashes(mark: str) -> tuple[str, ...]:
    """The keyed hashes of the provider's mark of a card, one for each valid service key; the mark is not stored."""
    return tuple(secrets.every_keyed_hash(_CARD_PURPOSE, mark))


def _require_due(deal: Deal, part: Part) -> None:
    due = deal.escrow.due_part
    if due != part:
        raise Conflict(
            f"Nothing of this part is due: the escrow is {deal.escrow.status}.",
            code="part_not_due",
            params={"status": deal.escrow.status, "due": due},
        )
    if deal.escrow.failed_cards >= MAX_FAILED_CARDS:
        raise Conflict("Too many card payments for this job failed.", code="too_many_failed_cards")


def _begin(deal: Deal, part: Part, attempt: int, now: str) -> Collection:
    """Commit the intent to open a checkout."""
    escrow = deal.escrow
    collection = new_collection(
        job_id=escrow.id,
        job_title=escrow.job_title,
        buyer_id=escrow.buyer_id,
        part=part,
        attempt=attempt,
        amount_cents=escrow.amounts.part_cents(part),
        now=now,
    )
    commit_now(
        escrows.note_checkout(deal, Checkout(part=part, attempt=attempt, expires_at=collection.expires_at), now),
        store.create(collection),
        store.count_link(escrow.buyer_id, now, +1),
        actor=escrow.buyer_id,
    )
    return collection


def _open(collection: Collection, email: str | None, now: str) -> Collection:
    """Open the checkout at the provider.

    Raises:
        Unavailable: the provider does not answer, or its answer was lost; the next attempt has another reference.
    """
    from khaya.provider import model as port  # noqa: PLC0415 - see above

    request = port.CheckoutRequest(
        reference=collection.id,
        amount_cents=collection.amount_cents,
        person_id=collection.buyer_id,
        return_url=f"{settings(CheckoutSettings).app_url}/deals/{collection.job_id}/paid",
        email=email,
    )
    try:
        checkout = provider.payment_provider().collect(request)
    except (ProviderUnavailable, Unclear, DuplicateReference, Refused) as error:
        commit_now(
            store.change(collection, collection.looked_up("abandoned", now)),
            store.count_link(collection.buyer_id, now, -1),
        )
        raise Unavailable("The payment provider does not answer. Please try again in a moment.", 10) from error
    return collection.opened(checkout.url, now)


def _opened(collection: Collection, url: str, now: str, unit_of_work: UnitOfWork) -> Collection:
    opened = collection.opened(url, now)
    unit_of_work.add(store.change(collection, opened))
    return opened


@dataclass(frozen=True)
class _Paid:
    """What the provider says of a payment."""

    cents: int
    fee_cents: int
    currency: str
    card_hashes: tuple[str, ...]
    paid_at: str


def _apply(reference: str, found: "port.Collection | None", now: str) -> Status | None:
    own = store.find(reference)
    if own is None and found is None:
        return None
    if own is not None and own.status in ("paid", "returned"):
        return own.status
    if found is None or found.state != "paid":
        return None if own is None else _not_paid(own, found, now)
    hashes = card_hashes(found.card) if found.card is not None else ()
    paid = _Paid(found.amount_cents, found.fee_cents or 0, found.currency, hashes, found.paid_at or now)
    unit_of_work = UnitOfWork()
    if own is None:
        if suspense.find(reference) is None:
            _suspend(reference, "unknown", paid, None, now, unit_of_work)
            unit_of_work.commit()
        return "returned"
    status = _book(own, paid, now, unit_of_work)
    unit_of_work.commit()
    return status


def _not_paid(own: Collection, found: "port.Collection | None", now: str) -> Status:
    """Note that a collection is not paid; a card that failed counts against the job once."""
    states: dict[str, Status] = {"waiting": "waiting", "failed": "failed", "abandoned": "abandoned"}
    status: Status = states.get(found.state, "abandoned") if found is not None else own.status
    if own.status == "opening" and found is None:
        status = "abandoned"
    writes = [store.change(own, own.looked_up(status, now))]
    if status == "failed" and own.status != "failed":
        deal = escrows.get_deal(own.job_id)
        writes.append(escrows.note_failed_card(deal, own.part, own.attempt, now))
    commit_now(*writes)
    return status


def _book(own: Collection, paid: _Paid, now: str, unit_of_work: UnitOfWork) -> Status:
    """Book a payment on its escrow; what is not due, or not what was asked for, goes to suspense."""
    deal = escrows.get_deal(own.job_id)
    reason = _mismatch(own, deal, paid)
    after = own.paid(
        paid.cents,
        fee_cents=paid.fee_cents,
        card_hashes=paid.card_hashes,
        paid_at=paid.paid_at,
        now=now,
        returned=reason is not None,
    )
    unit_of_work.add(store.change(own, after))
    if reason is not None:
        _suspend(own.id, reason, paid, own, now, unit_of_work)
    else:
        source = f"collection:{own.id}"
        escrows.capture(deal, paid.cents, source=source, fee_cents=paid.fee_cents, now=now, unit_of_work=unit_of_work)
    return after.status


def _mismatch(own: Collection, deal: Deal, paid: _Paid) -> Reason | None:
    """Why a payment cannot be booked on its escrow; None if it can."""
    escrow = deal.escrow
    if paid.currency != ZAR:
        return "wrong_currency"
    if paid.cents != own.amount_cents:
        return "wrong_amount"
    if escrow.status in FINAL:
        return "late"
    if escrow.paid_cents + paid.cents > escrow.amounts.buyer_total_cents:
        return "paid_twice"
    is_first = own.part in ("deposit", "all")
    return "paid_twice" if is_first == (escrow.deposit_paid_at is not None) else None


def _suspend(
    reference: str, reason: Reason, paid: _Paid, own: Collection | None, now: str, unit_of_work: UnitOfWork
) -> None:
    """Put a payment into suspense. Another currency stays outside of the ledger, which is in rand."""
    item = Suspense(
        id=reference,
        reason=reason,
        amount_cents=paid.cents,
        currency=paid.currency,
        fee_cents=paid.fee_cents,
        job_id=own.job_id if own else None,
        buyer_id=own.buyer_id if own else None,
        created_at=now,
        updated_at=now,
    )
    if item.goes_back_by_itself:
        item = item.model_copy(update={"status": "returning", "next_at": now})
    unit_of_work.add(suspense.create(item))
    if paid.currency == ZAR:
        legs = [("providerUnsettled", paid.fee_cents - paid.cents), ("providerFees", -paid.fee_cents)]
        ledger.move(f"collection:{reference}", [*legs, ("suspense", paid.cents)], now=now, unit_of_work=unit_of_work)


def is_under_way(reference: str, now: str) -> bool:
    """Whether the buyer may just be paying: the bank has not answered yet, or the checkout was opened just now.

    What was paid is booked by that.

    Raises:
        ProviderUnavailable: the provider does not answer.
    """
    own = store.find(reference)
    if own is None or own.status in ("paid", "returned"):
        return False
    found = provider.payment_provider().find_collection(reference)
    status = retry_on_conflict(lambda: _apply(reference, found, now), _ATTEMPTS)
    if found is not None and found.under_way:
        return True
    return status == "waiting" and clock.plus(own.created_at, minutes=PAYING_MINUTES) > now
