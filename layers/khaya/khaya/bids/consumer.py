"""Keeps bids in line with their job: they take over its title, and are rejected when it leaves `open`."""

from __future__ import annotations

from khaya.bids import service
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.platform.work.retries import retry_while_index_is_behind

NAME = "bids"

INDEX_READS = 5
"""How often the index is read, each time a little later, before the message goes back to the queue."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a job that left `open`, or whose title changed while it was open."""
    before, after = change.before, change.after
    if change.resource != "jobs" or not before or not after or before["status"] != "open":
        return None
    if after["status"] == "open" and after["title"] == before["title"]:
        return None
    return OutgoingMessage(NAME, {"jobId": after["id"]}, object=after["id"], change=change.id)


def handle(message: Message) -> None:
    """Bring the bids on the job in line with it.

    Raises:
        IndexBehind: the index does not show all bids yet.
    """
    job_id = message.body["jobId"]
    retry_while_index_is_behind(lambda: service.update_bids_of_job(job_id, clock.now()), INDEX_READS)
