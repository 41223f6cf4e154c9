"""Brings the copies of a person's name in line: on jobs, bids, listings, reviews, stories and referrals."""

from __future__ import annotations

import time

from khaya.name_sync import service
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.base.errors import RetryLater
from khaya.platform.work.consumers import Message

NAME = "name_sync"

SETTLE_SECONDS = 2.0
"""How long the first attempt waits, so that the indexes show what was being written under the former name. A FIFO queue
has no delay per message."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a person whose display name changed."""
    before, after = change.before, change.after
    if change.resource != "profiles" or not before or not after:
        return None
    if before.get("displayName") == after.get("displayName"):
        return None
    return OutgoingMessage(NAME, {"userId": after["userId"]}, object=after["userId"], change=change.id)


def handle(message: Message) -> None:
    """Bring the copies in line.

    Raises:
        RetryLater: there was not time for all of them. The next attempt does what is left.
    """
    if message.attempt == 1:
        time.sleep(SETTLE_SECONDS)
    for _ in service.sync_name(message.body["userId"]):
        if not message.has_time:
            raise RetryLater("more copies than one attempt has time for", 0)
