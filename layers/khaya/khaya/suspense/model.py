"""Money in suspense: why it is there, and how it goes back."""

from __future__ import annotations

from typing import Literal

from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents

Reason = Literal["late", "paid_twice", "wrong_amount", "wrong_currency", "unknown"]
Status = Literal["waiting", "returning", "returned"]


class Suspense(Model):
    """A payment that matches nothing that is due.

    Attributes:
        id: the reference at the provider.
        reason: why it matches nothing. What came late or twice goes back by itself; the rest waits for an admin.
        currency: other than ZAR, the amount is outside the ledger.
        fee_cents: what the provider keeps of it.
    """

    id: str
    reason: Reason
    amount_cents: Cents
    currency: str = "ZAR"
    fee_cents: Cents = 0
    job_id: str | None = None
    buyer_id: str | None = None
    status: Status = "waiting"
    next_at: str | None = None
    refund_id: str | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def goes_back_by_itself(self) -> bool:
        """Whether it is clear that the payer gets it back."""
        return self.reason in ("late", "paid_twice")

    def given_to(self, refund_id: str, now: str) -> Suspense:
        """The money in suspense while a refund gives it back."""
        return self._updated(now, status="returning", refund_id=refund_id, next_at=None)

    def returned(self, now: str) -> Suspense:
        """The money in suspense after it was given back."""
        return self._updated(now, status="returned", next_at=None)

    def _updated(self, now: str, **changed: object) -> Suspense:
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})
