"""Repairs the copies of a person's name."""

from __future__ import annotations

from khaya.name_sync import service
from khaya.name_sync.consumer import NAME
from khaya.platform.data.corrections import is_settled
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import send_again
from khaya.profiles import store as profiles


def repair_names(user_id: str, now: str) -> int:
    """Have the copies of a person's name written if one differs; returns the differences."""
    item = read(profiles.key(user_id))
    if item is None or not is_settled(item, now) or not service.has_old_names(user_id):
        return 0
    return send_again("derived", NAME, {"userId": user_id}, user_id, now)
