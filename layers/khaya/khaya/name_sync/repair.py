"""Repairs the copies of a person's name."""

from __future__ import annotations

from khaya.name_sync import service
from khaya.name_sync.consumer import NAME
from khaya.platform.data.corrections import require_settled
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import Run, send_again
from khaya.profiles import store as profiles


def repair_names(user_id: str, run: Run) -> int:
    """Have the copies of a person's name written if one differs; returns the differences.

    Raises:
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(profiles.key(user_id))
    if item is None:
        return 0
    require_settled(item, run.now)
    if not service.has_old_names(user_id, run.reading.every_item):
        return 0
    return send_again("derived", NAME, {"userId": user_id}, user_id, run.now)
