"""Checks a payout account after it was given or changed."""

from __future__ import annotations

from khaya.payout_accounts import service, store
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message

NAME = "payout_accounts"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an account that was given. It holds nothing of the account."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "payouts" or "sealed" not in after or before.get("sealed") == after["sealed"]:
        return None
    return message_about(after["id"].removeprefix(store.PREFIX), change.id)


def message_about(user_id: str, cause: str) -> OutgoingMessage:
    """The message that has a person's account checked."""
    return OutgoingMessage(NAME, {"userId": user_id}, object=user_id, change=cause)


def handle(message: Message) -> None:
    """Check the account, unless that was done."""
    account = service.check(message.body["userId"], clock.now())
    if account is not None and not account.is_being_checked:
        observability.count("PayoutAccountVerified" if account.verified else "PayoutAccountRefused", 1)
