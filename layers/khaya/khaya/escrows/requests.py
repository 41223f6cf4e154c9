"""Requests about escrows and disputes."""

from typing import Annotated

from pydantic import Field

from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.models import RequestModel
from khaya.platform.base.money import Cents
from khaya.uploads.model import Photos

NotNegative = Annotated[Cents, Field(ge=0)]


class DisputeRequest(RequestModel):
    """Why the dispute is opened."""

    reason: Annotated[Prose, Length(10, 2000)]


class SettlementRequest(RequestModel):
    """How much of the held money goes back to the buyer; the rest is released."""

    refund_cents: NotNegative


class ResolutionRequest(RequestModel):
    """An admin's decision: the parts add up to what is held. Both parties read the note."""

    worker_cents: NotNegative
    refund_cents: NotNegative
    platform_cents: NotNegative
    note: Annotated[Prose, Length(10, 2000), Field(description="Why; both parties read it.")]


class EvidenceRequest(RequestModel):
    """What a party says and shows."""

    text: Annotated[Prose, Length(1, 2000)]
    photos: Photos = []
