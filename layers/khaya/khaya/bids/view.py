"""A bid as its worker and the job's owner see it."""

from __future__ import annotations

from khaya.bids.model import Bid, Reason, Status
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class BidView(Model):
    """A bid."""

    id: str
    job_id: str
    job_title: str
    worker_id: str
    worker_name: str
    amount_cents: Cents
    timeline_days: int
    proposal: str
    status: Status
    rejection_reason: Reason | None
    decided_at: str | None
    created_at: str
    updated_at: str


def shown(bid: Bid) -> BidView:
    """The bid as the API shows it."""
    return BidView(**{name: getattr(bid, name) for name in BidView.model_fields})
