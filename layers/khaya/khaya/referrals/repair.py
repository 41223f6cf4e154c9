"""Repairs referrals that a released job should have completed."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.platform.base import clock
from khaya.platform.work.repairs import SETTLED_SECONDS, send_again
from khaya.referrals import service
from khaya.referrals.consumer import NAME


def repair_referrals(job_id: str, now: str) -> int:
    """Have the referrals of a job's parties completed and paid if they are due; returns the differences."""
    job = jobs.find(job_id)
    if job is None or job.released_at is None or clock.seconds_between(job.released_at, now) < SETTLED_SECONDS:
        return 0
    return send_again("money", NAME, {"jobId": job_id}, job_id, now) if service.is_due(job) else 0
