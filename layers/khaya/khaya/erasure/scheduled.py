"""Begins the erasures whose day has come."""

from __future__ import annotations

from collections.abc import Callable

from khaya.erasure import store as erasures
from khaya.erasure.decision import count_open_chargebacks
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now


def run_due(now: str, has_time: Callable[[], bool]) -> int:
    """Begin the erasures that are due while `has_time`; returns how many were begun.

    The data of somebody with an open chargeback is kept for another day. One that was begun stays due until its last
    step, so that a run which was lost is repeated the next day.
    """
    begun = 0
    for user_id in list(erasures.due(now)):
        if not has_time():
            break
        if count_open_chargebacks(user_id):
            commit_now(erasures.postpone(user_id, clock.plus(now, days=1)))
        else:
            commit_now(erasures.request_erasure_run(user_id))
            begun += 1
    return begun
