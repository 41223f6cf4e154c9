"""Admins' decisions about payouts."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.payouts import store, withdrawals
from khaya.payouts.model import Payout, PayoutDecisionRequest
from khaya.payouts.terms import present_terms
from khaya.platform.base.errors import Forbidden, NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.users import store as users


def decide(
    payout_id: str, request: PayoutDecisionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Payout:
    """Send a payout, hold it, or turn a withdrawal back into credits.

    A large one needs the same decision of two admins.

    Raises:
        NotFound: there is no such payout.
        Forbidden: it is the admin's own or of their job, the same admin decided before, or one of both is no longer an
            active admin.
        Conflict: it is not pending, or the money is not from credits.
    """
    payout = store.find(payout_id)
    if payout is None:
        raise NotFound("There is no such payout.")
    if payout.job_id is not None:
        _require_not_buyer(payout.job_id, admin_id)
    decided = payout.decided(request, admin_id=admin_id, terms=present_terms(), now=now)
    unit_of_work.add(users.require_active_admin(admin_id), store.change(payout, decided))
    if payout.proposal is not None and decided.proposal is None:
        unit_of_work.add(users.require_proposer_is_admin(payout.proposal.by))
    if decided.status == "credited":
        unit_of_work.add(users.require_not_erased(payout.user_id))
        withdrawals.give_back(payout, request.reason, now=now, unit_of_work=unit_of_work)
    return decided


def _require_not_buyer(job_id: str, admin_id: str) -> None:
    (item,) = read_together([jobs.key(job_id)])
    job = jobs.read(item)
    if job is not None and job.buyer_id == admin_id:
        raise Forbidden("No admin decides about a job of theirs.", code="own_affair")
