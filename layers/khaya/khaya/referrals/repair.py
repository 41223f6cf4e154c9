"""Repairs referrals: what a job should have counted for, what a chargeback should have undone, and what is held."""

from __future__ import annotations

from khaya.escrows import store as escrows
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.payout_accounts.store import PREFIX
from khaya.platform.data.corrections import require_past
from khaya.platform.data.unit_of_work import read_together
from khaya.platform.work.repairs import SETTLED_SECONDS, Run, send_again
from khaya.referrals import model, service, store
from khaya.referrals.consumer import NAME


def repair_referrals(job_id: str, run: Run) -> int:
    """Have a job counted for the referrals of its parties, or a job that was charged back uncounted.

    Returns:
        The differences.

    Raises:
        NotSettled: it was released less than an hour ago.
    """
    job = jobs.find(job_id)
    if job is None or job.released_at is None or job.worker_id is None:
        return 0
    require_past(job.released_at, run.now, seconds=SETTLED_SECONDS)
    body: dict[str, object] = {"jobId": job_id}
    if charged_back := _is_charged_back(job):
        body["chargedBack"] = True
    is_wrong = _counts(job) if charged_back else _is_due(job)
    return send_again("money", NAME, body, job_id, run.now) if is_wrong else 0


def repair_held_referrals(user_id: str, run: Run) -> int:
    """Have the referrals settled that are held, and whose cause is gone; returns the differences."""
    if not service.has_held_without_cause(user_id):
        return 0
    return send_again("money", NAME, {"userId": user_id}, user_id, run.now)


def repair_held_referrals_of_account(account_id: str, run: Run) -> int:
    """The same for the owner of a payout account; other items of its table need no repair."""
    if not account_id.startswith(PREFIX):
        return 0
    return repair_held_referrals(account_id.removeprefix(PREFIX), run)


def _is_charged_back(job: Job) -> bool:
    """Whether a chargeback of one of the job's payments was lost."""
    escrow = escrows.find(job.id)
    return escrow is not None and escrow.lost_cents > 0


def _counts(job: Job) -> bool:
    """Whether a job counts for a referral, or as a qualifying one of a party."""
    keys = [store.qualification_key(party) for party in _parties(job)]
    counted, *items = read_together([store.counted_key(job.id), *keys])
    return store.counted_for(counted) is not None or any(job.id in store.qualifying_jobs(item) for item in items)


def _is_due(job: Job) -> bool:
    """Whether nobody has looked yet at whether a job qualifies, or it does and is not recorded or counted."""
    parties = _parties(job)
    keys = [key(party) for key in (store.qualification_key, store.referral_key) for party in parties]
    verdict, counted, *items = read_together([store.verdict_key(job.id), store.counted_key(job.id), *keys])
    qualified = store.read_verdict(verdict)
    if not qualified:
        return qualified is None
    if not all(job.id in store.qualifying_jobs(item) for item in items[:2]):
        return True
    pending = [one for item in items[2:] if (one := store.read_referral(item)) and one.status == "pending"]
    if not pending or store.counted_for(counted) is not None:
        return False
    means = service.means_of([*parties, *(one.referrer_id for one in pending)], job.id)
    return any(model.counts_for(means[one.referrer_id], *(means[party] for party in parties)) for one in pending)


def _parties(job: Job) -> tuple[str, str]:
    return job.buyer_id, job.worker_id or ""
