"""The API's representation of an escrow, for its parties and admins."""

from typing import Annotated

from pydantic import Field

from khaya.escrows.checkouts import CheckoutStatus
from khaya.escrows.disputes import Dispute
from khaya.escrows.history import HistoryKind, history_of
from khaya.escrows.model import Chargebacks, Escrow, Party, Status
from khaya.payouts.model import Payout
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.pricing.model import Part
from khaya.refunds.model import Refund
from khaya.uploads.view import Picture, pictures


class SettlementView(Model):
    """A proposal to end the dispute: how much goes back to the buyer."""

    by: Party
    refund_cents: Cents
    at: str


class ChargebackSummaryView(Model):
    """The latest chargeback of a card payment."""

    status: str
    due_at: str | None


class EvidenceView(Model):
    """What one side said and showed."""

    by: Party
    text: str
    photos: list[Picture]
    at: str


class DisputeResolutionView(Model):
    """How the money of a dispute was shared out."""

    worker_cents: Cents
    refund_cents: Cents
    platform_cents: Cents
    reason: Annotated[str | None, Field(description="The admin's; null where no admin decided.")]
    at: str | None


class DisputeView(Model):
    """The latest dispute; open while `decision` is null."""

    by: str
    reason: str
    opened_at: str
    decide_by: str | None
    decision: str | None
    worker_cents: Cents | None
    refund_cents: Cents | None
    platform_cents: Cents | None
    resolution: Annotated[
        DisputeResolutionView | None,
        Field(description="Null while it is open, and where it ended without sharing the money out."),
    ]
    evidence: list[EvidenceView]


class EscrowCheckoutView(Model):
    """The latest checkout for a part. While it waits, `POST …/escrow/checkouts` gives its link again."""

    part: Part
    status: CheckoutStatus
    expires_at: str


class ProposedResolutionView(Model):
    """An admin's decision that waits for the same one by another admin."""

    by: str
    worker_cents: Cents
    refund_cents: Cents
    platform_cents: Cents
    at: str


class HistoryEntryView(Model):
    """Money that moved: a payment of the buyer's, or what became of the money when the escrow ended."""

    kind: HistoryKind
    amount_cents: Cents
    at: str


class EscrowView(Model):
    """An escrow. Parties do not see what an admin proposes."""

    job_id: str
    amount_cents: Cents
    buyer_total_cents: Cents
    deposit_cents: Cents
    balance_cents: Cents
    worker_cents: Cents
    platform_cents: Cents
    paid_cents: Cents
    refunded_cents: Cents
    held_cents: Cents
    status: Status
    refund_status: str | None
    payout_status: str | None
    payout_expected_on: str | None
    deposit_due_at: str | None
    balance_due_at: str | None
    release_at: str | None
    settlement: SettlementView | None
    chargeback: ChargebackSummaryView | None
    dispute: DisputeView | None
    proposed_resolution: ProposedResolutionView | None
    checkouts: list[EscrowCheckoutView]
    history: Annotated[list[HistoryEntryView], Field(description="What moved so far, oldest first.")]


def escrow_view(
    escrow: Escrow, person: str, now: str, payout: Payout | None = None, refund: Refund | None = None
) -> EscrowView:
    """The representation of an escrow with its payout and refund for `person`, a party or an admin."""
    proposal = escrow.proposed_resolution if escrow.party(person) is None else None
    return EscrowView(
        job_id=escrow.id,
        **dict(escrow.amounts),
        paid_cents=escrow.paid_cents,
        refunded_cents=escrow.refunded_cents,
        held_cents=escrow.held_cents,
        status=escrow.status,
        refund_status=refund.status if refund else None,
        payout_status=payout.status if payout else None,
        payout_expected_on=payout.expected_on if payout else None,
        deposit_due_at=escrow.deposit_due_at if escrow.status == "pending" else None,
        balance_due_at=escrow.balance_due_at if not escrow.is_fully_paid else None,
        release_at=escrow.release_at if escrow.status == "held" else None,
        settlement=SettlementView(**dict(escrow.settlement)) if escrow.settlement else None,
        chargeback=_chargeback(escrow.chargebacks),
        dispute=_dispute(escrow, escrow.party(person)),
        proposed_resolution=ProposedResolutionView(**dict(proposal)) if proposal else None,
        checkouts=[
            EscrowCheckoutView(part=one.part, status=escrow.status_of(one, now), expires_at=one.expires_at)
            for one in escrow.checkouts
        ],
        history=[HistoryEntryView(**dict(one)) for one in history_of(escrow, payout, refund)],
    )


def _chargeback(chargebacks: Chargebacks | None) -> ChargebackSummaryView | None:
    return ChargebackSummaryView(status=chargebacks.status, due_at=chargebacks.due_at) if chargebacks else None


def _dispute(escrow: Escrow, viewer: Party | None) -> DisputeView | None:
    dispute = escrow.dispute
    if dispute is None:
        return None
    evidence = [
        EvidenceView(
            by=one.by,
            text=one.text,
            photos=pictures(one.photos, escrow.pictures, own=one.by == viewer),
            at=one.at,
        )
        for one in dispute.evidence
    ]
    return DisputeView(
        by=dispute.by,
        reason=dispute.reason,
        opened_at=dispute.opened_at,
        decide_by=dispute.decide_by,
        decision=dispute.decision,
        worker_cents=dispute.worker_cents,
        refund_cents=dispute.refund_cents,
        platform_cents=dispute.platform_cents,
        resolution=_resolution(dispute),
        evidence=evidence,
    )


def _resolution(dispute: Dispute) -> DisputeResolutionView | None:
    split = dispute.split
    if split is None:
        return None
    return DisputeResolutionView(
        worker_cents=split.worker_cents,
        refund_cents=split.refund_cents,
        platform_cents=split.platform_cents,
        reason=dispute.decision_reason,
        at=dispute.decided_at,
    )
