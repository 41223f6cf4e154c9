"""The counts of the admins' queues: the items `queue#<name>` in the Statistics table."""

from __future__ import annotations

from khaya.admin_queues.model import QueueName, QueueState
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import writes


def key(queue: QueueName) -> tuple[str, dict[str, str]]:
    """Primary key of a queue's count."""
    return settings().statistics_table, {"id": f"queue#{queue}"}


def read(item: Item | None, queue: QueueName) -> QueueState:
    """The count in `item`; an empty queue for None."""
    return QueueState.model_validate(item or {"queue": queue})


def save(state: QueueState) -> writes.Write:
    """Store a count in the place of the one before."""
    table, key_of_queue = key(state.queue)
    return writes.put(table, {**item_of(state), **key_of_queue}, condition=None, refusal=lambda _: WriteConflict())
