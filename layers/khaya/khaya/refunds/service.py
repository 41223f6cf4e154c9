"""Use cases of refunds that their buyer or an admin begins."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.model import BankAccountRequest
from khaya.platform.base.errors import Conflict, NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.refunds import store
from khaya.refunds.model import Refund, new_return
from khaya.suspense.model import Suspense


def name_account(
    job_id: str, request: BankAccountRequest, *, buyer_id: str, now: str, unit_of_work: UnitOfWork
) -> Refund:
    """Name the buyer's own bank account for a refund that asks for one; the provider checks it afterwards.

    Raises:
        NotFound: there is no such job, or it has no refund.
        Forbidden: the person does not own the job.
        Invalid: there is no such bank.
        TooMany: the person's accounts were checked too often today.
        Conflict: no refund of the job needs an account.
    """
    job_item, refund_item = read_together([jobs.key(job_id), store.key(job_id)])
    job = jobs.read(job_item)
    if job is None or job.payment != "escrow":
        raise NotFound("There is no such escrow.")
    job.require_owner(buyer_id)
    refund = store.read(refund_item)
    if refund is None or refund.status != "needs_account":
        waiting = (one for one in store.latest_of(buyer_id) if one.job_id == job_id and one.status == "needs_account")
        refund = next(waiting, refund)
    if refund is None:
        raise Conflict("No account is needed for a refund of this job.", code="refund_account_not_needed")
    accounts.name_of_bank(request, accounts.banks(now))
    after = refund.with_account("", now)
    after = after.model_copy(update={"sealed": accounts.seal(request, context_of(after))})
    unit_of_work.add(store.change(refund, after), payout_accounts.count_check(buyer_id, now))
    return after


def refund_of(held: Suspense, now: str) -> Refund:
    """The refund that gives money in suspense back."""
    return new_return(
        reference=held.id,
        buyer_id=held.buyer_id,
        job_id=held.job_id,
        amount_cents=held.left_cents,
        currency=held.currency,
        now=now,
    )


def context_of(refund: Refund) -> str:
    """What the encryption of the named account is bound to."""
    return f"refund-account:{refund.id}:{refund.account_version}"
