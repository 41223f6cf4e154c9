"""Does what follows when somebody was erased: nothing is left that names them, and their account is removed."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from khaya.erasure import service
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import KeySettings, PoolSettings, require
from khaya.platform.work import batches

require(KeySettings, PoolSettings)

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends; what is left to do gets another."""

processor = batches.of_ordered_queue()


def erase(record: SQSRecord, lambda_context: Any) -> None:
    """Go on with one person. A failure sends the message back to the queue; after ten it is a dead letter."""

    def time_is_left() -> bool:
        return bool(lambda_context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS)

    finished = service.run(json.loads(record.body)["userId"], clock.now(), time_is_left)
    observability.count("PersonErased" if finished else "ErasureGoesOn")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of the queue."""
    return batches.work_through(event, erase, processor, context)
