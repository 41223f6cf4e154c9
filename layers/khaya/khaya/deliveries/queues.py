"""The queues of deliveries. A message names a notification and no more: what it says is looked up when it is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from khaya.deliveries.model import Queue
from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import ChannelQueueSettings, DeliverySettings, settings

_BATCH: Final = 10


def send(queue: Queue, notification_ids: Sequence[str]) -> None:
    """Have notifications delivered, or for `receipts` their receipts looked at.

    Raises:
        Unavailable: not all went into the queue; the same call makes up for it, since each is delivered once.
    """
    for first in range(0, len(notification_ids), _BATCH):
        entries = [
            {"Id": str(place), "MessageBody": json.dumps({"queue": queue, "notificationId": notification_id})}
            for place, notification_id in enumerate(notification_ids[first : first + _BATCH])
        ]
        try:
            answer = _sqs().send_message_batch(QueueUrl=_url(queue), Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        if answer.get("Failed"):
            raise Unavailable


def put_back(queue: Queue, receipt_handle: str, seconds: int) -> None:
    """Have a message that was received come again after a while.

    Raises:
        Unavailable: it comes when the queue's own time is over.
    """
    try:
        _sqs().change_message_visibility(QueueUrl=_url(queue), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def _url(queue: Queue) -> str:
    if queue == "receipts":
        return settings(DeliverySettings).receipts_queue_url
    told = settings(ChannelQueueSettings)
    return {
        "whatsapp": told.whatsapp_queue_url,
        "sms": told.sms_queue_url,
        "email": told.email_queue_url,
        "push": told.push_queue_url,
    }[queue]


@lru_cache(maxsize=1)
def _sqs() -> Any:
    return clients.client("sqs")
