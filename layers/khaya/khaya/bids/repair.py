"""Repairs what follows from a job for its bids: their status, their copy of the title, and the job's count of them."""

from __future__ import annotations

from khaya.bids import service, store
from khaya.bids.consumer import NAME
from khaya.jobs import store as jobs
from khaya.platform.data.corrections import require_settled, version_of
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import Run, send_again


def repair_bids(job_id: str, run: Run) -> int:
    """Correct the count of bids, and have bids decided and retitled that should be; returns the differences.

    Raises:
        WriteConflict: somebody wrote the job meanwhile.
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(jobs.key(job_id))
    job = jobs.read(item)
    if item is None or job is None:
        return 0
    require_settled(item, run.now)
    reading = run.reading
    reading.begin_anew_unless(version_of(item))
    known = reading.kept
    for bid in reading.every_item(lambda page_request: store.on_job(job_id, "createdAt", page_request)):
        known["count"] = known.get("count", 0) + (bid.status != "withdrawn")
        known["wrong"] = known.get("wrong", 0) + (service.is_lost(bid, job) or service.has_old_title(bid, job))
    mended = 0
    count = known.get("count", 0)
    if count != item["bidCount"]:
        commit_now(jobs.correct_bid_count(item, count))
        mended += 1
    if known.get("wrong"):
        mended += send_again("derived", NAME, {"jobId": job_id}, job_id, run.now)
    return mended
