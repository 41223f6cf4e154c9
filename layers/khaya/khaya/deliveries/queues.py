"""Sends messages to the consumers that deliver. A message names a notification; its text is rendered on delivery."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.deliveries.model import Consumer
from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.settings import DeliverySettings, settings

QUEUE = "deliveries"


def send(consumer: Consumer, notification_ids: Sequence[str], *, delay_seconds: int = 0) -> None:
    """Have notifications delivered by a channel, or the receipts of their pushes read some minutes later.

    Raises:
        Unavailable: not all messages were sent. The same call is safe to repeat: each notification is delivered once.
    """
    delay = settings(DeliverySettings).push_receipt_delay_seconds if consumer == "receipts" else delay_seconds
    queues.send(
        QUEUE, [OutgoingMessage(consumer, {"notificationId": one}, delay_seconds=delay) for one in notification_ids]
    )
