"""Admins' decisions about refunds that do not go on by themselves."""

from __future__ import annotations

from khaya.disbursements.refunds import account_of
from khaya.escrows import store as escrows
from khaya.jobs import store as jobs
from khaya.ledger import service as ledger
from khaya.platform.base.errors import Conflict, Forbidden, NotFound
from khaya.platform.base.money import ZAR
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.refunds import store
from khaya.refunds.model import Refund, RefundDecisionRequest
from khaya.suspense import store as suspense
from khaya.users import store as users


def decide(
    refund_id: str, request: RefundDecisionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Refund:
    """Have the provider asked again, or book that an admin gave the money back by hand.

    A large refund needs the same decision of two admins. One that is asked for again is first looked for.

    Raises:
        NotFound: there is no such refund.
        Forbidden: the admin is a party, decided the same before, or one of both is no longer an active admin.
        Conflict: no admin has to act on it, or a chargeback of its money is open.
    """
    refund = store.find(refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    if refund.job_id is not None:
        _require_no_party(refund.job_id, admin_id)
    decided = refund.decided(request, admin_id=admin_id, now=now)
    unit_of_work.add(users.require_active_admin(admin_id), store.change(refund, decided))
    if refund.proposal is not None and decided.proposal is None:
        unit_of_work.add(users.require_proposer_is_admin(refund.proposal.by))
    if decided.status == "paid":
        account = "providerBank" if request.decision == "given_back_from_bank" else "providerBalance"
        _book(refund, account, now, unit_of_work)
    return decided


def _book(refund: Refund, account: str, now: str, unit_of_work: UnitOfWork) -> None:
    """Book that what was left of a refund was given back by hand, out of one of the platform's accounts.

    Refused while a chargeback of its money is open.
    """
    if refund.source == "escrow":
        escrow = escrows.find(refund.id)
        if escrow is not None:
            escrow.require_unfrozen()
            unit_of_work.add(escrows.require_unchanged(escrow))
    else:
        held = suspense.find(refund.parts[0].collection)
        if held is not None:
            if held.status == "frozen":
                raise Conflict("A chargeback is open, so the money waits.", code="chargeback_open")
            unit_of_work.add(suspense.change(held, held.returned(now)))
    if refund.currency == ZAR:
        cents = refund.held_cents
        legs = [(account_of(refund), -cents), (account, cents)]
        ledger.move(f"refund:{refund.id}:by-hand", legs, now=now, unit_of_work=unit_of_work)


def _require_no_party(job_id: str, admin_id: str) -> None:
    (item,) = read_together([jobs.key(job_id)])
    job = jobs.read(item)
    if job is not None and admin_id in (job.buyer_id, job.worker_id):
        raise Forbidden("No admin decides about a job of theirs.", code="own_affair")
