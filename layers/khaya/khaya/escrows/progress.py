"""How an escrow begins, and how payments, the parties' work and deadlines change it.

Disputes and chargebacks are in `khaya.escrows.resolution`.
"""

from __future__ import annotations

from typing import Any

from khaya.escrows.model import Escrow, Event
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.pricing.model import Amounts, Split, Terms, release_of


def new_escrow(
    *,
    job_id: str,
    job_title: str,
    buyer_id: str,
    worker_id: str,
    amounts: Amounts,
    terms: Terms,
    timeline_days: int,
    now: str,
) -> Escrow:
    """The escrow of an accepted bid."""
    return Escrow(
        id=job_id,
        buyer_id=buyer_id,
        worker_id=worker_id,
        job_title=job_title,
        amounts=amounts,
        terms=terms,
        timeline_days=timeline_days,
        deposit_due_at=clock.plus(now, hours=terms.deposit_hours),
        created_at=now,
        updated_at=now,
    )


def captured(escrow: Escrow, cents: int, now: str) -> Escrow:
    """The escrow after `cents` of its total were captured.

    Raises:
        Conflict: it has ended, or it would hold more than its total.
        ValueError: nothing was captured.
    """
    if cents <= 0:
        raise ValueError(cents)
    paid = escrow.paid_cents + cents
    if paid > escrow.amounts.buyer_total_cents:
        raise Conflict("More was paid than is due.", code="overpaid")
    changed: dict[str, Any] = {"paid_cents": paid, "held_cents": escrow.held_cents + cents}
    full = paid == escrow.amounts.buyer_total_cents
    if escrow.deposit_paid_at is None:
        changed["deposit_paid_at"] = now
        changed["work_due_at"] = clock.plus(now, days=escrow.timeline_days + escrow.terms.overdue_days)
    if full:
        changed["paid_at"] = now
        changed["balance_due_at"] = None
    ends_dispute = full and escrow.is_about_balance and not escrow.lost_cents
    if escrow.status == "disputed" and not ends_dispute:
        return escrow.after("partly_captured", now, **changed)
    if full and escrow.submitted_at is not None:
        changed["release_at"] = clock.plus(now, hours=escrow.terms.release_hours)
    if full and escrow.dispute is not None and escrow.status == "disputed":
        changed["dispute"] = escrow.dispute.ended("paid", now)
    return escrow.after("fully_captured" if full else "deposit_captured", now, **changed)


def deposit_overdue(escrow: Escrow, now: str) -> Escrow:
    """The escrow after its deposit was not paid in time.

    Raises:
        Conflict: the deposit was paid, or its time is not over.
    """
    escrow.require_due("deposit_overdue", now)
    return escrow.after("deposit_overdue", now, ended_at=now)


def cancelled(escrow: Escrow, now: str) -> Escrow:
    """The escrow after one party cancelled the job before the work started; the buyer gets everything back.

    Raises:
        Conflict: the work has started, or the escrow has ended or is disputed.
    """
    if escrow.started_at is not None:
        raise Conflict(
            "The work has started, so the job cannot be cancelled; open a dispute instead.", code="work_started"
        )
    escrow.require_unfrozen()
    return escrow.shared_out("cancelled", Split(0, escrow.held_cents, 0), now)


def started(escrow: Escrow, now: str) -> Escrow:
    """The escrow after the worker reported the start of the work.

    Raises:
        Conflict: the deposit is not paid.
    """
    _require_deposit(escrow, "start")
    return escrow if escrow.started_at is not None else escrow.after("started", now, started_at=now)


def submitted(escrow: Escrow, now: str) -> Escrow:
    """The escrow after the work was submitted, which also starts it.

    Raises:
        Conflict: the deposit is not paid, or the escrow is disputed or has ended.
    """
    _require_deposit(escrow, "be submitted")
    hours = escrow.terms.release_hours if escrow.is_fully_paid else escrow.terms.balance_hours
    due = {"release_at" if escrow.is_fully_paid else "balance_due_at": clock.plus(now, hours=hours)}
    return escrow.after(
        "submitted",
        now,
        started_at=escrow.started_at or now,
        submitted_at=now,
        first_submitted_at=escrow.first_submitted_at or now,
        **due,
    )


def sent_back(escrow: Escrow, now: str) -> Escrow:
    """The escrow after the buyer sent the submission back.

    Raises:
        Conflict: not everything is paid, or there is no submission.
    """
    _require_held(escrow, "sent back")
    work_due_at = max(escrow.work_due_at or now, clock.plus(now, days=escrow.terms.overdue_days))
    return escrow.after("sent_back", now, submitted_at=None, release_at=None, work_due_at=work_due_at)


def released(escrow: Escrow, now: str, *, by_itself: bool = False) -> Escrow:
    """The escrow after the buyer confirmed the work, or did nothing until `release_at`.

    Raises:
        Conflict: not everything is paid, there is no submission, a chargeback is open, or it is not due.
    """
    _require_held(escrow, "completed")
    escrow.require_unfrozen()
    if by_itself:
        escrow.require_due("release_due", now)
    event: Event = "release_due" if by_itself else "confirmed"
    return escrow.shared_out(event, release_of(escrow.held_cents, escrow.amounts), now)


def _require_deposit(escrow: Escrow, action: str) -> None:
    if escrow.status == "pending":
        raise Conflict(f"The deposit has not been paid, so work cannot {action}.", code="deposit_not_paid")


def _require_held(escrow: Escrow, action: str) -> None:
    if escrow.status == "deposit_paid":
        raise Conflict(f"The balance has not been paid, so work cannot be {action}.", code="balance_not_paid")
    if escrow.status == "pending":
        raise Conflict(f"The deposit has not been paid, so work cannot be {action}.", code="deposit_not_paid")
    if escrow.status == "held" and escrow.submitted_at is None:
        raise Conflict(f"The work has not been submitted, so it cannot be {action}.", code="work_not_submitted")
