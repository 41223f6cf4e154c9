"""A payment provider in memory, behind the port, which raises the port's errors as an adapter does.

Nothing happens by itself: a test says what becomes of a payment, a refund or a payout. `faults` are raised by the next
calls of a method, before or after the call takes effect.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Collection as Group
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from itertools import count
from threading import RLock
from typing import Any, Literal

import pytest

from khaya import provider
from khaya.platform.base import clock
from khaya.provider.errors import (
    DuplicateReference,
    ProviderError,
    ProviderUnavailable,
    Refused,
    TooLittleBalance,
    Unclear,
)
from khaya.provider.model import (
    AccountCheck,
    Balance,
    Bank,
    BankAccount,
    Chargeback,
    ChargebackAnswer,
    ChargebackState,
    Checkout,
    CheckoutRequest,
    Collection,
    CollectionState,
    Hint,
    Payout,
    PayoutRequest,
    PayoutState,
    Recipient,
    Refund,
    RefundRequest,
    RefundState,
    SettledCollection,
    Settlement,
)

CHANGING = ("collect", "refund", "give_refund_account", "make_recipient", "pay_out", "contest")
"""The methods that change something, whose answer may be lost."""

Mode = Literal["up", "down", "lossy"]
FEE_PERMILLE = 34


@dataclass(frozen=True)
class Fault:
    """An error of the next call of a method; `after` the call took effect."""

    error: Exception
    after: bool = False


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    """Apply the mode and the faults to a method of the port."""
    name = call.__name__

    @wraps(call)
    def faulty(self: FakeProvider, *arguments: Any) -> Any:
        with self.lock:
            self.calls.append(name)
            if self.mode == "down":
                raise ProviderUnavailable("down")
            fault = self.faults[name].pop(0) if self.faults[name] else None
            if fault is not None and not fault.after:
                raise fault.error
            answer = call(self, *arguments)
            if fault is not None:
                raise fault.error
            if self.mode == "lossy" and name in CHANGING:
                raise Unclear("lost")
            return answer

    return faulty


class FakeProvider:
    """The provider's books.

    Attributes:
        calls: the names of the calls, in order.
        balance_cents: the money out of which payouts and refunds are paid.
        usable_at_once: a payment can be paid out before it is settled, which no provider allows and many tests need.
        settled: the settlements so far.
        payout_fee_cents: what the provider takes for a payout that arrives, which most tests leave aside.
        unknown_payouts: references that look-ups do not know yet.
        given_accounts: the accounts that were named for refunds, by the refund's id.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.mode: Mode = "up"
        self.calls: list[str] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.balance_cents = 100_000_000
        self.usable_at_once = True
        self.payout_fee_cents = 0
        self.collections: dict[str, Collection] = {}
        self.refunds: dict[str, Refund] = {}
        self.refunded_on: dict[str, str] = {}
        self.payouts: dict[str, Payout] = {}
        self.recipients: dict[tuple[str, str], str] = {}
        self.paid_to: dict[str, str] = {}
        self.chargebacks: dict[str, Chargeback] = {}
        self.settled: list[Settlement] = []
        self.unknown_payouts: set[str] = set()
        self.given_accounts: dict[str, BankAccount] = {}
        self.default_payout: PayoutState = "sent"
        self.default_refund: RefundState = "pending"
        self._ids = count(1)

    # What a test does.

    def fail(self, method: str, error: Exception, *, after: bool = False, times: int = 1) -> None:
        """Make the next calls of a method raise an error, before or after they take effect."""
        self.faults[method] += [Fault(error, after)] * times

    def pay(
        self, reference: str, cents: int | None = None, *, card: str | None = "card-1", currency: str = "ZAR"
    ) -> None:
        """Have a person pay a checkout, also one that was not opened here if the amount is given."""
        amount = self.collections[reference].amount_cents if cents is None else cents
        fee = amount * FEE_PERMILLE // 1000
        self.collections[reference] = Collection(
            reference, "paid", amount, currency, live=False, fee_cents=fee, card=card, paid_at=clock.now()
        )
        if self.usable_at_once:
            self.balance_cents += amount - fee

    def end(self, reference: str, state: CollectionState) -> None:
        """End a checkout without a payment."""
        self.collections[reference] = replace(self.collections[reference], state=state)

    def settle(self) -> Settlement:
        """Settle every paid collection that is not settled."""
        done = {one.reference for settlement in self.settled for one in settlement.collections}
        parts = tuple(
            SettledCollection(one.reference, one.amount_cents, one.fee_cents or 0)
            for one in self.collections.values()
            if one.state == "paid" and one.reference not in done
        )
        fees = sum(one.fee_cents for one in parts)
        settlement = Settlement(
            provider_id=f"settlement-{len(self.settled) + 1}",
            state="paid",
            amount_cents=sum(one.amount_cents for one in parts) - fees,
            fee_cents=fees,
            currency="ZAR",
            live=False,
            destination="balance",
            settled_on=clock.now()[:10],
            collections=parts,
        )
        self.settled.append(settlement)
        if not self.usable_at_once:
            self.balance_cents += settlement.amount_cents
        return settlement

    def charge_back(self, reference: str, due_at: str | None = None, cents: int | None = None) -> str:
        """Open a chargeback of a payment, or of some cents of it; returns the provider's id of it."""
        provider_id = f"chargeback-{len(self.chargebacks) + 1}"
        self.chargebacks[provider_id] = Chargeback(
            provider_id=provider_id,
            collection=reference,
            state="open",
            amount_cents=self.collections[reference].amount_cents if cents is None else cents,
            currency="ZAR",
            live=False,
            answered=False,
            due_at=due_at,
        )
        return provider_id

    def decide_chargeback(self, provider_id: str, state: ChargebackState) -> None:
        """End a chargeback as the banks do; a lost one is taken from the balance."""
        found = self.chargebacks[provider_id]
        self.chargebacks[provider_id] = replace(found, state=state, answered=True)
        if state == "lost":
            self.balance_cents -= found.amount_cents

    def decide_payout(self, reference: str, state: PayoutState) -> None:
        """Decide what becomes of a payout. The money of one that does not arrive is there again."""
        before = self.payouts[reference]
        if state in ("failed", "returned") and before.state in ("sent", "paid"):
            self.balance_cents += before.amount_cents + (self.payout_fee_cents if before.state == "sent" else 0)
        self.payouts[reference] = replace(before, state=state)

    def decide_refund(self, refund_id: str, state: RefundState) -> None:
        """Decide what becomes of the latest refund with our id. The money of one that fails is there again."""
        found = self._refund_of(refund_id)
        if state == "failed":
            self.balance_cents += found.amount_cents
        self.refunds[found.provider_id] = replace(found, state=state)

    def snapshot(self) -> dict[str, Any]:
        """Everything in the books now."""
        return copy.deepcopy({name: value for name, value in vars(self).items() if name != "lock"})

    def restore(self, taken: dict[str, Any]) -> None:
        """Give the books back what they had."""
        vars(self).update(copy.deepcopy(taken))

    @property
    def sent_cents(self) -> int:
        """What arrived at people or is on its way."""
        return sum(one.amount_cents for one in self.payouts.values() if one.state in ("sent", "paid"))

    @property
    def refunded_cents(self) -> int:
        """What was given back or is on its way."""
        return sum(one.amount_cents for one in self.refunds.values() if one.state != "failed")

    def made(self, method: str) -> int:
        """How often a method was called."""
        return self.calls.count(method)

    # The port.

    def check_key(self) -> None:
        """The key is good."""

    @_method
    def collect(self, request: CheckoutRequest) -> Checkout:
        if request.reference in self.collections:
            raise DuplicateReference("duplicate_reference")
        self.collections[request.reference] = Collection(
            request.reference, "waiting", request.amount_cents, "ZAR", live=False
        )
        return Checkout(request.reference, f"https://pay.example/{request.reference}")

    @_method
    def find_collection(self, reference: str) -> Collection | None:
        return self.collections.get(reference)

    @_method
    def find_collections(self, since: str) -> tuple[Collection, ...]:
        paid = (one for one in self.collections.values() if one.state == "paid")
        return tuple(one for one in paid if (one.paid_at or "")[:10] >= since)

    @_method
    def refund(self, request: RefundRequest) -> Refund:
        collection = self.collections.get(request.collection)
        if collection is None or collection.state != "paid":
            raise Refused("transaction_not_found")
        given = sum(
            one.amount_cents
            for one in self.refunds.values()
            if one.collection == request.collection and one.state != "failed"
        )
        of_collection = [one for one in self.chargebacks.values() if one.collection == request.collection]
        lost = sum(one.amount_cents for one in of_collection if one.state == "lost")
        if lost and given + lost + request.amount_cents > collection.amount_cents:
            raise Refused("transaction_reversed")
        if given + request.amount_cents > collection.amount_cents:
            raise Refused("refund_exceeds_amount")
        if self.default_refund != "failed":
            self._take(request.amount_cents)
        made = Refund(
            f"refund-{next(self._ids)}",
            request.refund_id,
            request.collection,
            self.default_refund,
            request.amount_cents,
            collection.currency,
            live=False,
        )
        self.refunds[made.provider_id] = made
        self.refunded_on[made.provider_id] = clock.now()[:10]
        return made

    @_method
    def find_refund(self, provider_id: str) -> Refund | None:
        return self.refunds.get(provider_id)

    @_method
    def find_refunds(self, since: str, refund_id: str | None = None) -> tuple[Refund, ...]:
        return tuple(
            one
            for name, one in self.refunds.items()
            if self.refunded_on.get(name, since) >= since and refund_id in (None, one.refund_id)
        )

    @_method
    def give_refund_account(self, provider_id: str, account: BankAccount) -> None:
        if self.refunds[provider_id].state != "needs_account":
            raise Refused("refund_needs_no_account")
        self.given_accounts[provider_id] = account
        self.refunds[provider_id] = replace(self.refunds[provider_id], state="pending")

    @_method
    def banks(self) -> tuple[Bank, ...]:
        return Bank("632005", "Absa Bank"), Bank("470010", "Capitec Bank")

    @_method
    def check_account(self, account: BankAccount) -> AccountCheck:
        problems: Mapping[str, Any] = {"1": "somebody_else", "2": "closed"}
        return AccountCheck(problems.get(account.account_number[-1]))

    @_method
    def make_recipient(self, account: BankAccount) -> Recipient:
        key = (account.bank_code, account.account_number)
        return Recipient(self.recipients.setdefault(key, f"recipient-{len(self.recipients) + 1}"))

    @_method
    def pay_out(self, request: PayoutRequest) -> Payout:
        if request.reference not in self.payouts:
            self._take(request.amount_cents + self.payout_fee_cents)
            self.payouts[request.reference] = Payout(
                request.reference, self.default_payout, request.amount_cents, "ZAR", live=False
            )
            self.paid_to[request.reference] = request.recipient
        return self.payouts[request.reference]

    @_method
    def find_payout(self, reference: str) -> Payout | None:
        return None if reference in self.unknown_payouts else self.payouts.get(reference)

    @_method
    def find_payouts(self, since: str) -> tuple[Payout, ...]:
        del since
        return tuple(self.payouts.values())

    @_method
    def balance(self) -> Balance:
        return Balance(self.balance_cents)

    @_method
    def settlements(self, since: str, known: Group[str] = ()) -> tuple[Settlement, ...]:
        del since
        return tuple(one for one in self.settled if one.provider_id not in known)

    @_method
    def find_chargeback(self, provider_id: str) -> Chargeback | None:
        return self.chargebacks.get(provider_id)

    @_method
    def find_chargebacks(self, since: str) -> tuple[Chargeback, ...]:
        del since
        return tuple(self.chargebacks.values())

    @_method
    def contest(self, answer: ChargebackAnswer) -> None:
        if answer.provider_id not in self.chargebacks:
            raise Refused(answer.provider_id)
        self.chargebacks[answer.provider_id] = replace(self.chargebacks[answer.provider_id], answered=True)

    def events_of(self, body: bytes, headers: Mapping[str, str]) -> tuple[Hint, ...]:
        del body, headers
        return ()

    def _take(self, cents: int) -> None:
        if cents > self.balance_cents:
            raise TooLittleBalance("insufficient_balance")
        self.balance_cents -= cents

    def _refund_of(self, refund_id: str) -> Refund:
        return next(one for one in reversed(self.refunds.values()) if one.refund_id == refund_id)


@contextmanager
def fake_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """Put a provider in memory behind the port, without the circuit breaker, which counts in real time."""
    fake = FakeProvider()
    monkeypatch.setattr(provider, "payment_provider", lambda: fake)
    yield fake


__all__ = ["FakeProvider", "Fault", "ProviderError", "fake_provider"]
