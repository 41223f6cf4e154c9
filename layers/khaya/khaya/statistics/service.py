"""Use cases of statistics: counting each event once, and storing the totals of past days."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.events.model import Event
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.retries import retry_on_conflict
from khaya.statistics import store

_ATTEMPTS = 10


def count(events: Sequence[Event], now: str) -> int:
    """Count events in one transaction, and return how many of them had not been counted before.

    Raises:
        WriteConflict: other calls kept counting the same events at the same time.
        Unavailable: DynamoDB failed and nothing was counted. The same call is safe to repeat.
    """
    new = {event.id: event for event in events}

    def count_new() -> int:
        if not new:
            return 0
        try:
            commit_now(*store.count(list(new.values()), now))
        except WriteConflict:
            for event_id in store.find_counted(new):
                del new[event_id]
            raise
        return len(new)

    return retry_on_conflict(count_new, _ATTEMPTS)


def close_day(date: str) -> bool:
    """Store the total of a day, and return whether this run wrote it."""
    try:
        commit_now(store.close_day(date))
    except WriteConflict:
        return False
    return True
