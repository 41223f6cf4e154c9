"""Payouts in the API's responses."""

from typing import Annotated

from pydantic import Field

from khaya.payouts.model import Kind, Payout, PayoutProposal, Reason, Status
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class PayoutView(Model):
    """A payout for admins. It names no bank account."""

    id: str
    user_id: str
    kind: Kind
    job_id: str | None
    job_title: str | None
    amount_cents: Cents
    status: Status
    reason: Annotated[Reason | None, Field(description="Why it waits.")]
    next_at: Annotated[str | None, Field(description="When it is looked at again.")]
    waits_for_admin: bool
    proposal: Annotated[PayoutProposal | None, Field(description="A decision that waits for a second admin.")]
    held_by: str | None
    approved_by: list[str]
    decision_reason: str | None
    failures: int
    expected_on: str | None
    sent_at: str | None
    paid_at: str | None
    created_at: str
    updated_at: str


def payout_view(payout: Payout) -> PayoutView:
    """A payout for admins."""
    same = {name: getattr(payout, name) for name in PayoutView.model_fields if name != "waits_for_admin"}
    return PayoutView(**{**same, "approved_by": [*payout.approved_by]}, waits_for_admin=payout.for_admin)
