"""Makes the files with all of a person's data."""

from __future__ import annotations

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message

NAME = "exports"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an export that somebody asked for."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "users" or after.get("exportStatus") != "pending":
        return None
    if before.get("exportId") == after["exportId"]:
        return None
    body = {"userId": after["exportOf"], "exportId": after["exportId"]}
    return OutgoingMessage(NAME, body, object=after["exportOf"], change=change.id)


def handle(message: Message) -> None:
    """Make the file of one export."""
    from khaya.exports import making  # noqa: PLC0415 - the dispatcher imports this module and makes no file

    made = making.make(message.body["userId"], message.body["exportId"], clock.now())
    observability.count("ExportMade", int(made))
