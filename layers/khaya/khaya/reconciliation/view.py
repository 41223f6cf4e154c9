"""Differences and monthly totals as admins see them."""

from collections import Counter
from collections.abc import Sequence

from khaya.ledger.model import DayClosing
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.reconciliation.model import FLOWS, Difference, Kind, Reason, Status


class DifferenceView(Model):
    """Something that did not agree in a reconciliation."""

    id: str
    kind: Kind
    object: str
    reason: Reason
    ours_cents: Cents | None
    other_cents: Cents | None
    status: Status
    found_at: str
    closed_by: str | None
    closed_at: str | None
    closing_reason: str | None
    version: int


class TotalsView(Model):
    """What moved in a month, and the platform's accounts at the end of its last closed day (UTC).

    Attributes:
        days: how many days of the month are closed.
        balances: what the platform owes or has earned is positive, what it owns or has spent is negative.
    """

    month: str
    days: int
    last_day: str | None
    collected_cents: Cents
    settled_cents: Cents
    earned_cents: Cents
    refunded_cents: Cents
    sent_back_cents: Cents
    paid_out_cents: Cents
    charged_back_cents: Cents
    platform_fees_cents: Cents
    provider_fees_cents: Cents
    losses_cents: Cents
    rewards_cents: Cents
    balances: dict[str, Cents]


def difference_view(difference: Difference) -> DifferenceView:
    """A difference for admins."""
    return DifferenceView.model_validate(difference, from_attributes=True)


def totals_view(month: str, closings: Sequence[DayClosing]) -> TotalsView:
    """The totals of a month out of the closings of its days, oldest first."""
    flows: Counter[str] = Counter()
    for closing in closings:
        flows.update(closing.flows)
    last = closings[-1] if closings else None
    return TotalsView.model_validate(
        {
            "month": month,
            "days": len(closings),
            "lastDay": last.day if last else None,
            "balances": last.balances if last else {},
            **{f"{name}Cents": flows[name] for name in FLOWS},
        },
        by_alias=True,
    )
