"""Counting events once each, however often they are told, and closing the days that are over."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.events.model import Event
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import commit_now
from khaya.statistics import store

_RERUNS = 10


def count(events: Sequence[Event], now: str) -> int:
    """Count events, all in one transaction, and answer how many of them had not been counted before.

    Raises:
        Raced: others kept counting the same events at the same moment.
        Unavailable: DynamoDB did not take it; nothing of it counts, and the same call makes up for it.
    """
    new = {event.id: event for event in events}
    for attempt in range(_RERUNS):
        if not new:
            return 0
        try:
            commit_now(*store.count(list(new.values()), now))
        except WriteConflict:
            for event_id in store.seen(new):
                del new[event_id]
            pause(attempt)
        else:
            return len(new)
    raise WriteConflict


def close(date: str) -> bool:
    """Write the sum of a day down, and answer whether this was the run to do so."""
    try:
        commit_now(store.close(date))
    except WriteConflict:
        return False
    return True
