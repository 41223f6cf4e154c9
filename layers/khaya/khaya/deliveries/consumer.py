"""Delivers notifications by one channel, and reads the receipts of pushes. Each channel is a consumer of its own."""

from __future__ import annotations

from typing import Final, cast, get_args

from khaya.deliveries import service
from khaya.deliveries.model import Consumer
from khaya.platform.base import clock
from khaya.platform.work.consumers import Message

NAMES: Final[tuple[str, ...]] = get_args(Consumer)


def handle(message: Message) -> None:
    """Deliver one notification, or read its receipts.

    Raises:
        NotNow: it comes again after a delay that fits the reason.
    """
    consumer = cast("Consumer", message.consumer)
    service.work(consumer, message.body["notificationId"], clock.now(), message.attempt)
