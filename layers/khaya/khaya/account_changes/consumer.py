"""Brings a person's jobs, bids, listings and stories in line after a suspension, its end, or a change of roles."""

from __future__ import annotations

import time

from khaya.account_changes import service
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.base.errors import RetryLater
from khaya.platform.work.consumers import Message

NAME = "account_changes"

SETTLE_SECONDS = 2.0
"""Pause before the second pass, which finds what the indexes did not show yet at the first."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a person who was suspended or reinstated, or whose roles changed."""
    before, after = change.before, change.after
    if change.resource != "profiles" or not before or not after:
        return None
    if all(before.get(name) == after.get(name) for name in ("roles", "hidden")):
        return None
    return OutgoingMessage(NAME, {"userId": after["userId"]}, object=after["userId"], change=change.id)


def handle(message: Message) -> None:
    """Bring the items in line, at once and again after `SETTLE_SECONDS`.

    Raises:
        RetryLater: there was not time for all items. The next attempt does what is left.
    """
    for number in range(2):
        time.sleep(number * SETTLE_SECONDS)
        for _ in service.apply(message.body["userId"], clock.now()):
            if not message.has_time:
                raise RetryLater("more items than one attempt has time for", 0)
