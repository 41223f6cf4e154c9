"""Messages of the queue `provider` about payouts, refunds and money in suspense."""

from __future__ import annotations

from typing import Final

from khaya.platform.aws.queues import OutgoingMessage

PAYOUTS: Final = "payouts"
REFUNDS: Final = "refunds"


def message_about_payout(payout_id: str, cause: str, *, hinted: bool = False) -> OutgoingMessage:
    """The message that has a payout looked at; `hinted` also if it is not due. `cause` tells messages apart."""
    return OutgoingMessage(PAYOUTS, {"payoutId": payout_id, "hinted": hinted}, object=payout_id, change=cause)


def message_about_refund(refund_id: str, cause: str, *, hinted: bool = False) -> OutgoingMessage:
    """The message that has a refund, or money in suspense, looked at; `hinted` also if it is not due."""
    return OutgoingMessage(REFUNDS, {"refundId": refund_id, "hinted": hinted}, object=refund_id, change=cause)
