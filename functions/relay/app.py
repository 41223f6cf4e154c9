"""The one reader of the tables' streams: it passes what happened on to the queue of each concern.

A queue keeps order per object; a message that was sent twice is recognised by its change's id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from khaya.audit import model as audit
from khaya.erasure import model as erasure
from khaya.events.model import Event, events_of
from khaya.exports import model as exports
from khaya.notices import rules
from khaya.platform.aws import clients
from khaya.platform.base.changes import Change
from khaya.platform.base.models import Item
from khaya.platform.data.stream_records import change_in
from khaya.platform.data.writes import WRITE_TOKEN
from khaya.platform.work import batches
from khaya.platform.work.parallel import in_parallel
from khaya.referrals import model as referrals
from khaya.search import model as search
from khaya.statistics import model as statistics

processor = batches.of_stream()


def bids_follow(change: Change) -> dict[str, str] | None:
    """A job that left `open`, or has a new title while it is: its bids are to follow."""
    if change.resource != "jobs" or not change.before or not change.after or change.before["status"] != "open":
        return None
    if change.after["status"] == "open" and change.after["title"] == change.before["title"]:
        return None
    return {"group": change.after["id"], "jobId": change.after["id"]}


def judged(change: Change) -> dict[str, Any] | None:
    """A person whose facts changed, or who placed a bid: their standing is to follow."""
    was, now = change.before, change.after
    if change.resource == "profiles" and was and now and _told(was) != _told(now):
        return {"group": now["userId"], "userId": now["userId"], "roles": was.get("roles") != now.get("roles")}
    if change.resource == "bids" and not was and now and "workerId" in now:
        return {"group": now["workerId"], "userId": now["workerId"], "bidId": now["id"]}
    return None


def _told(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != WRITE_TOKEN}


def renamed(change: Change) -> dict[str, str] | None:
    """A person who goes by another name: whatever repeats it is to follow."""
    before, after = change.before, change.after
    if change.resource != "profiles" or not before or not after:
        return None
    if before.get("displayName") == after.get("displayName"):
        return None
    return {"group": after["userId"], "userId": after["userId"]}


CONCERNS: dict[str, Callable[[Change], dict[str, Any] | None]] = {
    "REJECTIONS_QUEUE_URL": bids_follow,
    "SEARCH_QUEUE_URL": search.news,
    "STANDING_QUEUE_URL": judged,
    "REWARDS_QUEUE_URL": referrals.news,
    "NAMES_QUEUE_URL": renamed,
    "ERASURES_QUEUE_URL": erasure.news,
    "EXPORTS_QUEUE_URL": exports.news,
}
"""The variable that holds a concern's queue, and what of a change the concern is told: None where it is nothing."""

EVENT_CONCERNS: dict[str, Callable[[Event], bool]] = {
    "NOTICES_QUEUE_URL": rules.is_relevant,
    "TRAIL_QUEUE_URL": audit.is_audited,
    "STATISTICS_QUEUE_URL": statistics.is_counted,
    "PUBLISHER_QUEUE_URL": lambda _: True,
}
"""The variable that holds the queue of a concern that goes by events, and whether it is told of one."""

_AT_ONCE = 8
"""Messages of one change that are on their way together: a change is told to several concerns."""


class Behind(Exception):
    """An earlier change of the same thing was not passed on; the stream brings both again, in their order."""


_left: set[tuple[str, str]] = set()
"""The things of which a change of this batch was not passed on."""


def relay(record: DynamoDBRecord) -> None:
    """Pass one change on. A failure is reported for this record alone, and the stream brings it again."""
    thing = (record.raw_event["eventSourceARN"], json.dumps(record.raw_event["dynamodb"]["Keys"], sort_keys=True))
    if thing in _left:
        raise Behind
    try:
        messages = _messages(change_in(record.raw_event))
        in_parallel(lambda message: _sqs().send_message(**message), messages, _AT_ONCE)
    except Exception:
        _left.add(thing)
        raise


def _messages(change: Change) -> Iterator[dict[str, str]]:
    for variable, concern in CONCERNS.items():
        told = concern(change)
        if told is not None:
            yield _message(variable, change.id, told["group"], told)
    for event in events_of(change):
        for variable, wants in EVENT_CONCERNS.items():
            if wants(event):
                told = {"group": event.object, "event": event.model_dump(by_alias=True)}
                yield _message(variable, event.id, event.object, told)


def _message(variable: str, change_id: str, group: str, told: dict[str, Any]) -> dict[str, str]:
    return {
        "QueueUrl": os.environ[variable],
        "MessageBody": json.dumps(told),
        "MessageGroupId": group,
        "MessageDeduplicationId": change_id,
    }


@lru_cache(maxsize=1)
def _sqs() -> Any:
    return clients.client("sqs")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Pass on what a stream brings."""
    _left.clear()
    return batches.work_through(event, relay, processor, context)
