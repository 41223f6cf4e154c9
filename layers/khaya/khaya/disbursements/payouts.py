"""Sends payouts and books what became of them. Safe to repeat at any step.

The intent is committed before the provider is called, the outcome after it. A payout that was sent keeps its reference
and account until the provider says that this attempt has ended, so a repeated call sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from khaya import provider
from khaya.collections import store as collections
from khaya.collections.model import Collection
from khaya.escrows import store as escrows
from khaya.escrows.model import Escrow
from khaya.ledger import service as ledger
from khaya.ledger.model import guarded
from khaya.payout_accounts import store as payout_accounts
from khaya.payouts import store, withdrawals
from khaya.payouts.model import Payout
from khaya.payouts.rules import BuyerPayment, Facts, Wait, stop_of, wait_of
from khaya.payouts.terms import present_terms
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.money import ZAR
from khaya.platform.data.pages import PageRequest
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.pricing.provider_fees import payout_fee_cents
from khaya.profiles import store as profiles
from khaya.provider.errors import ProviderUnavailable, Refused, TooLittleBalance, Unclear
from khaya.settlements import service as settlements
from khaya.users import store as users

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start, and few requests need one
    from khaya.provider import model as port

_ATTEMPTS: Final = 10
_HISTORY: Final = PageRequest(("card",), 50)
"""The payments of a buyer in which an earlier use of a card is looked for."""

STATEMENT_TEXT: Final = "Khaya payout"
"""What the recipient reads on the bank statement."""


def process(payout_id: str, now: str, *, hinted: bool = False) -> Payout | None:
    """Take a payout one step further if that is due; `hinted` if the provider said that something happened.

    Returns the payout as it is then; None if there is none.

    Raises:
        WriteConflict: other changes kept this one from being made.
    """
    payout = store.find(payout_id)
    if payout is None or not (hinted or payout.is_due(now)):
        return payout
    match payout.status:
        case "pending" if payout.is_due(now):
            _look_for_settlements(payout, now)
            begun = retry_on_conflict(lambda: _begin(payout_id, now), _ATTEMPTS, conflicts=(WriteConflict, Conflict))
            return _send(begun, now) if begun and begun.status == "sent" and begun.version != payout.version else begun
        case "sent":
            return _follow_up(payout, now)
        case "paid":
            return _recheck(payout, now)
    return payout


def _look_for_settlements(payout: Payout, now: str) -> None:
    """Book new settlements if this payout waits for one. Without an answer it goes on waiting."""
    wait = wait_of(payout, _facts_of(payout, now)[0], present_terms(), now)
    if wait is None or wait.reason != "not_settled":
        return
    try:
        settlements.apply_new(now)
    except ProviderUnavailable:
        observability.logger().warning("no answer about settlements", extra={"payout": payout.id})


def _begin(payout_id: str, now: str) -> Payout | None:
    """Commit why a payout waits, or the intent to send it."""
    payout = store.find(payout_id)
    if payout is None or payout.status != "pending" or not payout.is_due(now):
        return payout
    facts, escrow = _facts_of(payout, now)
    wait = wait_of(payout, facts, present_terms(), now)
    unit_of_work = UnitOfWork()
    if wait is not None or facts.account is None or facts.account.recipient is None:
        after = _delayed(payout, wait or Wait("no_account"), now)
        unit_of_work.add(store.change(payout, after))
        unit_of_work.commit()
        return after
    after = payout.bound(facts.account.recipient, now)
    unit_of_work.add(
        store.change(payout, after),
        store.count_sent(after, day=clock.local_day(now), step=+1, was_cents=facts.sent_today_cents),
        payout_accounts.require_unchanged(payout.user_id, facts.account),
        users.require_active(payout.user_id),
        *([escrows.require_unchanged(escrow)] if escrow else []),
    )
    unit_of_work.commit()
    return after


def _delayed(payout: Payout, wait: Wait, now: str) -> Payout:
    return payout.delayed(
        wait.reason,
        now,
        until=wait.until,
        for_admin=wait.for_admin,
        expected_on=wait.expected_on,
        days=present_terms().reminder_days,
    )


def _send(payout: Payout, now: str) -> Payout:
    """Have the provider send a payout under its reference; the same reference again sends nothing twice."""
    from khaya.provider import model as port  # noqa: PLC0415 - see above

    request = port.PayoutRequest(payout.reference, payout.amount_cents, payout.recipient or "", STATEMENT_TEXT)
    try:
        found = provider.payment_provider().pay_out(request)
    except TooLittleBalance:
        observability.call_operator("provider_balance_too_low")
        return _record(payout, lambda one, unit_of_work: _taken_back(one, now, unit_of_work))
    except Refused as error:
        observability.logger().error("payout refused", extra={"payout": payout.id, "code": error.code})
        return _record(payout, lambda one, unit_of_work: _failed(one, now, unit_of_work))
    except (ProviderUnavailable, Unclear) as error:
        seconds = getattr(error, "retry_after", 0)
        return _record(payout, lambda one, _: one.unanswered(now, seconds=seconds))
    return _apply(payout, found, now)


def _follow_up(payout: Payout, now: str) -> Payout:
    """Ask what became of a payout that was sent, and send it again under its reference if it did not arrive."""
    try:
        found = provider.payment_provider().find_payout(payout.reference)
    except ProviderUnavailable as error:
        seconds = error.retry_after
        return _record(payout, lambda one, _: one.unanswered(now, seconds=seconds))
    if found is not None:
        return _apply(payout, found, now)
    if payout.is_accepted:
        return _record(payout, lambda one, _: one.accepted(now))
    stop = stop_of(payout, _facts_of(payout, now)[0], now)
    if stop is not None:
        reason = stop.reason
        return _record(payout, lambda one, _: one.unanswered(now, reason=reason))
    return _send(payout, now)


def _recheck(payout: Payout, now: str) -> Payout:
    """Ask whether the bank has returned a paid payout."""
    try:
        found = provider.payment_provider().find_payout(payout.reference)
    except ProviderUnavailable:
        found = None
    if found is not None and found.state in ("returned", "failed"):
        observability.count("PayoutReturned")
        return _record(payout, lambda one, unit_of_work: _returned(one, now, unit_of_work))
    return _record(payout, lambda one, _: one.rechecked(now)) if payout.is_due(now) else payout


def _apply(payout: Payout, found: port.Payout, now: str) -> Payout:
    """Apply what the provider says of a payout that was sent."""
    if found.amount_cents != payout.amount_cents or found.currency != ZAR:
        observability.logger().error("payout differs at the provider", extra={"payout": payout.id})
        observability.call_operator("payout_differs")
        return _record(payout, lambda one, _: one.unanswered(now))
    if found.needs_approval:
        observability.call_operator("payout_needs_approval")
    match found.state:
        case "paid":
            return _record(payout, lambda one, unit_of_work: _paid(one, now, unit_of_work))
        case "failed" | "returned":
            return _record(payout, lambda one, unit_of_work: _failed(one, now, unit_of_work))
    return _record(payout, lambda one, _: one.accepted(now))


def _record(payout: Payout, outcome: Callable[[Payout, UnitOfWork], Payout]) -> Payout:
    """Commit the outcome of an attempt, unless another run has recorded one."""

    def commit() -> Payout:
        current = store.find(payout.id) or payout
        if (current.status, current.attempt) != (payout.status, payout.attempt):
            return current
        unit_of_work = UnitOfWork()
        after = outcome(current, unit_of_work)
        unit_of_work.add(store.change(current, after))
        unit_of_work.commit()
        return after

    return retry_on_conflict(commit, _ATTEMPTS)


def _paid(payout: Payout, now: str, unit_of_work: UnitOfWork) -> Payout:
    fee = payout_fee_cents()
    legs = [
        (guarded("payout", payout.id), -payout.amount_cents),
        ("providerBalance", payout.amount_cents + fee),
        ("providerFees", -fee),
    ]
    ledger.move(payout.reference, legs, now=now, unit_of_work=unit_of_work)
    if payout.kind == "credits":
        withdrawals.note_status(payout, "paid", unit_of_work)
    return payout.paid(now)


def _returned(payout: Payout, now: str, unit_of_work: UnitOfWork) -> Payout:
    """The money is back at the provider and owed to the person again. The provider keeps its fee."""
    legs = [(guarded("payout", payout.id), payout.amount_cents), ("providerBalance", -payout.amount_cents)]
    ledger.move(f"{payout.reference}:returned", legs, now=now, unit_of_work=unit_of_work)
    if payout.kind == "credits":
        withdrawals.note_status(payout, "pending", unit_of_work)
    return payout.returned(now)


def _failed(payout: Payout, now: str, unit_of_work: UnitOfWork) -> Payout:
    _uncount(payout, unit_of_work)
    observability.count("PayoutFailed")
    return payout.failed(now)


def _taken_back(payout: Payout, now: str, unit_of_work: UnitOfWork) -> Payout:
    _uncount(payout, unit_of_work)
    return payout.taken_back(now)


def _uncount(payout: Payout, unit_of_work: UnitOfWork) -> None:
    if payout.counted_on is not None:
        unit_of_work.add(store.count_sent(payout, day=payout.counted_on, step=-1))


def _facts_of(payout: Payout, now: str) -> tuple[Facts, Escrow | None]:
    """What is known about a payout, and the escrow that it came from."""
    keys = [
        payout_accounts.key(payout.user_id),
        users.key(payout.user_id),
        profiles.key(payout.user_id),
        store.day_key(payout.user_id, clock.local_day(now)),
    ]
    if payout.job_id is not None:
        keys.append(escrows.key(payout.job_id))
    account, user, profile, day, *escrow_item = read_together(keys)
    escrow = escrows.read(escrow_item[0]) if escrow_item else None
    facts = Facts(
        account=payout_accounts.read(account),
        is_suspended=users.read(user, payout.user_id).status != "active",
        has_open_chargeback=escrow is not None and escrow.is_frozen,
        paid_jobs=profiles.read(profile, payout.user_id).paid_jobs,
        payments=_payments(escrow, now) if escrow is not None else (),
        sent_today_cents=store.read_day(day),
    )
    return facts, escrow


def _payments(escrow: Escrow, now: str) -> list[BuyerPayment]:
    """The payments behind an earning. One that the index does not list yet counts as not settled."""
    paid = [one for one in collections.of_job(escrow.id) if one.status == "paid"]
    found = [
        BuyerPayment(
            paid_at=one.paid_at or one.updated_at,
            is_card=one.is_by_card,
            card_is_known=not one.is_by_card or _is_known(one, now),
            settled_at=one.settled_at,
        )
        for one in paid
    ]
    if sum(one.paid_cents or 0 for one in paid) < escrow.paid_cents:
        found.append(BuyerPayment(paid_at=now, is_card=False))
    return found


def _is_known(collection: Collection, now: str) -> bool:
    """Whether the buyer's card has paid for another job, before the days in which a new card waits."""
    before = clock.plus(now, days=-present_terms().new_worker_days)
    return any(
        one.shares_card_with(collection) and one.job_id != collection.job_id and (one.paid_at or now) <= before
        for one in collections.paid_by(collection.buyer_id, _HISTORY).items
    )
