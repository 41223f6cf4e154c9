"""Repairs the counts of the admins' queues."""

from __future__ import annotations

from typing import cast

from khaya.admin_queues import counting, store
from khaya.admin_queues.consumer import NAME
from khaya.admin_queues.model import KEPT, QueueName
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import Run, send_again


def repair_queue(name: str, run: Run) -> int:
    """Have a queue counted anew if its count differs from its list; returns the differences."""
    if name not in KEPT:
        return 0
    queue = cast("QueueName", name)
    kept = store.read(read(store.key(queue)), queue)
    present = counting.count(queue)
    return send_again("derived", NAME, {"queue": queue}, queue, run.now) if kept != present else 0
