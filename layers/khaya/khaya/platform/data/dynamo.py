"""Calls of DynamoDB: reads, writes, and the meaning of its errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data.writes import (
    WRITE_TOKEN,
    Write,
    plain_item,
    typed_item,
    with_names_and_values,
    with_write_token,
    write_token,
)

MAX_ATTEMPTS = 16
"""Attempts of a call that meets a concurrent transaction or a partial batch: about two seconds with the pauses.

By simulation, 64 concurrent transactions of twelve milliseconds each on one item all succeed within these attempts.
"""

_UNAVAILABLE = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "LimitExceededException",
}
_CONFLICTS = {"TransactionConflictException", "TransactionInProgressException", "TransactionConflict"}
_UNAVAILABLE_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded"}


def client() -> Any:
    """The DynamoDB client.

    Timeouts and attempts are low, so that a request can report an unresponsive DynamoDB before Lambda's own timeout.
    """
    return clients.client("dynamodb", connect_timeout=1, read_timeout=2, attempts=2)


def get(table: str, key: Mapping[str, str], *, consistent: bool = True, columns: Iterable[str] = ()) -> Item | None:
    """The item with this key, or None. Strongly consistent by default. `columns` are the attributes; empty for all."""
    request: dict[str, Any] = {"TableName": table, "Key": typed_item(key), "ConsistentRead": consistent}
    if columns:
        request["ProjectionExpression"] = _projection(columns)
        request = with_names_and_values(request, None)
    answer = _call(client().get_item, **request)
    return plain_item(answer["Item"]) if "Item" in answer else None


def get_many(
    keys: Sequence[tuple[str, Mapping[str, str]]],
    *,
    consistent: bool = True,
    columns: Mapping[str, Iterable[str]] | None = None,
) -> list[Item | None]:
    """The items of at most 100 (table, key) pairs, in one call and in the order of `keys`; None for a missing item.

    `columns` are the attributes by table, which include the key; all of a table that it does not name.

    Raises:
        Unavailable: DynamoDB left keys unprocessed in every attempt.
    """
    key_names = {table: tuple(key) for table, key in keys}
    positions = [(table, tuple(key[name] for name in key_names[table])) for table, key in keys]
    requested: dict[str, dict[str, Any]] = {table: {"Keys": [], "ConsistentRead": consistent} for table in key_names}
    for table, key in dict(zip(positions, keys, strict=True)).values():
        requested[table]["Keys"].append(typed_item(key))
    for table in requested.keys() & (columns or {}).keys():
        projection = {"ProjectionExpression": _projection((columns or {})[table])}
        requested[table] |= with_names_and_values(projection, None)
    found: dict[tuple[str, tuple[Any, ...]], Item] = {}
    for attempt in range(MAX_ATTEMPTS):
        answer = _call(client().batch_get_item, RequestItems=requested)
        for table, items in answer["Responses"].items():
            for item in map(plain_item, items):
                found[table, tuple(item[name] for name in key_names[table])] = item
        requested = answer.get("UnprocessedKeys") or {}
        if not requested:
            return [found.get(position) for position in positions]
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
    """At most `limit` rows of a query; fewer only at the end. Queries of an `index` are eventually consistent.

    One call, unless the rows exceed one megabyte.

    Args:
        table: the table.
        index: the index; None for the table itself.
        condition: the key condition.
        limit: the largest number of rows.
        newest_first: whether the sort key descends.
        start: the full key of the row before the first.
        values: the values in `condition`.
        columns: the attributes to read; empty for all.
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
        request["ProjectionExpression"] = _projection(columns)
    request = with_names_and_values(request, values)
    rows: list[Item] = []
    while True:
        answer = _call(client().query, **request)
        rows += [plain_item(item) for item in answer["Items"]]
        if len(rows) >= limit or "LastEvaluatedKey" not in answer:
            return rows
        request |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": limit - len(rows)}


def count(
    table: str, index: str, condition: str, *, limit: int, start: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> tuple[int, Item | None]:
    """The number of rows that one call of a query on an index finds, and the full key of its last row; None at the end.

    DynamoDB counts at most `limit` rows and one megabyte in a call, and sends none of them.
    """
    request: dict[str, Any] = {
        "TableName": table,
        "IndexName": index,
        "KeyConditionExpression": condition,
        "Limit": limit,
        "Select": "COUNT",
    }
    if start is not None:
        request["ExclusiveStartKey"] = typed_item(start)
    answer = _call(client().query, **with_names_and_values(request, values))
    last = answer.get("LastEvaluatedKey")
    return answer["Count"], plain_item(last) if last else None


def update_now(write: Write) -> Item:
    """Make one update outside of a unit of work, and return the item after it.

    A relative write is not repeated if it may have been made: it would be made twice.

    Raises:
        Exception: the write's refusal, if its condition fails.
        Unavailable: the outcome of a relative write is unknown.
    """
    client().meta.events.register_first(_NEEDS_RETRY, _stop_retry, unique_id=_NEEDS_RETRY)
    must_not_repeat = _must_not_repeat.set(write.relative)
    try:
        answer = _call_until_free(client().update_item, **write.request, **_RETURN_OLD, ReturnValues="ALL_NEW")
    except ClientError as error:
        raise write.refusal(_failed_item(error)) from error
    finally:
        _must_not_repeat.reset(must_not_repeat)
    return plain_item(answer["Attributes"])


def _stop_retry(
    response: tuple[Any, Any] | None = None, caught_exception: Exception | None = None, **_: object
) -> None:
    """Stop the SDK from repeating a call that may have been made, if it must not be made twice.

    Raises:
        Exception: the failure of the call.
    """
    if not _must_not_repeat.get():
        return
    if caught_exception is not None and not isinstance(caught_exception, _NOT_SENT):
        raise caught_exception
    if response is not None and response[0].status_code >= _SERVER_ERROR:
        raise Unavailable


def commit(writes: Sequence[Write], token: str, actor: str | None = None) -> None:
    """Make all `writes` or none of them. Idempotent: a repeated call with the same `token` writes nothing.

    Each item gets a write token with the actor: the person, or `system:<function>` if `actor` is None.

    A single put or update is a plain conditional call, at half of a transaction's cost; the write token on the item
    makes a retry after a lost response recognisable, unless somebody else wrote the item in between. A single deletion
    is a transaction, because it leaves no item. So is a relative write, which must not be made twice.

    Raises:
        Exception: the refusal of the first write whose condition fails.
        Unavailable: DynamoDB is throttled or down, other transactions hold the items for too long, or it is unknown
            whether a single write was made.
    """
    if not writes:
        return
    actor = actor or f"system:{os.environ.get('POWERTOOLS_SERVICE_NAME', 'unnamed')}"
    text = write_token(token, clock.now(), actor)
    with_token = [with_write_token(write, text) for write in writes]
    if len(with_token) == 1 and with_token[0].kind in _SINGLE_CALLS and not with_token[0].relative:
        _commit_one(with_token[0], text)
    else:
        _commit_all(with_token, token)


def _commit_one(write: Write, text: str) -> None:
    call = getattr(client(), _SINGLE_CALLS[write.kind])
    repeated = False
    for attempt in range(MAX_ATTEMPTS):
        try:
            _call(call, **write.request, **_RETURN_OLD)
        except WriteConflict as conflict:
            repeated = repeated or _was_repeated(conflict.__cause__)
            pause(attempt)
        except ClientError as error:
            item = _failed_item(error)
            if item is not None and item.get(WRITE_TOKEN) == text:
                return
            if repeated or _was_repeated(error):
                # An earlier attempt may have been made before somebody else wrote the item.
                raise Unavailable(_UNKNOWN_OUTCOME) from error
            raise write.refusal(item) from error
        else:
            return
    raise Unavailable(_MANY_WRITERS)


def _was_repeated(error: BaseException | None) -> bool:
    """Whether the SDK sent the request more than once, so that an attempt before the last may have been made."""
    return isinstance(error, ClientError) and error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0


def _commit_all(writes: Sequence[Write], token: str) -> None:
    items = [{write.kind: {**write.request, **_RETURN_OLD}} for write in writes]
    try:
        _call_until_free(client().transact_write_items, TransactItems=items, ClientRequestToken=token)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        for write, reason in zip(writes, reasons, strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                raise write.refusal(plain_item(reason["Item"]) if reason.get("Item") else None) from error
        raise


def write_many(writes: Sequence[Write]) -> None:
    """Make any number of unconditional puts and deletions of different items, in batches that are not atomic.

    Raises:
        Unavailable: some writes were not made; the same call can be repeated.
    """
    for first in range(0, len(writes), _BATCH):
        requested: dict[str, list[dict[str, Any]]] = {}
        for write in writes[first : first + _BATCH]:
            part = "Item" if write.kind == "Put" else "Key"
            requested.setdefault(write.request["TableName"], []).append(
                {f"{write.kind}Request": {part: write.request[part]}}
            )
        for attempt in range(MAX_ATTEMPTS):
            requested = _call(client().batch_write_item, RequestItems=requested).get("UnprocessedItems") or {}
            if not requested:
                break
            pause(attempt)
        else:
            raise Unavailable


_NEEDS_RETRY = "needs-retry.dynamodb.UpdateItem"
_NOT_SENT = (EndpointConnectionError, ConnectTimeoutError)
_SERVER_ERROR = 500
_must_not_repeat: ContextVar[bool] = ContextVar("_must_not_repeat", default=False)
_BATCH = 25
_MANY_WRITERS = "Many people are changing this at once. Please try again in a moment."
_UNKNOWN_OUTCOME = "It is not certain whether this was saved. Please look, and try again if it was not."
_SINGLE_CALLS = {"Put": "put_item", "Update": "update_item"}
_RETURN_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _projection(columns: Iterable[str]) -> str:
    return ", ".join(f"#{column}" for column in columns)


def _failed_item(error: ClientError) -> Item | None:
    """The item whose condition failed; other errors are raised again."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    response: Mapping[str, Any] = error.response
    return plain_item(response["Item"]) if response.get("Item") else None


def _call_until_free(operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Call DynamoDB, and repeat the call while another transaction holds the items."""
    for attempt in range(MAX_ATTEMPTS):
        try:
            return _call(operation, **request)
        except WriteConflict:
            pause(attempt)
    raise Unavailable(_MANY_WRITERS)


def _call(operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Call DynamoDB, and map its errors to domain exceptions, except for failed conditions."""
    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        if code == "TransactionCanceledException" and "ConditionalCheckFailed" in reasons:
            raise
        if code in _CONFLICTS or reasons & _CONFLICTS:
            raise WriteConflict from error
        if (
            code in _UNAVAILABLE
            or reasons & _UNAVAILABLE_REASONS
            or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        ):
            raise Unavailable from error
        raise
    except BotoCoreError as error:
        raise Unavailable from error
    return answer
