"""Erases the personal data of a person, and their account."""

from __future__ import annotations

from typing import Final

from khaya.erasure.model import Progress
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message

NAME = "erasure"

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends. It leaves a mark on the person's record, whose change leads to the next run."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a person who asked to be erased, or whose erasure needs a further run."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "users" or after.get("status") != "erased" or "erasureDoneAt" in after:
        return None
    if before.get("status") == "erased" and before.get("erasureRuns") == after.get("erasureRuns"):
        return None
    return OutgoingMessage(NAME, {"userId": after["userId"]}, object=after["userId"], change=change.id)


_COUNTS: Final[dict[Progress, str]] = {
    "goes_on": "ErasureGoesOn",
    "closed": "AccountClosed",
    "complete": "PersonErased",
}


def handle(message: Message) -> None:
    """Continue the erasure of one person until it is complete or no time is left."""
    from khaya.erasure import service  # noqa: PLC0415 - the dispatcher imports this module and erases nobody

    def has_time() -> bool:
        return message.remaining_milliseconds() > SAFETY_MILLISECONDS

    progress = service.run(message.body["userId"], clock.now(), has_time)
    observability.count(_COUNTS[progress])
