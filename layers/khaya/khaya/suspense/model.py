"""Money in suspense: why it is there, and how it goes back."""

from typing import Annotated, Final, Literal

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import ZAR, Cents

Reason = Literal["late", "paid_twice", "wrong_amount", "wrong_currency", "unknown"]
Status = Literal["waiting", "returning", "returned", "frozen", "lost"]
"""Waits for an admin; goes back; went back; waits for the end of a chargeback; was taken back by a chargeback."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "waiting": frozenset({"returning", "frozen"}),
    "returning": frozenset({"returned", "frozen"}),
    "frozen": frozenset({"waiting", "returning", "returned", "lost"}),
    "returned": frozenset(),
    "lost": frozenset(),
}
"""The allowed transitions."""


class RefundRequest(RequestModel):
    """Why an admin gives money in suspense back."""

    reason: Annotated[Prose, Length(10, 500)]


class Suspense(Model):
    """A payment that matches nothing that is due.

    Attributes:
        id: the reference at the provider.
        reason: why it matches nothing. What came late or twice goes back by itself; the rest waits for an admin.
        currency: other than ZAR, the amount is outside the ledger.
        fee_cents: what the provider keeps of it.
        charged_back_cents: what lost chargebacks have taken of it.
        open_chargebacks: how many chargebacks of it are open; it is frozen until none is.
    """

    id: str
    reason: Reason
    amount_cents: Cents
    currency: str = ZAR
    fee_cents: Cents = 0
    job_id: str | None = None
    buyer_id: str | None = None
    status: Status = "waiting"
    next_at: str | None = None
    refund_id: str | None = None
    charged_back_cents: Cents = 0
    open_chargebacks: Count = 0
    decided_by: str | None = None
    decision_reason: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def goes_back_by_itself(self) -> bool:
        """Whether it is clear that the payer gets it back."""
        return self.reason in ("late", "paid_twice")

    @property
    def left_cents(self) -> int:
        """What chargebacks have left of it."""
        return self.amount_cents - self.charged_back_cents

    def given_to(self, refund_id: str, now: str) -> "Suspense":
        """The money in suspense while a refund gives it back."""
        return self._updated(now, status="returning", refund_id=refund_id, next_at=None)

    def returned(self, now: str) -> "Suspense":
        """The money in suspense after it was given back."""
        return self._updated(now, status="returned", next_at=None)

    def refunded_by(self, admin_id: str, reason: str, now: str) -> "Suspense":
        """The money after an admin decided to give it back.

        Raises:
            Forbidden: the admin paid it.
            Conflict: it goes back already, or a chargeback is open.
        """
        if admin_id == self.buyer_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        if self.status != "waiting":
            raise Conflict(f"The money is {self.status}.", code="suspense_status", params={"status": self.status})
        return self._updated(now, status="returning", next_at=now, decided_by=admin_id, decision_reason=reason)

    def frozen(self, now: str) -> "Suspense":
        """The money while one more chargeback about it is open."""
        return self._updated(now, status="frozen", next_at=None, open_chargebacks=self.open_chargebacks + 1)

    def thawed(self, now: str) -> "Suspense":
        """The money after a chargeback about it was decided for the platform.

        It stays frozen while another is open. Then it goes back if that is clear or was decided before, whether or not
        its refund has begun; else an admin decides.
        """
        still_open = max(0, self.open_chargebacks - 1)
        if still_open:
            return self._updated(now, open_chargebacks=still_open)
        goes_back = self.refund_id is not None or self.goes_back_by_itself or self.decided_by is not None
        if not goes_back:
            return self._updated(now, status="waiting", open_chargebacks=0)
        return self._updated(now, status="returning", next_at=None if self.refund_id else now, open_chargebacks=0)

    def lost(self, cents: int, now: str) -> "Suspense":
        """The money after a chargeback about it was lost that took `cents`; what is left goes on as after one won."""
        taken = self.charged_back_cents + cents
        if taken < self.amount_cents:
            return self.thawed(now).model_copy(update={"charged_back_cents": taken})
        still_open = max(0, self.open_chargebacks - 1)
        return self._updated(now, status="lost", charged_back_cents=taken, open_chargebacks=still_open)

    def _updated(self, now: str, **changed: object) -> "Suspense":
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})
