"""Enqueues what is due: payouts, refunds, money in suspense that goes back, and checks of payout accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from khaya.disbursements.messages import message_about_payout, message_about_refund
from khaya.payout_accounts import consumer as account_consumer
from khaya.payout_accounts.store import PREFIX, SHARDS
from khaya.payouts import store as payouts
from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.refunds import store as refunds

QUEUE = "provider"


def enqueue_due(now: str, time_is_left: Callable[[], bool]) -> int:
    """Send a message for each item that is due now, while time is left; returns how many were sent.

    Items that were enqueued stay due until they are handled, so nothing is lost, and a repeat does no harm.
    """
    sent = 0
    for messages in _due(now):
        if not time_is_left():
            break
        queues.send(QUEUE, messages)
        sent += len(messages)
    return sent


def _due(now: str) -> Iterator[list[OutgoingMessage]]:
    for shard in range(SHARDS):
        for ids in payouts.due(shard, now):
            yield [_of_payouts_table(one, f"{one}#{now}") for one in ids]
        for ids in refunds.due(shard, now):
            yield [message_about_refund(one, f"{one}#{now}") for one in ids]


def _of_payouts_table(item_id: str, cause: str) -> OutgoingMessage:
    if item_id.startswith(PREFIX):
        return account_consumer.message_about(item_id.removeprefix(PREFIX), cause)
    return message_about_payout(item_id, cause)
