"""Why a payout waits: pure functions of the payout and of what is known about its person and its job."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from khaya.payout_accounts.model import PayoutAccount
from khaya.payouts.model import Payout, PayoutTerms, Reason, working_day_after
from khaya.platform.base import clock

_SETTLEMENT_DAYS: Final = 2
_SETTLEMENT_MINUTES: Final = 10
_SUSPENDED_HOURS: Final = 6


@dataclass(frozen=True)
class BuyerPayment:
    """A payment of the buyer that is behind an earning.

    Attributes:
        is_card: whether it was made by card.
        card_is_known: whether the card has paid for another job before, long enough ago.
        settled_at: when the provider settled it.
    """

    paid_at: str
    is_card: bool = True
    card_is_known: bool = True
    settled_at: str | None = None


@dataclass(frozen=True)
class Facts:
    """What is known when a payout is looked at.

    Attributes:
        payments: the payments behind an earning; none for credits.
        sent_today_cents: what was sent to the person today.
    """

    account: PayoutAccount | None
    is_suspended: bool = False
    has_open_chargeback: bool = False
    paid_jobs: int = 0
    payments: Sequence[BuyerPayment] = ()
    sent_today_cents: int = 0


@dataclass(frozen=True)
class Wait:
    """Why a payout waits.

    Attributes:
        until: when it is looked at again; None if that depends on a person.
        ends_at: when the reason ends; None if that is not known.
        for_admin: whether an admin has to decide.
    """

    reason: Reason
    until: str | None = None
    ends_at: str | None = None
    for_admin: bool = False

    @property
    def expected_on(self) -> str | None:
        """The day on which the money is expected; None if that is not known."""
        return working_day_after(self.ends_at) if self.ends_at else None


def stop_of(payout: Payout, facts: Facts, now: str) -> Wait | None:
    """Why nothing may be sent at all, also under a reference that was given out; None if it may."""
    if payout.is_frozen:
        return Wait("admin_hold", for_admin=True)
    if facts.is_suspended:
        return Wait("suspended", clock.plus(now, hours=_SUSPENDED_HOURS))
    if facts.has_open_chargeback:
        return Wait("chargeback", clock.plus(now, hours=_SUSPENDED_HOURS))
    return None


def wait_of(payout: Payout, facts: Facts, terms: PayoutTerms, now: str) -> Wait | None:
    """Why a pending payout waits; None if it can be sent.

    What its person has to do comes first, so that they learn of it at once. An admin's release lifts the waiting times
    of new workers and cards, the limit, and the need for another account after a return.
    """
    return stop_of(payout, facts, now) or next(_waits(payout, facts, terms, now), None)


def _waits(payout: Payout, facts: Facts, terms: PayoutTerms, now: str) -> Iterator[Wait]:
    is_released = bool(payout.approved_by)
    account = facts.account
    if account is None:
        yield Wait("no_account")
    elif account.is_being_checked:
        yield Wait("account_hold", clock.plus(now, hours=1), account.usable_from)
    elif not account.verified or account.recipient is None:
        yield Wait("account_not_verified")
    elif account.recipient == payout.last_recipient and not is_released:
        yield Wait("returned")
    if any(payment.settled_at is None for payment in facts.payments):
        yield _settlement(facts, now)
    if account is not None and account.usable_from is not None and account.usable_from > now:
        yield Wait("account_hold", account.usable_from, account.usable_from)
    if not is_released:
        until = _new_until(facts, terms)
        if until is not None and until > now:
            yield Wait("new_worker", until, until)
        if facts.sent_today_cents + payout.amount_cents > terms.day_limit_cents:
            yield Wait("limit", for_admin=True)


def _settlement(facts: Facts, now: str) -> Wait:
    """The wait for the provider's settlement, which is looked for often until it is expected, then every hour."""
    expected = clock.plus(max(payment.paid_at for payment in facts.payments), days=_SETTLEMENT_DAYS)
    until = clock.plus(now, minutes=_SETTLEMENT_MINUTES if expected > now else 60)
    return Wait("not_settled", until, max(expected, until))


def _new_until(facts: Facts, terms: PayoutTerms) -> str | None:
    """Until when a new worker, or money of a new card, waits after the last card payment."""
    cards = [payment for payment in facts.payments if payment.is_card]
    is_new = facts.paid_jobs < terms.new_worker_jobs or any(not payment.card_is_known for payment in cards)
    if not cards or not is_new:
        return None
    return clock.plus(max(payment.paid_at for payment in cards), days=terms.new_worker_days)
