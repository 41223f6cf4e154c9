"""Consumers of the queue `provider` for payouts, refunds, and money in suspense that goes back."""

from __future__ import annotations

from khaya.disbursements import payouts, refunds
from khaya.payouts.references import payout_of
from khaya.platform.base import clock
from khaya.platform.work.consumers import Message
from khaya.refunds.model import refunds_of
from khaya.restores import store as restores
from khaya.suspense import store as suspense


def handle_payout(message: Message) -> None:
    """Take a payout further. A hint of the provider's names its reference, any other message its id.

    Raises:
        RetryLater: the tables were restored and are not reconciled yet.
    """
    restores.require_reconciled()
    reference = message.body.get("reference")
    payout_id = payout_of(reference) if reference else message.body.get("payoutId")
    if payout_id is not None:
        payouts.process(payout_id, clock.now(), hinted=bool(reference or message.body.get("hinted")))


def handle_refund(message: Message) -> None:
    """Take a refund further, or begin to give money in suspense back.

    A hint of the provider's names the reference of the collection.

    Raises:
        RetryLater: the tables were restored and are not reconciled yet.
    """
    restores.require_reconciled()
    reference = message.body.get("reference")
    if reference:
        for possible in refunds_of(reference):
            refunds.process(possible, clock.now(), hinted=True)
        return
    refund_id: str | None = message.body.get("refundId")
    if refund_id is None:
        return
    if refund_id.startswith(suspense.PREFIX):
        begun = refunds.return_suspense(refund_id.removeprefix(suspense.PREFIX), clock.now())
        if begun is None:
            return
        refund_id = begun.id
    refunds.process(refund_id, clock.now(), hinted=bool(message.body.get("hinted")))
