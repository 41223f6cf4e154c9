"""A refund and its states."""

from __future__ import annotations

from typing import Literal

from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents

Status = Literal["pending", "sent", "paid", "needs_account", "needs_admin", "charged_back"]


class Refund(Model):
    """Money of an escrow that goes back to its buyer, over one or more of its captures.

    Attributes:
        id: the job's id: an escrow is refunded once, when it ends.
        next_at: when it is looked at again.
    """

    id: str
    buyer_id: str
    job_title: str
    amount_cents: Cents
    status: Status = "pending"
    next_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def held_cents(self) -> int:
        """What its account in the ledger holds."""
        return 0 if self.status in ("paid", "charged_back") else self.amount_cents

    @property
    def is_unsent(self) -> bool:
        """Whether nothing of it has been sent to the provider."""
        return self.status == "pending"

    def charged_back(self, cents: int, now: str) -> Refund:
        """The refund after the buyer's bank has taken `cents` of it back, so that nobody gets them twice."""
        left = self.amount_cents - cents
        changed: dict[str, object] = {"amount_cents": left, "updated_at": now, "version": self.version + 1}
        if not left:
            changed |= {"status": "charged_back", "next_at": None}
        return self.model_copy(update=changed)


def new_refund(*, job_id: str, job_title: str, buyer_id: str, amount_cents: int, now: str) -> Refund:
    """The refund of an escrow that ends."""
    return Refund(
        id=job_id,
        buyer_id=buyer_id,
        job_title=job_title,
        amount_cents=amount_cents,
        next_at=now,
        created_at=now,
        updated_at=now,
    )
