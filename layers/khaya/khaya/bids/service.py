"""The use cases around bids that need more than one read."""

from __future__ import annotations

from khaya.bids import store
from khaya.bids.model import REASON_OF_STATE, Bid, BidOffer, Sort, placed
from khaya.bids.visibility import visible_job
from khaya.jobs import store as jobs
from khaya.jobs.model import Contact, Job
from khaya.platform.base.errors import Conflict, Forbidden, NotFound, WriteConflict
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, Write, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.profiles.model import NEW_NAME
from khaya.users import store as users


def place(job_id: str, offer: BidOffer, *, worker_id: str, now: str, unit_of_work: UnitOfWork) -> Bid:
    """Place a bid: it takes the worker's place on the job, and the job counts it, or nothing happens.

    Raises:
        NotFound: there is no such job.
        Forbidden: it is the worker's own.
        Conflict: it is not open, or the worker's place on it is taken.
    """
    job_item, profile_item = read_together([jobs.key(job_id), profiles.key(worker_id)])
    job = jobs.read(job_item)
    if job is None:
        raise NotFound("There is no such job.")
    worker = profiles.read(profile_item, worker_id)
    bid = placed(offer, job, worker_id=worker_id, worker_name=worker.display_name, now=now)
    unit_of_work.add(*store.create(bid), jobs.count_bid(job.id, +1))
    return bid


def accept(bid_id: str, *, owner_id: str, now: str, unit_of_work: UnitOfWork) -> tuple[Job, Bid]:
    """Accept a bid: one transaction in which the job leaves `open`, the bid is accepted and neither party has left.

    The other bids are rejected by what follows the Jobs table's stream.

    Raises:
        NotFound: there is no such bid that the caller may see.
        Forbidden: the caller is not the job's owner.
        Conflict: the bid is no longer pending, the job no longer open, or a party has left.
    """
    bid = visible(bid_id, owner_id).owned_by_buyer(owner_id)
    job_item, buyer_item, worker_item = read_together(
        [jobs.key(bid.job_id), users.key(bid.buyer_id), users.key(bid.worker_id)]
    )
    job = jobs.read(job_item)
    if job is None:
        raise WriteConflict
    buyer, worker = users.read(buyer_item, bid.buyer_id), users.read(worker_item, bid.worker_id)
    chosen = bid.accepted(now)
    taken = job.accepted(
        bid_id=bid.id,
        worker_id=bid.worker_id,
        worker=Contact(display_name=worker.display_name or NEW_NAME, phone=worker.phone),
        buyer=Contact(display_name=buyer.display_name or NEW_NAME, phone=buyer.phone),
        cents=bid.amount_cents,
        days=bid.timeline_days,
        now=now,
    )
    unit_of_work.add(jobs.change(job, taken), store.change(bid, chosen))
    unit_of_work.add(users.begin_job(bid.buyer_id), users.begin_job(bid.worker_id))
    return taken, chosen


def reject(bid_id: str, note: str | None, *, owner_id: str, now: str, unit_of_work: UnitOfWork) -> Bid:
    """Turn a bid down by the owner's word; `note` is what they have to say to the worker.

    Raises:
        NotFound: there is no such bid that the caller may see.
        Forbidden: the caller is not the job's owner.
        Conflict: the bid is no longer pending.
    """
    bid = visible(bid_id, owner_id).owned_by_buyer(owner_id)
    rejected = bid.rejected("by_owner", now, note)
    unit_of_work.add(store.change(bid, rejected))
    return rejected


def withdraw(bid_id: str, *, worker_id: str, now: str, unit_of_work: UnitOfWork) -> Bid:
    """Take a bid back: the job counts one fewer, and the worker may bid again.

    Raises:
        NotFound: there is no such bid that the caller may see.
        Forbidden: it is somebody else's.
        Conflict: the bid is no longer pending, or the job no longer open.
    """
    bid = visible(bid_id, worker_id)
    withdrawn = bid.withdrawn(worker_id, now)
    unit_of_work.add(store.change(bid, withdrawn), store.free_place(bid), jobs.count_bid(bid.job_id, -1))
    return withdrawn


def on_job(job_id: str, caller: Caller, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """The bids on a job that the caller may see: all for its owner, their own for a worker.

    The bids themselves tell whose job it is; only where there are none is the job read.

    Raises:
        NotFound: there is no such job that the caller may see.
        Forbidden: the caller is neither its owner nor a worker.
    """
    if "buyer" in caller.roles:
        part = store.on_job(job_id, sort, page_request)
        if part.items and part.items[0].buyer_id == caller.user_id:
            return part
    if "worker" in caller.roles:
        part = store.of_worker_on_job(job_id, caller.user_id, sort, page_request)
        if part.items:
            return part
    job = visible_job(job_id, caller)
    if job.buyer_id == caller.user_id and "buyer" not in caller.roles:
        return store.on_job(job_id, sort, page_request)
    if job.buyer_id != caller.user_id and "worker" not in caller.roles:
        raise Forbidden("Only the job's owner and its bidders see bids.")
    return PageResult([], None)


def visible(bid_id: str, person: str) -> Bid:
    """The bid, if the person placed it or owns the job.

    Raises:
        NotFound: there is none such.
    """
    bid = store.find(bid_id)
    if bid is None or not bid.seen_by(person):
        raise NotFound("There is no such bid.")
    return bid


class IndexBehind(Exception):
    """The index has not yet all bids that the job counted; the work is done again a little later."""


def follow_job(job_id: str, now: str) -> int:
    """Bring the bids on a job in line with it, and answer how many had to change.

    They take over its title; and once it has left `open`, what is still pending is rejected. May be run any number of
    times. The index lags behind: the count of bids on the job, which no longer moves then, tells whether it has shown
    them all. Only bids that are surely decided are held against it, not those that the index knows from before.

    Raises:
        IndexBehind: it has not.
    """
    job = jobs.find(job_id)
    if job is None:
        return 0
    changed = decided = 0
    for bid in store.all_on_job(job_id):
        lost = job.status != "open" and bid.status == "pending" and bid.id != job.accepted_bid_id
        rejected = lost and _reject(bid, job, now)
        retitled = not lost and bid.job_title != job.title and _retitle(bid, job)
        changed += rejected or retitled
        decided += rejected or bid.status in ("accepted", "rejected") or bid.id == job.accepted_bid_id
    if job.status != "open" and decided < job.bid_count:
        raise IndexBehind(f"{decided} of {job.bid_count} bids seen decided")
    return changed


def _reject(bid: Bid, job: Job, now: str) -> bool:
    reason = "other_bid_accepted" if job.accepted_bid_id else REASON_OF_STATE[job.status]
    return _committed(store.change(bid, bid.rejected(reason, now).retitled(job.title)))


def _retitle(bid: Bid, job: Job) -> bool:
    return _committed(store.change(bid, bid.retitled(job.title)))


def _committed(change: Write) -> bool:
    unit_of_work = UnitOfWork()
    unit_of_work.add(change)
    try:
        unit_of_work.commit()
    except Conflict:
        return False
    return True
