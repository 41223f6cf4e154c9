"""Has the provider give refunds back, and books what became of them. Safe to repeat at any step.

The provider knows no key against repetition. So the intent is committed before each call, and a refund whose answer was
lost is looked for, by our id of it, among those that the provider lists. It is never asked for twice.
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
from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base import observability
from khaya.platform.base.money import ZAR
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work.retries import retry_on_conflict
from khaya.provider.errors import ProviderUnavailable, Refused, TooLittleBalance, Unclear
from khaya.refunds import service, store
from khaya.refunds.model import Refund
from khaya.refunds.parts import CollectionRefund
from khaya.suspense import store as suspense

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start, and few requests need one
    from khaya.provider import model as port

_ATTEMPTS: Final = 10


def process(refund_id: str, now: str, *, hinted: bool = False) -> Refund | None:
    """Take a refund further if that is due; `hinted` if the provider said that something happened.

    Returns the refund as it is then; None if there is none.

    Raises:
        WriteConflict: other changes kept this one from being made.
    """
    refund = store.find(refund_id)
    if refund is None or refund.is_final or not (hinted or refund.is_due(now)):
        return refund
    if not refund.parts:
        refund = _plan(refund, now)
    refund = _go_on(refund, now)
    if refund.status == "needs_admin":
        observability.call_operator("refund_needs_admin")
    return refund


def account_of(refund: Refund) -> str:
    """The account in the ledger that holds the money of a refund."""
    return guarded("refund", refund.id) if refund.source == "escrow" else "suspense"


def _go_on(refund: Refund, now: str) -> Refund:
    """Take part after part further, as far as the provider lets it."""
    while (part := refund.part) is not None and not refund.is_final:
        refund = _advance(refund, part, now)
        if refund.part is None or refund.part.refund_id == part.refund_id:
            break
    return refund


def _plan(refund: Refund, now: str) -> Refund:
    """Share the refund out over the captures of its job, newest first."""
    paid = [one for one in collections.of_job(refund.id) if one.status == "paid"]
    paid.sort(key=lambda one: (one.paid_at or "", one.id), reverse=True)
    escrow = escrows.find(refund.id)
    if escrow is not None and _lags(paid, escrow):
        return _record(refund, lambda one, _: one.postponed(now))
    captures = [(one.id, one.refundable_cents) for one in paid]
    return _record(refund, lambda one, _: one.planned(captures, now))


def _lags(paid: list[Collection], escrow: Escrow) -> bool:
    """Whether the index does not list yet all that was paid for an escrow, and all that was charged back of it."""
    captured, taken = sum(one.paid_cents or 0 for one in paid), sum(one.charged_back_cents for one in paid)
    return captured < escrow.paid_cents or taken < escrow.lost_cents


def _advance(refund: Refund, part: CollectionRefund, now: str) -> Refund:
    """Take the present part one step further."""
    try:
        found = _at_provider(refund, part)
        if found is not None:
            return _apply(refund, part, found, now)
        if part.state == "planned":
            return _ask(refund, part, now)
    except ProviderUnavailable as error:
        seconds = error.retry_after
        return _record(refund, lambda one, _: one.postponed(now, seconds))
    return _record(refund, lambda one, _: one.unclear(now))


def _at_provider(refund: Refund, part: CollectionRefund) -> port.Refund | None:
    """The part at the provider, by its id there or by ours; None if the provider does not know it."""
    provider_id = part.provider_id
    if provider_id is not None:
        return provider.payment_provider().find_refund(provider_id)
    listed = provider.payment_provider().find_refunds(refund.listed_since, part.refund_id)
    candidates = (one for one in listed if one.provider_id not in part.failed)
    return next((one for one in candidates if one.collection == part.collection), None)


def _ask(refund: Refund, part: CollectionRefund, now: str) -> Refund:
    """Ask the provider for a part: the intent is committed first, so that a lost answer is known as such."""
    asking, is_ours = _intend(refund, lambda one, unit_of_work: _asking(one, part, now, unit_of_work))
    if asking.part is None or not is_ours or asking.part.state != "asked":
        return asking
    from khaya.provider import model as port  # noqa: PLC0415 - see above

    request = port.RefundRequest(part.refund_id, part.collection, part.cents)
    try:
        found = provider.payment_provider().refund(request)
    except TooLittleBalance:
        observability.call_operator("provider_balance_too_low")
        return _record(asking, lambda one, _: one.not_asked("balance_too_low", now))
    except Refused as error:
        observability.logger().error("refund refused", extra={"refund": refund.id, "code": error.code})
        return _record(asking, lambda one, _: one.refused(now))
    except ProviderUnavailable as error:
        seconds = error.retry_after
        return _record(asking, lambda one, _: one.not_asked("provider_unavailable", now, seconds))
    except Unclear:
        return _record(asking, lambda one, _: one.unclear(now))
    return _apply(asking, asking.part, found, now)


def _asking(refund: Refund, part: CollectionRefund, now: str, unit_of_work: UnitOfWork) -> Refund:
    """The intent to ask for a part; while a chargeback is open, nothing is asked for."""
    if _is_frozen(refund, part, unit_of_work):
        return refund.not_asked("chargeback", now)
    return refund.asking(now)


def _is_frozen(refund: Refund, part: CollectionRefund, unit_of_work: UnitOfWork) -> bool:
    """Whether a chargeback of the money is open. The unit of work is refused if one is opened meanwhile."""
    if refund.source == "escrow":
        escrow = escrows.find(refund.id)
        if escrow is None:
            return False
        unit_of_work.add(escrows.require_unchanged(escrow))
        return escrow.is_frozen
    held = suspense.find(part.collection)
    if held is None:
        return False
    unit_of_work.add(suspense.require_unchanged(held))
    return held.status == "frozen"


def _apply(refund: Refund, part: CollectionRefund, found: port.Refund, now: str) -> Refund:
    """Apply what the provider says of a part."""
    if found.amount_cents != part.cents or found.currency != refund.currency or found.collection != part.collection:
        observability.logger().error("refund differs at the provider", extra={"refund": refund.id})
        return _record(refund, lambda one, _: one.stuck("failed", now))
    match found.state:
        case "paid":
            return _record(refund, lambda one, unit_of_work: _part_paid(one, part, found, now, unit_of_work))
        case "failed":
            observability.count("RefundFailed")
            return _record(refund, lambda one, _: one.part_failed(found.provider_id, now))
        case "needs_account":
            return _give_account(refund, part, found.provider_id, now)
    return _record(refund, lambda one, _: one.sent(found.provider_id, now))


def _part_paid(
    refund: Refund, part: CollectionRefund, found: port.Refund, now: str, unit_of_work: UnitOfWork
) -> Refund:
    after = refund.part_paid(found.provider_id, now)
    if refund.currency == ZAR:
        legs = [(account_of(refund), -part.cents), ("providerBalance", part.cents)]
        ledger.move(f"refund:{part.refund_id}", legs, now=now, unit_of_work=unit_of_work)
    if after.status == "paid" and refund.source == "suspense":
        held = suspense.find(part.collection)
        if held is not None:
            unit_of_work.add(suspense.change(held, held.returned(now)))
    return after


def _give_account(refund: Refund, part: CollectionRefund, provider_id: str, now: str) -> Refund:
    """Give the provider the account that the buyer named; ask and remind the buyer until they name one.

    While a chargeback is open, nothing is given.
    """
    details = accounts.open_sealed(refund.sealed, service.context_of(refund)) if refund.sealed else None
    if details is None:
        return _record(refund, lambda one, _: one.needing_account(provider_id, now))
    if _is_frozen(refund, part, UnitOfWork()):
        return _record(refund, lambda one, _: one.withheld(now))
    own = payout_accounts.find(refund.buyer_id or "")
    problem = accounts.identity_problem(details, refund.buyer_id or "", own) or accounts.problem_at_provider(
        details.account
    )
    if problem is not None:
        return _record(refund, lambda one, _: one.needing_account(provider_id, now, problem))
    return _hand_over(refund, part, provider_id, details.account, now)


def _hand_over(refund: Refund, part: CollectionRefund, provider_id: str, account: port.BankAccount, now: str) -> Refund:
    """Hand the buyer's account over to the provider.

    The intent is committed first, so that a lost chargeback does not take a part that the provider may make.
    """

    def begin(one: Refund, unit_of_work: UnitOfWork) -> Refund:
        return one.withheld(now) if _is_frozen(one, part, unit_of_work) else one.giving_account(now)

    giving, is_ours = _intend(refund, begin)
    if not is_ours or giving.reason == "chargeback":
        return giving
    try:
        provider.payment_provider().give_refund_account(provider_id, account)
    except Refused:
        return _record(giving, lambda one, _: one.needing_account(provider_id, now, "unknown"))
    except ProviderUnavailable as error:
        seconds = error.retry_after
        return _record(giving, lambda one, _: one.account_not_given(now, seconds))
    except Unclear:  # repeating it is harmless
        return _record(giving, lambda one, _: one.postponed(now))
    return _record(giving, lambda one, _: one.account_given(now))


def _intend(refund: Refund, intent: Callable[[Refund, UnitOfWork], Refund]) -> tuple[Refund, bool]:
    """Commit an intent; returns the refund, and whether this run may carry it out. Otherwise another run does."""
    begun: list[Refund] = []

    def begin(one: Refund, unit_of_work: UnitOfWork) -> Refund:
        begun[:] = [intent(one, unit_of_work)]
        return begun[0]

    after = _record(refund, begin)
    return after, bool(begun) and after is begun[0]


def _record(refund: Refund, outcome: Callable[[Refund, UnitOfWork], Refund]) -> Refund:
    """Commit the outcome of a step, unless another run has taken the present part further."""

    def commit() -> Refund:
        current = store.find(refund.id) or refund
        if (current.status, current.part, current.sealed) != (refund.status, refund.part, refund.sealed):
            return current
        unit_of_work = UnitOfWork()
        after = outcome(current, unit_of_work)
        unit_of_work.add(store.change(current, after))
        unit_of_work.commit()
        return after

    return retry_on_conflict(commit, _ATTEMPTS)


def return_suspense(reference: str, now: str) -> Refund | None:
    """Begin to give money in suspense back, if that was decided; returns its refund.

    Raises:
        WriteConflict: other changes kept this one from being made.
    """
    return retry_on_conflict(lambda: _return_suspense(reference, now), _ATTEMPTS)


def _return_suspense(reference: str, now: str) -> Refund | None:
    held = suspense.find(reference)
    if held is None or held.status != "returning":
        return None
    if held.refund_id is not None:
        return store.find(held.refund_id)
    refund = service.refund_of(held, now)
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.create(refund), suspense.change(held, held.given_to(refund.id, now)))
    unit_of_work.commit()
    return refund
