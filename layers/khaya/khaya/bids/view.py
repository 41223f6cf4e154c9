"""The API's representation of a bid."""

from __future__ import annotations

from pydantic import ConfigDict

from khaya.bids.model import Reason, Status
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class BidView(Model):
    """A bid for its worker and the job's owner."""

    model_config = ConfigDict(from_attributes=True)

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
