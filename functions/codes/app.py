"""Sends the codes that were asked for, out of sight: nobody can tell by the time it takes who has an account."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.channels import ChannelDown
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import ChannelSettings, CodeSettings, KeySettings, PoolSettings, require
from khaya.platform.work import batches
from khaya.sign_in import delivery

require(KeySettings, PoolSettings, ChannelSettings, CodeSettings)

processor = batches.of_queue()


def send(record: SQSRecord) -> None:
    """Send one code. A failure sends the message back to the queue, and after three of them to the dead letters."""
    try:
        delivery.send(json.loads(record.body)["id"], clock.now())
    except ChannelDown as error:
        observability.logger().warning("channel down", extra={"why": str(error)})
        observability.count("ChannelDown")
        raise


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, send, processor, context)
