"""Sends what people are told over their channels: by WhatsApp, text message, e-mail and push."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.deliveries import queues, service
from khaya.deliveries.model import NotNow, wait_seconds
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import (
    ChannelQueueSettings,
    ChannelSettings,
    DeliverySettings,
    PushSettings,
    QuietSettings,
    require,
)
from khaya.platform.work import batches

require(ChannelSettings, ChannelQueueSettings, DeliverySettings, PushSettings, QuietSettings)

processor = batches.of_queue()


def send(record: SQSRecord) -> None:
    """Do what one message asks for. What failed comes again after a while, and after ten times is a dead letter."""
    told = json.loads(record.body)
    queue, notification_id = told["queue"], told["notificationId"]
    attempt = int(record.raw_event["attributes"].get("ApproximateReceiveCount", 1))
    about = {"queue": queue, "notification": notification_id, "attempt": attempt}
    try:
        service.work(queue, notification_id, clock.now(), attempt)
    except NotNow as reason:
        observability.logger().warning("not delivered", extra={**about, "why": str(reason), "seconds": reason.seconds})
        queues.put_back(queue, record.receipt_handle, reason.seconds)
        raise
    except Exception as error:
        observability.logger().error("delivery failed", extra={**about, "error": type(error).__name__})
        observability.count("DeliveryFailed")
        queues.put_back(queue, record.receipt_handle, wait_seconds(attempt))
        raise


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of a queue."""
    return batches.work_through(event, send, processor, context)
