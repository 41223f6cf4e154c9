"""Counts a queue of the admins anew when something enters or leaves it.

A count is read from the queue's own list, never added up, so a repeated or lost message leaves no lasting error.
"""

from __future__ import annotations

import time
from typing import Final

from khaya.admin_queues import counting, store
from khaya.admin_queues.model import membership_of
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.consumers import Message

NAME: Final = "admin_queues"

SETTLE_SECONDS = 2.0
"""How long the first attempt waits, so that the index shows the change. A FIFO queue has no delay per message."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an item that entered or left a queue, or waits since another time."""
    before = membership_of(change.resource, change.before)
    after = membership_of(change.resource, change.after)
    queue = next((name for name in {**before, **after} if before.get(name) != after.get(name)), None)
    return OutgoingMessage(NAME, {"queue": queue}, object=queue, change=change.id) if queue is not None else None


def handle(message: Message) -> None:
    """Count the queue. Its messages form one group, so no older count replaces a newer one."""
    if message.attempt == 1:
        time.sleep(SETTLE_SECONDS)
    commit_now(store.save(counting.count(message.body["queue"])))
