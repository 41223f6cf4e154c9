"""Opens the escrow of a job when a bid is accepted, and says what the job shows of it."""

from __future__ import annotations

from khaya.escrows import store
from khaya.escrows.model import Escrow
from khaya.escrows.progress import new_escrow
from khaya.jobs.model import DecidedShares, EscrowSummary, Job
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.pricing.model import Terms, amounts_of


def open_escrow(job: Job, now: str, unit_of_work: UnitOfWork) -> Job:
    """Add the escrow of a job whose bid is being accepted; returns the job with its summary.

    Raises:
        Conflict: the agreed amount is not within the limits of escrow.
    """
    terms = job.terms or Terms()
    escrow = new_escrow(
        job_id=job.id,
        job_title=job.title,
        buyer_id=job.buyer_id,
        worker_id=job.worker_id or "",
        amounts=amounts_of(job.agreed_cents or 0, terms),
        terms=terms,
        timeline_days=job.timeline_days or 0,
        now=now,
    )
    unit_of_work.add(store.create(escrow))
    return job.with_escrow(summary_of(escrow))


def summary_of(escrow: Escrow) -> EscrowSummary:
    """What the job shows of its escrow."""
    part = escrow.due_part
    return EscrowSummary(
        status=escrow.status,
        due_now_cents=escrow.amounts.part_cents(part) if part else 0,
        due_at=(escrow.deposit_due_at if part != "balance" else escrow.balance_due_at) if part else None,
        release_at=escrow.release_at if escrow.status == "held" else None,
        deposit_paid_at=escrow.deposit_paid_at,
        shares=_shares_of(escrow),
    )


def _shares_of(escrow: Escrow) -> DecidedShares | None:
    dispute = escrow.dispute
    split = dispute.split if dispute else None
    if dispute is None or dispute.decision is None or split is None:
        return None
    return DecidedShares(
        decision=dispute.decision,
        worker_cents=split.worker_cents,
        refund_cents=split.refund_cents,
        platform_cents=split.platform_cents,
    )
