"""Money in suspense as admins see it."""

from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.suspense.model import Reason, Status, Suspense


class SuspenseView(Model):
    """Money that matches nothing that is due: why, and whether it goes back."""

    id: str
    reason: Reason
    amount_cents: Cents
    currency: str
    fee_cents: Cents
    charged_back_cents: Annotated[Cents, Field(description="What lost chargebacks have taken of it.")]
    job_id: str | None
    buyer_id: str | None
    status: Status
    decided_by: str | None
    decision_reason: str | None
    created_at: str
    version: int


def suspense_view(suspense: Suspense) -> SuspenseView:
    """Money in suspense for admins."""
    return SuspenseView.model_validate(suspense, from_attributes=True)
