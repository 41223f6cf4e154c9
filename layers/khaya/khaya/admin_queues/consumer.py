"""Counts a queue of the admins anew when something enters or leaves it.

A count is read from the queue's own list, never added up, so repeated and lost messages leave no lasting error.
"""

from __future__ import annotations

from typing import Final, cast

from khaya.admin_queues import counting, store
from khaya.admin_queues.model import QueueName, membership_of
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.base.errors import RetryLater
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.consumers import Message

NAME: Final = "admin_queues"

INDEX_SECONDS: Final = 2
"""How long an index that does not show the change yet is given."""
_LAST_ATTEMPT: Final = 3
"""The attempt that takes the index as it is: the entry has changed again meanwhile, and that has its own message."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an item that entered or left a queue, or waits since another time."""
    before = membership_of(change.resource, change.before)
    after = membership_of(change.resource, change.after)
    queue = next((name for name in {**before, **after} if before.get(name) != after.get(name)), None)
    if queue is None:
        return None
    item = change.after or change.before or {}
    body = {"queue": queue, "id": item.get("id") or item["userId"], "since": after.get(queue)}
    return OutgoingMessage(NAME, body, object=queue, change=change.id)


def handle(message: Message) -> None:
    """Count the queue. Its messages form one group, so no older count replaces a newer one.

    Raises:
        RetryLater: the index does not show the change yet.
    """
    queue, since = cast("QueueName", message.body["queue"]), message.body.get("since")
    state, waiting = counting.count(queue)
    if "id" in message.body and message.attempt < _LAST_ATTEMPT:
        # An id in a table begins with its kind where the table holds several, as in `reward#<id>`.
        shown = next((at for one, at in waiting.items() if message.body["id"].endswith(one)), None)
        if shown != since and not (state.more and shown is None):
            raise RetryLater("the index is behind", INDEX_SECONDS)
    commit_now(store.save(state))
