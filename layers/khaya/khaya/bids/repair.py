"""Repairs what follows from a job for its bids: their status, their copy of the title, and the job's count of them."""

from __future__ import annotations

from khaya.bids import service, store
from khaya.bids.consumer import NAME
from khaya.jobs import store as jobs
from khaya.platform.data.corrections import is_settled
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import send_again


def repair_bids(job_id: str, now: str) -> int:
    """Correct the count of bids, and have bids decided and retitled that should be; returns the differences.

    Raises:
        WriteConflict: somebody wrote the job meanwhile.
    """
    item = read(jobs.key(job_id))
    job = jobs.read(item)
    if item is None or job is None or not is_settled(item, now):
        return 0
    bids = store.all_on_job(job_id)
    mended = 0
    count = sum(bid.status != "withdrawn" for bid in bids)
    if count != job.bid_count:
        commit_now(jobs.correct_bid_count(item, count))
        mended += 1
    if any(service.is_lost(bid, job) or service.has_old_title(bid, job) for bid in bids):
        mended += send_again("derived", NAME, {"jobId": job_id}, job_id, now)
    return mended
