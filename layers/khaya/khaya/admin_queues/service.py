"""Reads how many entries each queue of the admins has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from khaya.admin_queues import store
from khaya.admin_queues.model import KEPT, MOST, QueueName, QueueState, state_of
from khaya.jobs import store as jobs
from khaya.platform.data.pages import PageRequest
from khaya.platform.data.unit_of_work import connect, read_together
from khaya.platform.work.parallel import in_parallel

_FIRST: Final = PageRequest(("admin_queues",), MOST)


def states(now: str) -> list[QueueState]:
    """The count of each queue, in two reads whose cost does not grow with the queues."""
    connect()  # before the threads start, which would each create a client
    reads: list[Callable[[], list[QueueState]]] = [_kept, lambda: [_stuck_jobs(now)]]
    found = {one.queue: one for part in in_parallel(lambda read: read(), reads, len(reads)) for one in part}
    return [found[name] for name in get_args(QueueName)]


def _kept() -> list[QueueState]:
    items = read_together([store.key(name) for name in KEPT])
    return [store.read(item, name) for name, item in zip(KEPT, items, strict=True)]


def _stuck_jobs(now: str) -> QueueState:
    page = jobs.stuck(now, _FIRST)
    return state_of("stuck_jobs", [job.stuck_at or now for job in page.items], more=page.after is not None)
