"""Messages that were sent in a test, and the consumer that sends codes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

from tests.support.client import Context, app
from tests.support.stand_in import ACCOUNT, REGION, client

DIGITS = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Sent:
    """One message."""

    channel: str
    to: str
    text: str

    @property
    def code(self) -> str:
        """The code in it."""
        found = DIGITS.search(self.text)
        assert found, self.text
        return found[0]


def deliver() -> list[Sent]:
    """Let the consumer handle the queue `code_delivery`, and answer what it sent in doing so."""
    before = outbox()
    sqs = client("sqs")
    url = os.environ["CODE_DELIVERY_QUEUE_URL"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        answer = app("code_delivery").handler({"Records": [record(one["Body"]) for one in messages]}, Context())
        assert answer == {"batchItemFailures": []}
        for one in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return [one for one in outbox() if one not in before]


def record(body: str) -> dict[str, Any]:
    """A record of the queue as Lambda passes it."""
    return {
        "messageId": "message-1",
        "receiptHandle": "handle",
        "body": body,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn",
        "attributes": {},
    }


def outbox() -> list[Sent]:
    """All text messages and e-mails that were sent."""
    texts = [Sent("sms", to, text) for to, text, *_ in get_backend("sns")[ACCOUNT][REGION].sms_messages.values()]
    mails = [
        Sent("email", one.destinations["ToAddresses"][0], one.body)
        for one in get_backend("ses")[ACCOUNT][REGION].sent_messages
    ]
    return [*texts, *mails]


def empty() -> None:
    """Delete what was sent, and verify the sender's domain."""
    for service in ("sns", "ses"):
        get_backend(service)[ACCOUNT][REGION].reset()
    client("ses").verify_domain_identity(Domain=os.environ["EMAIL_SENDER"].rpartition("@")[2].rstrip(">"))


def queued() -> list[dict[str, Any]]:
    """What waits in the queue `code_delivery`."""
    found = client("sqs").receive_message(
        QueueUrl=os.environ["CODE_DELIVERY_QUEUE_URL"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [json.loads(one["Body"]) for one in found.get("Messages", [])]
