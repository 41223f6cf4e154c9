"""Events as the stream dispatcher sends them, and a function that handles them."""

from __future__ import annotations

import json
from typing import Any

from khaya.platform.base.ids import derived_id
from tests.support.client import Context, app

SentEvent = dict[str, Any]


def happened(number: int = 0, **fields: Any) -> SentEvent:
    """A job was called off, or what `fields` say; `number` counts minutes of the day on which it happened."""
    at = f"2026-11-21T{number // 60:02}:{number % 60:02}:00.000Z"
    event = {
        "kind": "job.cancelled",
        "version": 1,
        "at": at,
        "actor": "buyer-1",
        "object": "jobs/job-1",
        "detail": {"jobId": "job-1", "buyerId": "buyer-1", "by": "buyer", "was": "open"},
        "changes": {"status": ["open", "cancelled"]},
        **fields,
    }
    return {"id": derived_id(at, str(event)), **event}


def batch(consumer: str, *events: SentEvent | str) -> dict[str, Any]:
    """What Lambda hands to a function: a consumer's message for each event, or with the text that stands in its place.

    Messages are numbered from 0.
    """
    bodies = [one if isinstance(one, str) else json.dumps({"consumer": consumer, "event": one}) for one in events]
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"MessageGroupId": "any"},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


FOLDERS = {"notices": "notices", "audit": "records", "statistics": "records", "event_bus": "records"}
"""The function that a consumer of events runs in."""


def deliver(consumer: str, *events: SentEvent | str) -> list[str]:
    """Give a consumer a batch, and answer the numbers of the messages that failed."""
    answer = app(FOLDERS[consumer]).handler(batch(consumer, *events), Context())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]
