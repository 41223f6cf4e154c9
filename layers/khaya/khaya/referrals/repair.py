"""Repairs referrals that a released job should have completed."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.platform.data.corrections import require_past
from khaya.platform.work.repairs import SETTLED_SECONDS, Run, send_again
from khaya.referrals import service
from khaya.referrals.consumer import NAME


def repair_referrals(job_id: str, run: Run) -> int:
    """Have the referrals of a job's parties completed and paid if they are due; returns the differences.

    Raises:
        NotSettled: it was released less than an hour ago.
    """
    job = jobs.find(job_id)
    if job is None or job.released_at is None:
        return 0
    require_past(job.released_at, run.now, seconds=SETTLED_SECONDS)
    return send_again("money", NAME, {"jobId": job_id}, job_id, run.now) if service.is_due(job) else 0
