"""Chargebacks as admins see them."""

from khaya.chargebacks.model import Answer, Chargeback, Status
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class ChargebackView(Model):
    """A chargeback. `answer` is that of an admin; `lossCents` is what the platform lost."""

    id: str
    collection_id: str
    job_id: str | None
    job_title: str | None
    buyer_id: str | None
    worker_id: str | None
    amount_cents: Cents
    status: Status
    due_at: str | None
    answered: bool
    answer: Answer | None
    escrow_cents: Cents | None
    loss_cents: Cents | None
    created_at: str
    ended_at: str | None
    version: int


def chargeback_view(chargeback: Chargeback) -> ChargebackView:
    """A chargeback for admins."""
    return ChargebackView.model_validate(chargeback, from_attributes=True)
