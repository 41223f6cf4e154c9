"""Consumers of the queue `provider` for payouts, refunds, and money in suspense that goes back."""

from __future__ import annotations

from typing import Final

from khaya.disbursements import payouts, refunds
from khaya.payouts.references import payout_of
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.work.consumers import Message
from khaya.restores import store as restores
from khaya.suspense import store as suspense

PAYOUTS: Final = "payouts"
REFUNDS: Final = "refunds"


def message_about_payout(payout_id: str, cause: str, *, hinted: bool = False) -> OutgoingMessage:
    """The message that has a payout looked at; `hinted` also if it is not due. `cause` tells messages apart."""
    return OutgoingMessage(PAYOUTS, {"payoutId": payout_id, "hinted": hinted}, object=payout_id, change=cause)


def message_about_refund(refund_id: str, cause: str, *, hinted: bool = False) -> OutgoingMessage:
    """The message that has a refund, or money in suspense, looked at; `hinted` also if it is not due."""
    return OutgoingMessage(REFUNDS, {"refundId": refund_id, "hinted": hinted}, object=refund_id, change=cause)


def message_for_payout_hint(reference: str, cause: str) -> OutgoingMessage | None:
    """The message for an event of the provider's about a payout; None if the reference is of no payout."""
    payout_id = payout_of(reference)
    return message_about_payout(payout_id, cause, hinted=True) if payout_id else None


def handle_payout(message: Message) -> None:
    """Take a payout further.

    Raises:
        RetryLater: the tables were restored and are not reconciled yet.
    """
    restores.require_reconciled()
    payouts.process(message.body["payoutId"], clock.now(), hinted=message.body.get("hinted", False))


def handle_refund(message: Message) -> None:
    """Take a refund further, or begin to give money in suspense back.

    An operator's message with `again` lets a refund go on that waits for an admin.

    Raises:
        RetryLater: the tables were restored and are not reconciled yet.
    """
    restores.require_reconciled()
    refund_id: str = message.body["refundId"]
    if refund_id.startswith(suspense.PREFIX):
        begun = refunds.return_suspense(refund_id.removeprefix(suspense.PREFIX), clock.now())
        if begun is None:
            return
        refund_id = begun.id
    if message.body.get("again", False):
        refunds.reopen(refund_id, clock.now())
    refunds.process(refund_id, clock.now(), hinted=message.body.get("hinted", False))
