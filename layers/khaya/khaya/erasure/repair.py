"""Repairs erasures that began and did not finish."""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import SETTLED_SECONDS
from khaya.users import store as users


def repair_erasure(user_id: str, now: str) -> int:
    """Request a further run of an erasure that was requested an hour ago or earlier; returns the differences."""
    record = read(users.key(user_id))
    if record is None or record.get("status") != "erased" or "erasureDoneAt" in record:
        return 0
    if clock.seconds_between(record["erasedAt"], now) < SETTLED_SECONDS:
        return 0
    commit_now(users.request_erasure_run(user_id))
    return 1
