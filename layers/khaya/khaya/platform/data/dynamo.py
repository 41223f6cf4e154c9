"""The one place that talks to DynamoDB: reads, writes, and what its refusals mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data.writes import WRITE_TOKEN, Write, named, plain_item, typed_item, with_write_token, write_token

TRIES = 16
"""How often a write is tried while others hold its items; with the pauses below, some two seconds in all.

By simulation, 64 transactions at once on one item, each of a dozen milliseconds, then all get through.
"""

_BUSY = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "LimitExceededException",
}
_CONTENDED = {"TransactionConflictException", "TransactionInProgressException", "TransactionConflict"}
_BUSY_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded"}


@lru_cache(maxsize=1)
def client() -> Any:
    """The DynamoDB client, made once.

    Time-outs are short because a healthy answer takes milliseconds, and so few that a request tells its client about a
    DynamoDB that does not answer before Lambda ends it.
    """
    retries = {"mode": "standard", "total_max_attempts": 2}
    return clients.client("dynamodb", connect_timeout=1, read_timeout=2, retries=retries)


def get(table: str, key: Mapping[str, str], *, consistent: bool = True) -> Item | None:
    """The item under `key`, or None. Consistent by default: one who has just written sees what they wrote."""
    answer = _call(client().get_item, TableName=table, Key=typed_item(key), ConsistentRead=consistent)
    return plain_item(answer["Item"]) if "Item" in answer else None


def get_many(keys: Sequence[tuple[str, Mapping[str, str]]], *, consistent: bool = True) -> list[Item | None]:
    """The items under (table, key) pairs, at most 100, in one call and in the order asked; None where there is none.

    Raises:
        Unavailable: DynamoDB left some unread several times over.
    """
    names = {table: tuple(key) for table, key in keys}
    places = [(table, tuple(key[name] for name in names[table])) for table, key in keys]
    asked: dict[str, dict[str, Any]] = {table: {"Keys": [], "ConsistentRead": consistent} for table in names}
    for table, key in dict(zip(places, keys, strict=True)).values():
        asked[table]["Keys"].append(typed_item(key))
    found: dict[tuple[str, tuple[Any, ...]], Item] = {}
    for attempt in range(TRIES):
        answer = _call(client().batch_get_item, RequestItems=asked)
        for table, items in answer["Responses"].items():
            for item in map(plain_item, items):
                found[table, tuple(item[name] for name in names[table])] = item
        asked = answer.get("UnprocessedKeys") or {}
        if not asked:
            return [found.get(place) for place in places]
        pause(attempt)
    raise Unavailable


def query(
    table: str,
    index: str | None,
    condition: str,
    *,
    limit: int,
    newest_first: bool = True,
    start: Mapping[str, Any] | None = None,
    values: Mapping[str, Any],
    columns: Iterable[str] = (),
) -> list[Item]:
    """At most `limit` rows of a query; fewer only where there are no more. An `index` lags a little.

    One call, as long as the rows are within the megabyte that DynamoDB answers at a time. `start` is the whole key of
    the row before them. The rows come whole, or with those `columns` that are named.
    """
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "Limit": limit,
        "ScanIndexForward": not newest_first,
    }
    if index is not None:
        request["IndexName"] = index
    else:
        request["ConsistentRead"] = True
    if start is not None:
        request["ExclusiveStartKey"] = typed_item(start)
    if columns:
        request["ProjectionExpression"] = ", ".join(f"#{column}" for column in columns)
    request = named(request, values)
    rows: list[Item] = []
    while True:
        answer = _call(client().query, **request)
        rows += [plain_item(item) for item in answer["Items"]]
        if len(rows) >= limit or "LastEvaluatedKey" not in answer:
            return rows
        request |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": limit - len(rows)}


def update_now(write: Write) -> Item:
    """Make one update at once, outside any unit of work, and answer the item as it then stands.

    Raises:
        Exception: what the write's refusal says, when its condition does not hold.
    """
    try:
        answer = _contended(client().update_item, **write.request, **_SHOW_OLD, ReturnValues="ALL_NEW")
    except ClientError as error:
        raise write.refusal(_old(error)) from error
    return plain_item(answer["Attributes"])


def commit(writes: Sequence[Write], token: str, by: str | None = None) -> None:
    """Make all `writes` or none of them. The same `token` never writes twice, however often the call is repeated.

    Each item says who wrote it: the person `by`, or this function where nobody asked for it.

    One write alone is a plain conditional call, at half a transaction's cost: it leaves the token on the item, so that
    a repetition after a lost answer recognises its own work. A deletion leaves no item to leave it on, so even one
    alone is a transaction.

    Raises:
        Exception: what the refusal of the first write says whose condition does not hold.
        Unavailable: throttled, down, or contended for longer than a client should wait.
    """
    if not writes:
        return
    mark = write_token(token, clock.now(), by or f"khaya:{os.environ.get('POWERTOOLS_SERVICE_NAME', 'unnamed')}")
    marked = [with_write_token(write, mark) for write in writes]
    if len(marked) == 1 and marked[0].kind in _ALONE:
        _commit_one(marked[0], mark)
    else:
        _commit_all(marked, token)


def _commit_one(write: Write, mark: str) -> None:
    call = getattr(client(), _ALONE[write.kind])
    try:
        _contended(call, **write.request, **_SHOW_OLD)
    except ClientError as error:
        old = _old(error)
        if old is not None and old.get(WRITE_TOKEN) == mark:
            return
        raise write.refusal(old) from error


def _commit_all(writes: Sequence[Write], token: str) -> None:
    items = [{write.kind: {**write.request, **_SHOW_OLD}} for write in writes]
    try:
        _contended(client().transact_write_items, TransactItems=items, ClientRequestToken=token)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        for write, reason in zip(writes, reasons, strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                raise write.refusal(plain_item(reason["Item"]) if reason.get("Item") else None) from error
        raise


def write_many(changes: Sequence[Write]) -> None:
    """Make unconditional puts and deletions of different items, however many, each for itself.

    Raises:
        Unavailable: not all were made; the same call makes up for it.
    """
    for first in range(0, len(changes), _BATCH):
        asked: dict[str, list[dict[str, Any]]] = {}
        for change in changes[first : first + _BATCH]:
            part = "Item" if change.kind == "Put" else "Key"
            asked.setdefault(change.request["TableName"], []).append(
                {f"{change.kind}Request": {part: change.request[part]}}
            )
        for attempt in range(TRIES):
            asked = _call(client().batch_write_item, RequestItems=asked).get("UnprocessedItems") or {}
            if not asked:
                break
            pause(attempt)
        else:
            raise Unavailable


_BATCH = 25
_ALONE = {"Put": "put_item", "Update": "update_item"}
_SHOW_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _old(error: ClientError) -> Item | None:
    """The item that failed a condition; any other error goes on its way."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    response: Mapping[str, Any] = error.response
    return plain_item(response["Item"]) if response.get("Item") else None


def _contended(operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Call, again while another transaction holds the items."""
    for attempt in range(TRIES):
        try:
            return _call(operation, **request)
        except WriteConflict:
            pause(attempt)
    raise Unavailable("Many people are changing this at once. Please try again in a moment.")


def _call(operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Call DynamoDB; busy, broken and contended each become what they mean. Failed conditions pass as they are."""
    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        if code == "TransactionCanceledException" and "ConditionalCheckFailed" in reasons:
            raise
        if code in _CONTENDED or reasons & _CONTENDED:
            raise WriteConflict from error
        if code in _BUSY or reasons & _BUSY_REASONS or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise Unavailable from error
        raise
    except BotoCoreError as error:
        raise Unavailable from error
    return answer
