"""How disputes and chargebacks change an escrow."""

from __future__ import annotations

from typing import Any, Literal

from khaya.escrows.disputes import Dispute, Evidence, Kind, SettlementProposal
from khaya.escrows.model import FINAL, Chargebacks, Escrow, Event, Party
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.pricing.model import Split, release_of


def work_overdue(escrow: Escrow, now: str) -> Escrow:
    """The escrow after its work was not submitted in time: a dispute without anybody's act.

    Raises:
        Conflict: the work was submitted, or its time is not over.
    """
    escrow.require_due("work_overdue", now)
    return _disputed(escrow, "work_overdue", "system", "work_overdue", "The work was not handed in in time.", now)


def balance_overdue(escrow: Escrow, now: str) -> Escrow:
    """The escrow after its balance was not paid in time: a dispute without anybody's act.

    Raises:
        Conflict: the balance was paid, or its time is not over.
    """
    escrow.require_due("balance_overdue", now)
    return _disputed(escrow, "balance_overdue", "system", "balance_unpaid", "The balance was not paid in time.", now)


def disputed(escrow: Escrow, party: Party, reason: str, now: str) -> Escrow:
    """The escrow after a party opened a dispute.

    Raises:
        Conflict: the work has not started, there is a dispute already, or the escrow has ended.
    """
    if escrow.status == "disputed":
        raise Conflict("There is a dispute already.", code="escrow_status", params={"status": escrow.status})
    if escrow.status in ("deposit_paid", "held") and escrow.started_at is None:
        raise Conflict("The work has not started; cancel the job instead.", code="work_not_started")
    return _disputed(escrow, "dispute_opened", party, "party", reason, now)


def dispute_withdrawn(escrow: Escrow, party: Party, now: str) -> Escrow:
    """The escrow after whoever opened its dispute withdrew it. Its deadlines begin anew.

    Raises:
        Forbidden: somebody else opened it.
        Conflict: there is no dispute, or too little is held to go on.
    """
    dispute = escrow.require_dispute()
    if dispute.by != party:
        raise Forbidden("Only the person who opened the dispute may withdraw it.", code="not_the_opener")
    if escrow.lost_cents:
        raise Conflict("A card payment was charged back; the dispute has to be decided.", code="charged_back")
    hours = escrow.terms.release_hours if escrow.is_fully_paid else escrow.terms.balance_hours
    again = clock.plus(now, hours=hours)
    changed: dict[str, Any] = {"dispute": dispute.ended("withdrawn", now), "settlement": None}
    if escrow.submitted_at is not None:
        changed["release_at" if escrow.is_fully_paid else "balance_due_at"] = again
    else:
        changed["work_due_at"] = max(escrow.work_due_at or now, clock.plus(now, days=escrow.terms.overdue_days))
    return escrow.after("dispute_withdrawn", now, **changed)


def with_evidence(escrow: Escrow, evidence: Evidence, now: str) -> Escrow:
    """The escrow with one more piece of evidence.

    Raises:
        Conflict: neither a dispute nor a chargeback is open, or the party has added too much already.
    """
    if escrow.status != "disputed" and not escrow.is_frozen:
        raise Conflict("There is no open dispute.", code="no_dispute", params={"status": escrow.status})
    dispute = escrow.dispute or Dispute.about_chargeback(now)
    photos = (*escrow.evidence_photos, *evidence.photos)
    return escrow.updated(now, dispute=dispute.with_evidence(evidence), evidence_photos=photos)


def proposed(escrow: Escrow, party: Party, refund_cents: int, now: str) -> Escrow:
    """The escrow after a party proposed how to end the dispute; it replaces their earlier proposal.

    Raises:
        Conflict: there is no dispute, or the refund is more than what is held.
    """
    escrow.require_dispute()
    _require_refundable(escrow, refund_cents)
    return escrow.updated(now, settlement=SettlementProposal(by=party, refund_cents=refund_cents, at=now))


def settled(escrow: Escrow, party: Party, refund_cents: int, now: str) -> Escrow:
    """The escrow after the other party accepted the proposal.

    Raises:
        Forbidden: it is the party's own proposal.
        Conflict: there is none, it is about another amount, or a chargeback is open.
    """
    escrow.require_dispute()
    escrow.require_unfrozen()
    proposal = escrow.settlement
    if proposal is None or (proposal.by != party and proposal.refund_cents != refund_cents):
        raise Conflict(
            "This is not what is proposed now.",
            code="no_such_proposal",
            params={"refundCents": proposal.refund_cents if proposal else None},
        )
    if proposal.by == party:
        raise Forbidden("The other party has to accept the proposal.", code="own_proposal")
    _require_refundable(escrow, refund_cents)
    return resolved(escrow, release_of(escrow.held_cents, escrow.amounts, refund_cents=refund_cents), "agreement", now)


def resolved(
    escrow: Escrow,
    split: Split,
    decision: Literal["agreement", "admin", "deadline"],
    now: str,
    *,
    reason: str | None = None,
) -> Escrow:
    """The escrow after its dispute was resolved.

    Raises:
        Conflict: there is no dispute, a chargeback is open, or the parts are not what is held.
    """
    dispute = escrow.require_dispute()
    escrow.require_unfrozen()
    if split.cents != escrow.held_cents or min(split.worker_cents, split.refund_cents, split.platform_cents) < 0:
        raise Conflict(
            f"The parts must add up to the {escrow.held_cents} cents that are held.",
            code="not_what_is_held",
            params={"heldCents": escrow.held_cents},
        )
    event: Event = "resolved_for_worker" if split.worker_cents else "resolved_for_buyer"
    return escrow.shared_out(event, split, now, dispute=dispute.ended(decision, now, split, reason), settlement=None)


def decided_by_itself(escrow: Escrow, now: str) -> Escrow:
    """The escrow after its dispute was not decided in time.

    The decision is against a party without evidence; if both or neither gave any, for the worker if the work was
    submitted, else for the buyer.

    Raises:
        Conflict: there is no dispute, its time is not over, or a chargeback is open.
    """
    dispute = escrow.require_dispute()
    escrow.require_due("dispute_decision", now)
    gave = {evidence.by for evidence in dispute.evidence}
    for_worker = "worker" in gave if len(gave) == 1 else escrow.submitted_at is not None
    refund = 0 if for_worker else escrow.held_cents
    return resolved(escrow, release_of(escrow.held_cents, escrow.amounts, refund_cents=refund), "deadline", now)


def alarmed(escrow: Escrow, now: str) -> Escrow:
    """The escrow after operators were alarmed about its long dispute."""
    escrow.require_due("dispute_alarm", now)
    return escrow.updated(now, alarmed_at=now)


def charged_back(escrow: Escrow, due_at: str | None, now: str) -> Escrow:
    """The escrow after a card payment of it was charged back: frozen until that is decided."""
    earlier = escrow.chargebacks
    return escrow.updated(
        now,
        chargebacks=Chargebacks(
            open=(earlier.open if earlier else 0) + 1,
            status="open",
            due_at=due_at,
            lost_cents=earlier.lost_cents if earlier else 0,
        ),
    )


def chargeback_won(escrow: Escrow, now: str) -> Escrow:
    """The escrow after a chargeback was decided for the platform: its deadlines go on."""
    return escrow.updated(now, chargebacks=_chargeback_ended(escrow, "won", 0), **_deadlines_again(escrow, now))


def chargeback_lost(escrow: Escrow, cents: int, now: str) -> tuple[Escrow, int]:
    """The escrow after a chargeback of `cents` was lost, and the cents that it could not cover."""
    taken = min(cents, escrow.held_cents)
    changed: dict[str, Any] = {
        "chargebacks": _chargeback_ended(escrow, "lost", cents),
        "held_cents": escrow.held_cents - taken,
        "refunded_cents": escrow.refunded_cents + taken,
    }
    if escrow.status in FINAL or taken == 0:
        return escrow.updated(now, **changed), cents - taken
    if escrow.held_cents == taken:
        ended: dict[str, Any] = {"ended_at": now, "settlement": None}
        if escrow.dispute is not None:
            ended["dispute"] = escrow.dispute.ended("chargeback", now)
        return escrow.after("charged_back_in_full", now, **changed, **ended), cents - taken
    if escrow.status != "disputed":
        changed["dispute"] = _new_dispute(escrow, "system", "chargeback", "A card payment was charged back.", now)
    return escrow.after("charged_back_in_part", now, **changed, settlement=None), cents - taken


def _require_refundable(escrow: Escrow, cents: int) -> None:
    if cents > escrow.held_cents:
        raise Conflict(
            "A refund cannot be more than what is held.",
            code="not_what_is_held",
            params={"heldCents": escrow.held_cents},
        )


def _chargeback_ended(escrow: Escrow, status: Literal["won", "lost"], cents: int) -> Chargebacks:
    if escrow.chargebacks is None or not escrow.chargebacks.open:
        raise Conflict("There is no open chargeback.", code="no_chargeback")
    lost = escrow.chargebacks.lost_cents + cents
    return escrow.chargebacks.model_copy(
        update={"open": escrow.chargebacks.open - 1, "status": status, "lost_cents": lost}
    )


def _deadlines_again(escrow: Escrow, now: str) -> dict[str, Any]:
    """After a freeze nobody misses a deadline that passed meanwhile."""
    if escrow.status == "held" and escrow.release_at is not None:
        return {"release_at": max(escrow.release_at, clock.plus(now, hours=escrow.terms.release_hours))}
    return {}


def _new_dispute(escrow: Escrow, by: Party | Literal["system"], kind: Kind, reason: str, now: str) -> Dispute:
    decide_by = clock.plus(now, days=escrow.terms.decide_days)
    evidence = escrow.dispute.evidence if escrow.dispute else ()
    return Dispute(by=by, kind=kind, reason=reason, opened_at=now, decide_by=decide_by, evidence=evidence)


def _disputed(escrow: Escrow, event: Event, by: Party | Literal["system"], kind: Kind, reason: str, now: str) -> Escrow:
    dispute = _new_dispute(escrow, by, kind, reason, now)
    return escrow.after(event, now, dispute=dispute, settlement=None, alarmed_at=None)
