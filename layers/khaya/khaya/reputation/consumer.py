"""Keeps median responses, directory ranks and Cognito groups in line with people's profiles and bids."""

from __future__ import annotations

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.changes import Change
from khaya.platform.base.models import Item
from khaya.platform.work.consumers import Message
from khaya.platform.work.retries import retry_while_index_is_behind
from khaya.profiles import store as profiles
from khaya.reputation import service

NAME = "reputation"

INDEX_READS = 4
"""How often the index is read, each time a little later, before the message goes back to the queue."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a person whose profile changed, or who placed or withdrew a bid."""
    before, after = change.before, change.after
    if change.resource == "profiles" and before and after and profiles.differ(before, after):
        body = {"userId": after["userId"], "roles": before.get("roles") != after.get("roles")}
        return OutgoingMessage(NAME, body, object=after["userId"], change=change.id)
    if change.resource == "bids" and after and "workerId" in after and (not before or _withdrawn(before, after)):
        body = {"userId": after["workerId"], "bidId": after["id"], **({"withdrawn": True} if before else {})}
        return OutgoingMessage(NAME, body, object=after["workerId"], change=change.id)
    return None


def handle(message: Message) -> None:
    """Bring in line what follows from a person's profile, and from the bid that they placed.

    Raises:
        IndexBehind: the index does not show the bid as it is yet.
    """
    user_id, bid_id = message.body["userId"], message.body.get("bidId")
    if message.body.get("roles"):
        service.sync_groups(user_id)
    withdrawn = message.body.get("withdrawn", False)
    retry_while_index_is_behind(lambda: service.update_reputation(user_id, bid_id, withdrawn=withdrawn), INDEX_READS)


def _withdrawn(before: Item, after: Item) -> bool:
    return before.get("status") != "withdrawn" and after.get("status") == "withdrawn"
