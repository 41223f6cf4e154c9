"""Repairs what follows from a suspension, its end, or a dropped role."""

from __future__ import annotations

from khaya.account_changes import service
from khaya.account_changes.consumer import NAME
from khaya.platform.data.corrections import require_settled
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import Run, send_again
from khaya.profiles import store as profiles


def repair_account_changes(user_id: str, run: Run) -> int:
    """Have a person's items hidden, shown, withdrawn or deactivated if they differ; returns the differences.

    Raises:
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(profiles.key(user_id))
    if item is None:
        return 0
    require_settled(item, run.now)
    if not service.is_due(user_id, run.now, run.reading.every_item):
        return 0
    return send_again("derived", NAME, {"userId": user_id}, user_id, run.now)
