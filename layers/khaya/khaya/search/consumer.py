"""Keeps search in line with the titles of jobs and listings."""

from __future__ import annotations

from collections.abc import Mapping

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.search import service
from khaya.search.model import Kind, entry_of
from khaya.search.store import KeyOf

NAME = "search"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a job or listing that is found by other words than before; it names all words, old and new."""
    before, after = entry_of(change.resource, change.before), entry_of(change.resource, change.after)
    if before == after:
        return None
    object_id = (change.after or change.before or {})["id"]
    words = sorted({word for entry in (before, after) if entry for word in entry.words})
    body = {"kind": change.resource, "id": object_id, "words": words}
    return OutgoingMessage(NAME, body, object=f"{change.resource}/{object_id}", change=change.id)


def handle(message: Message, keys: Mapping[Kind, KeyOf]) -> None:
    """Update the search rows of one item; `keys` return an item's table and key, by kind."""
    body = message.body
    service.refresh(body["kind"], body["id"], body["words"], keys[body["kind"]])
