"""The API's representation of a bid."""

from __future__ import annotations

from pydantic import ConfigDict

from khaya.bids.model import Bid, Reason, Status
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


class PlacedBidView(BidView):
    """A bid for the worker who has just placed it.

    Attributes:
        payout_account_needed: whether the job is paid through escrow, and they have no bank account to be paid to.
    """

    payout_account_needed: bool


def placed_bid_view(bid: Bid, *, payout_account_needed: bool) -> PlacedBidView:
    """A new bid, with what its worker has to do to be paid."""
    fields = BidView.model_validate(bid).model_dump()
    return PlacedBidView(**fields, payout_account_needed=payout_account_needed)
