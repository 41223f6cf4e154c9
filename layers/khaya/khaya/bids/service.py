"""Use cases of bids."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.bids import store
from khaya.bids.model import REJECTION_REASONS, Bid, BidOffer, Sort, new_bid
from khaya.bids.visibility import get_visible_job
from khaya.escrows import opening as escrows
from khaya.jobs import store as jobs
from khaya.jobs.model import Contact, Job
from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base.errors import Conflict, Forbidden, IndexBehind, NotFound, WriteConflict
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, Write, commit_now, read_together
from khaya.platform.web.access import Caller
from khaya.pricing.model import amounts_of
from khaya.profiles import store as profiles
from khaya.profiles.model import NEW_NAME, Profile
from khaya.users import store as users


def place(job_id: str, offer: BidOffer, *, worker_id: str, now: str, unit_of_work: UnitOfWork) -> tuple[Bid, bool]:
    """Place a bid. One transaction stores the bid, takes the worker's slot on the job and increases the bid count.

    Returns the bid, and whether its worker has to give a payout account to be paid for this job.

    Raises:
        NotFound: the job does not exist.
        Forbidden: the worker posted the job.
        Conflict: the job is not open, its buyer is suspended, or the worker's slot is taken.
    """
    job_item, profile_item, account_item = read_together(
        [jobs.key(job_id), profiles.key(worker_id), payout_accounts.key(worker_id)]
    )
    job, account = jobs.read(job_item), payout_accounts.read(account_item)
    if job is None:
        raise NotFound("There is no such job.")
    if job.terms is not None:
        amounts_of(offer.amount_cents, job.terms)
        unit_of_work.add(users.require_escrow_allowed(worker_id, "worker", now))
    worker = profiles.read(profile_item, worker_id)
    bid = new_bid(offer, job, worker_id=worker_id, worker_name=worker.display_name, now=now)
    unit_of_work.add(*store.create(bid), jobs.count_bid(job.id, +1), users.require_in_role(job.buyer_id, "buyer"))
    return bid, job.payment == "escrow" and (account is None or not account.is_good)


def accept(bid_id: str, *, owner_id: str, now: str, unit_of_work: UnitOfWork) -> tuple[Job, Bid]:
    """Accept a bid; returns its job and the bid. One transaction changes both and counts the active job of each party.

    A consumer of the Jobs table's stream rejects the other bids.

    Raises:
        NotFound: the caller may not see the bid, or it does not exist.
        Forbidden: the caller does not own the job.
        Conflict: the bid is not pending, the job is not open, or a party is suspended, has
            dropped the role or erased their account.
    """
    bid = get_visible(bid_id, owner_id).require_job_owner(owner_id)
    people = (bid.buyer_id, bid.worker_id)
    job_item, *items = read_together([jobs.key(bid.job_id), *map(users.key, people)])
    job = jobs.read(job_item)
    if job is None:
        raise WriteConflict
    buyer, worker = (users.read(item, person) for item, person in zip(items, people, strict=True))
    accepted_bid = bid.accepted(now)
    accepted_job = job.accepted(
        bid_id=bid.id,
        worker_id=bid.worker_id,
        worker=Contact(display_name=worker.display_name or NEW_NAME, phone=worker.phone),
        buyer=Contact(display_name=buyer.display_name or NEW_NAME, phone=buyer.phone),
        cents=bid.amount_cents,
        days=bid.timeline_days,
        now=now,
    )
    escrow_at = None
    if job.payment == "escrow":
        escrow_at = now
        accepted_job = escrows.open_escrow(accepted_job, now, unit_of_work)
    unit_of_work.add(jobs.change(job, accepted_job), store.change(bid, accepted_bid))
    unit_of_work.add(
        users.begin_job(bid.buyer_id, "buyer", escrow_at=escrow_at),
        users.begin_job(bid.worker_id, "worker", escrow_at=escrow_at),
    )
    return accepted_job, accepted_bid


def reject(bid_id: str, note: str | None, *, owner_id: str, now: str, unit_of_work: UnitOfWork) -> Bid:
    """Reject a bid. `note` is the owner's message to the worker.

    Raises:
        NotFound: the caller may not see the bid, or it does not exist.
        Forbidden: the caller does not own the job.
        Conflict: the bid is not pending.
    """
    bid = get_visible(bid_id, owner_id).require_job_owner(owner_id)
    rejected = bid.rejected("by_owner", now, note)
    unit_of_work.add(store.change(bid, rejected))
    return rejected


def withdraw(bid_id: str, *, worker_id: str, now: str, unit_of_work: UnitOfWork) -> Bid:
    """Withdraw a bid. One transaction frees the worker's slot and decreases the bid count of the job.

    Raises:
        NotFound: the caller may not see the bid, or it does not exist.
        Forbidden: another worker placed the bid.
        Conflict: the bid is not pending, or the job is not open.
    """
    bid = get_visible(bid_id, worker_id)
    withdrawn = bid.withdrawn(worker_id, now)
    unit_of_work.add(store.change(bid, withdrawn), store.free_slot(bid), jobs.count_bid(bid.job_id, -1))
    return withdrawn


def on_job(job_id: str, caller: Caller, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """The bids on a job that the caller may see: all for its owner, their own for a worker.

    Bids carry the id of the job's owner, so the job is read only if there are no bids.

    Raises:
        NotFound: the caller may not see the job, or it does not exist.
        Forbidden: the caller is neither the owner nor a worker.
    """
    if "buyer" in caller.roles:
        result = store.on_job(job_id, sort, page_request)
        if result.items and result.items[0].buyer_id == caller.user_id:
            return result
    if "worker" in caller.roles:
        result = store.of_worker_on_job(job_id, caller.user_id, sort, page_request)
        if result.items:
            return result
    job = get_visible_job(job_id, caller)
    if job.buyer_id == caller.user_id and "buyer" not in caller.roles:
        return store.on_job(job_id, sort, page_request)
    if job.buyer_id != caller.user_id and "worker" not in caller.roles:
        raise Forbidden("Only the job's owner and its bidders see bids.", code="not_a_party")
    return PageResult([], None)


def get_visible(bid_id: str, person: str) -> Bid:
    """The bid, if the person placed it or owns the job.

    Raises:
        NotFound: the person may not see the bid, or it does not exist.
    """
    bid = store.find(bid_id)
    if bid is None or not bid.visible_to(person):
        raise NotFound("There is no such bid.")
    return bid


def jobs_of(bids: Sequence[Bid]) -> dict[str, Job | None]:
    """The jobs of at most 50 bids, by the jobs' ids."""
    if not bids:
        return {}
    ids = [bid.job_id for bid in bids]
    return dict(zip(ids, map(jobs.read, read_together([*map(jobs.key, ids)])), strict=True))


def bidders_of(bids: Sequence[Bid]) -> tuple[Job | None, dict[str, Profile]]:
    """The job of at most 50 bids on one job, and the profiles of their workers by the workers' ids, in one read.

    Raises:
        ValueError: there are no bids.
    """
    if not bids:
        raise ValueError("there are no bids")
    job_item, *items = read_together([jobs.key(bids[0].job_id), *(profiles.key(bid.worker_id) for bid in bids)])
    workers = {bid.worker_id: profiles.read(item, bid.worker_id) for item, bid in zip(items, bids, strict=True)}
    return jobs.read(job_item), workers


def update_bids_of_job(job_id: str, now: str) -> int:
    """Update the bids on a job from the job, and return the number of changed bids. Idempotent.

    Bids copy the job's title. Pending bids are rejected once the job is not open. The index is eventually consistent,
    so the number of decided bids is compared with the job's bid count, which is final once the job is not open.

    Raises:
        IndexBehind: the index shows fewer decided bids than the job counts.
    """
    job = jobs.find(job_id)
    if job is None:
        return 0
    changed = decided = 0
    for bid in store.all_on_job(job_id):
        lost = is_lost(bid, job)
        rejected = lost and _reject(bid, job, now)
        retitled = not lost and has_old_title(bid, job) and _retitle(bid, job)
        changed += rejected or retitled
        decided += rejected or bid.status in ("accepted", "rejected") or bid.id == job.accepted_bid_id
    if job.status != "open" and decided < job.bid_count:
        raise IndexBehind(f"{decided} of {job.bid_count} bids are decided in the index")
    return changed


def is_lost(bid: Bid, job: Job) -> bool:
    """Whether a pending bid is to be rejected, because its job left `open` without it."""
    return job.status != "open" and bid.status == "pending" and bid.id != job.accepted_bid_id


def has_old_title(bid: Bid, job: Job) -> bool:
    """Whether a bid's copy of the job's title is outdated."""
    return bid.job_title != job.title


def _reject(bid: Bid, job: Job, now: str) -> bool:
    reason = "other_bid_accepted" if job.accepted_bid_id else REJECTION_REASONS[job.status]
    return _commit(store.change(bid, bid.rejected(reason, now).retitled(job.title)))


def _retitle(bid: Bid, job: Job) -> bool:
    return _commit(store.change(bid, bid.retitled(job.title)))


def _commit(change: Write) -> bool:
    """Commit the change. Returns False if the bid was decided meanwhile."""
    try:
        commit_now(change)
    except Conflict:
        return False
    return True
