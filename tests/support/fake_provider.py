"""A payment provider in memory, faithful to the port: what it took, sent and gave back, and the ways in which it fails."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from khaya.platform.base import clock
from khaya.provider import model as port
from khaya.provider.errors import DuplicateReference, ProviderUnavailable, Refused, TooLittleBalance, Unclear

Mode = Literal["up", "down", "lossy"]
FEE_PERMILLE = 34


@dataclass
class FakeProvider:
    """The provider's books. `mode` "down" does nothing, "lossy" does the thing and loses the answer."""

    mode: Mode = "up"
    collections: dict[str, port.Collection] = field(default_factory=dict)
    payouts: dict[str, port.Payout] = field(default_factory=dict)
    refunds: dict[str, port.Refund] = field(default_factory=dict)
    chargebacks: dict[str, port.Chargeback] = field(default_factory=dict)
    settled: list[port.Settlement] = field(default_factory=list)
    balance_cents: int = 0
    calls: list[str] = field(default_factory=list)
    problem: port.AccountProblem | None = None
    payout_state: port.PayoutState = "sent"
    refund_state: port.RefundState = "pending"
    usable_at_once: bool = True
    """Whether a payment can be paid out before it is settled, which no provider allows, and many tests need."""

    def pay(
        self, reference: str, cents: int | None = None, *, currency: str = "ZAR", card: str | None = "card-1"
    ) -> None:
        """Pay a checkout, as a person on its page would."""
        found = self.collections[reference]
        amount = found.amount_cents if cents is None else cents
        fee = amount * FEE_PERMILLE // 1000
        self.collections[reference] = replace(
            found,
            state="paid",
            amount_cents=amount,
            fee_cents=fee,
            currency=currency,
            card=card,
            paid_at=clock.now(),
        )
        if self.usable_at_once:
            self.balance_cents += amount - fee

    def end(self, reference: str, state: port.CollectionState) -> None:
        """End a checkout without a payment."""
        self.collections[reference] = replace(self.collections[reference], state=state)

    def settle(self) -> port.Settlement:
        """Settle every paid collection that is not settled."""
        done = {one.reference for settlement in self.settled for one in settlement.collections}
        parts = tuple(
            port.SettledCollection(one.reference, one.amount_cents, one.fee_cents or 0)
            for one in self.collections.values()
            if one.state == "paid" and one.reference not in done
        )
        fees = sum(one.fee_cents for one in parts)
        settlement = port.Settlement(
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

    def charge_back(self, reference: str, due_at: str | None = None) -> str:
        """Open a chargeback of a payment; returns the provider's id of it."""
        provider_id = f"chargeback-{len(self.chargebacks) + 1}"
        self.chargebacks[provider_id] = port.Chargeback(
            provider_id=provider_id,
            collection=reference,
            state="open",
            amount_cents=self.collections[reference].amount_cents,
            currency="ZAR",
            live=False,
            answered=False,
            due_at=due_at,
        )
        return provider_id

    def decide_chargeback(self, provider_id: str, state: port.ChargebackState) -> None:
        """End a chargeback as the banks do; a lost one is taken from the balance."""
        found = self.chargebacks[provider_id]
        self.chargebacks[provider_id] = replace(found, state=state, answered=True)
        if state == "lost":
            self.balance_cents -= found.amount_cents

    def collect(self, request: port.CheckoutRequest) -> port.Checkout:
        """See the port."""
        self._begin("collect")
        if request.reference in self.collections:
            raise DuplicateReference("duplicate_reference")
        self.collections[request.reference] = port.Collection(
            request.reference, "waiting", request.amount_cents, "ZAR", live=False
        )
        self._end()
        return port.Checkout(request.reference, f"https://pay.example/{request.reference}")

    def find_collection(self, reference: str) -> port.Collection | None:
        """See the port."""
        self._begin("find_collection")
        return self.collections.get(reference)

    def find_collections(self, since: str) -> tuple[port.Collection, ...]:
        """See the port."""
        self._begin("find_collections")
        return tuple(one for one in self.collections.values() if one.paid_at and one.paid_at[:10] >= since)

    def refund(self, request: port.RefundRequest) -> port.Refund:
        """See the port."""
        self._begin("refund")
        left = self.collections[request.collection].amount_cents - sum(
            one.amount_cents for one in self.refunds.values() if one.collection == request.collection
        )
        if request.amount_cents > left:
            raise Refused("amount_too_large")
        if request.amount_cents > self.balance_cents:
            raise TooLittleBalance
        made = port.Refund(
            provider_id=f"refund-{len(self.refunds) + 1}",
            refund_id=request.refund_id,
            collection=request.collection,
            state=self.refund_state,
            amount_cents=request.amount_cents,
            currency="ZAR",
            live=False,
        )
        self.refunds[made.provider_id] = made
        self.balance_cents -= request.amount_cents
        self._end()
        return made

    def find_refund(self, provider_id: str) -> port.Refund | None:
        """See the port."""
        self._begin("find_refund")
        return self.refunds.get(provider_id)

    def find_refunds(self, since: str, refund_id: str | None = None) -> tuple[port.Refund, ...]:
        """See the port."""
        del since
        self._begin("find_refunds")
        return tuple(one for one in self.refunds.values() if refund_id is None or one.refund_id == refund_id)

    def give_refund_account(self, provider_id: str, account: port.BankAccount) -> None:
        """See the port."""
        del account
        self._begin("give_refund_account")
        self.refunds[provider_id] = replace(self.refunds[provider_id], state="pending")
        self._end()

    def banks(self) -> tuple[port.Bank, ...]:
        """See the port."""
        self._begin("banks")
        return (port.Bank("632005", "Absa"), port.Bank("051001", "Standard Bank"))

    def check_account(self, account: port.BankAccount) -> port.AccountCheck:
        """See the port."""
        self._begin("check_account")
        problem: port.AccountProblem | None = self.problem
        problem = {"1": "somebody_else", "2": "closed"}.get(account.account_number[-1], problem)  # type: ignore[assignment]
        return port.AccountCheck(problem)

    def make_recipient(self, account: port.BankAccount) -> port.Recipient:
        """See the port."""
        self._begin("make_recipient")
        return port.Recipient(f"recipient-{account.bank_code}-{account.account_number[-4:]}")

    def pay_out(self, request: port.PayoutRequest) -> port.Payout:
        """See the port."""
        self._begin("pay_out")
        if request.reference in self.payouts:
            return self.payouts[request.reference]
        if request.amount_cents > self.balance_cents:
            raise TooLittleBalance
        made = port.Payout(request.reference, self.payout_state, request.amount_cents, "ZAR", live=False)
        self.payouts[request.reference] = made
        self.balance_cents -= request.amount_cents
        self._end()
        return made

    def find_payout(self, reference: str) -> port.Payout | None:
        """See the port."""
        self._begin("find_payout")
        return self.payouts.get(reference)

    def find_payouts(self, since: str) -> tuple[port.Payout, ...]:
        """See the port."""
        del since
        self._begin("find_payouts")
        return tuple(self.payouts.values())

    def balance(self) -> port.Balance:
        """See the port."""
        self._begin("balance")
        return port.Balance(self.balance_cents)

    def settlements(self, since: str, known: Group[str] = ()) -> tuple[port.Settlement, ...]:
        """See the port."""
        del since
        self._begin("settlements")
        return tuple(one for one in self.settled if one.provider_id not in known)

    def find_chargeback(self, provider_id: str) -> port.Chargeback | None:
        """See the port."""
        self._begin("find_chargeback")
        return self.chargebacks.get(provider_id)

    def find_chargebacks(self, since: str) -> tuple[port.Chargeback, ...]:
        """See the port."""
        del since
        self._begin("find_chargebacks")
        return tuple(self.chargebacks.values())

    def contest(self, answer: port.ChargebackAnswer) -> None:
        """See the port."""
        self._begin("contest")
        self.chargebacks[answer.provider_id] = replace(self.chargebacks[answer.provider_id], answered=True)
        self._end()

    def events_of(self, body: bytes, headers: Mapping[str, str]) -> tuple[port.Hint, ...]:
        """See the port."""
        del body, headers
        return ()

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        if self.mode == "down":
            raise ProviderUnavailable("down")

    def _end(self) -> None:
        if self.mode == "lossy":
            raise Unclear("lost")
