"""A refund in the API's responses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.refunds.model import AccountProblem, Refund, Status


class RefundView(Model):
    """A refund for its buyer. It names no bank account."""

    job_id: str | None
    amount_cents: Cents
    status: Status
    account_problem: Annotated[
        AccountProblem | None, Field(description="Why the provider did not take the account that was named.")
    ]


def refund_view(refund: Refund) -> RefundView:
    """A refund for its buyer."""
    return RefundView(
        job_id=refund.job_id,
        amount_cents=refund.amount_cents,
        status=refund.status,
        account_problem=refund.account_problem,
    )
