"""A refund in the API's responses."""

from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.refunds.model import AccountProblem, AdminDecision, Reason, Refund, RefundProposal, Source, Status
from khaya.refunds.parts import CollectionRefund


class RefundView(Model):
    """A refund for its buyer. It names no bank account."""

    job_id: str | None
    amount_cents: Cents
    status: Status
    account_problem: Annotated[
        AccountProblem | None, Field(description="Why the provider did not take the account that was named.")
    ]


class RefundForAdminView(Model):
    """A refund for admins, with its parts as they are looked for at the provider. It names no bank account."""

    id: str
    source: Source
    buyer_id: str | None
    job_id: str | None
    job_title: str
    amount_cents: Cents
    currency: str
    status: Status
    reason: Annotated[Reason | None, Field(description="Why it waits.")]
    parts: list[CollectionRefund]
    waits_for_admin: bool
    proposal: Annotated[RefundProposal | None, Field(description="A decision that waits for a second admin.")]
    decision: AdminDecision | None
    decided_by: list[str]
    decision_reason: str | None
    created_at: str
    updated_at: str


def refund_for_admin_view(refund: Refund) -> RefundForAdminView:
    """A refund for admins."""
    same = {name: getattr(refund, name) for name in RefundForAdminView.model_fields if name != "waits_for_admin"}
    lists = {"parts": [*refund.parts], "decided_by": [*refund.decided_by]}
    return RefundForAdminView(**{**same, **lists}, waits_for_admin=refund.for_admin)


def refund_view(refund: Refund) -> RefundView:
    """A refund for its buyer."""
    return RefundView(
        job_id=refund.job_id,
        amount_cents=refund.amount_cents,
        status=refund.status,
        account_problem=refund.account_problem,
    )
