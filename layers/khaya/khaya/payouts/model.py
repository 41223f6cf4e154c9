"""A payout and its states."""

from __future__ import annotations

from typing import Final, Literal

from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents

Kind = Literal["earning", "credits"]
Status = Literal["pending", "sent", "paid", "credited"]
Reason = Literal[
    "no_account",
    "account_not_verified",
    "account_hold",
    "not_settled",
    "new_worker",
    "limit",
    "admin_hold",
    "suspended",
    "chargeback",
    "balance_too_low",
    "provider_unavailable",
    "failed",
    "returned",
]
"""Why a payout waits."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "pending": frozenset({"sent", "credited"}),
    "sent": frozenset({"paid", "pending"}),
    "paid": frozenset({"pending"}),
    "credited": frozenset(),
}
"""The allowed transitions. A payout that failed, or was returned after it was paid, is pending again."""


class Payout(Model):
    """A payout.

    Attributes:
        id: `job-<jobId>` for what a job earned, the withdrawal's entry id for credits.
        fee_cents: the worker's fee, which was kept before.
        reason: why it waits; None if it does not.
        next_at: when it is looked at again.
        attempt: how often it was sent under a new reference.
    """

    id: str
    user_id: str
    kind: Kind
    job_id: str | None = None
    job_title: str | None = None
    amount_cents: Cents
    fee_cents: Cents = 0
    status: Status = "pending"
    reason: Reason | None = None
    next_at: str | None = None
    attempt: Count = 0
    expected_on: str | None = None
    paid_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def held_cents(self) -> int:
        """What its account in the ledger holds."""
        return self.amount_cents if self.status in ("pending", "sent") else 0


def earning_id(job_id: str) -> str:
    """The id of the payout of what a job earned."""
    return f"job-{job_id}"


def new_earning(*, job_id: str, job_title: str, worker_id: str, amount_cents: int, fee_cents: int, now: str) -> Payout:
    """The payout of what a worker earned by a job."""
    return Payout(
        id=earning_id(job_id),
        user_id=worker_id,
        kind="earning",
        job_id=job_id,
        job_title=job_title,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        next_at=now,
        created_at=now,
        updated_at=now,
    )
