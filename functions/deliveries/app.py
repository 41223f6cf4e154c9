"""Delivers notifications by WhatsApp, text message, e-mail and push."""

from __future__ import annotations

from typing import Any, Final

from khaya.deliveries import consumer as deliveries
from khaya.platform.base.settings import (
    ChannelSettings,
    DeliverySettings,
    KeySettings,
    MessageLimits,
    PushSettings,
    QuietSettings,
    WebPushSenderSettings,
    require,
)
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(
    ChannelSettings,
    DeliverySettings,
    KeySettings,
    MessageLimits,
    PushSettings,
    QuietSettings,
    WebPushSenderSettings,
    queues=("deliveries",),
)

CONSUMERS: Final[Consumers] = dict.fromkeys(deliveries.NAMES, deliveries.handle)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("deliveries", CONSUMERS, event, context)
