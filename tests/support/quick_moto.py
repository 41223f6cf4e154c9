"""moto's transactions, made quick enough to test with.

Before each transaction moto copies every table that it touches, once for every write, with all that the table's stream
has told so far. Here only the items that are written are kept, and put back where the transaction is cancelled.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_transact = DynamoDBBackend.transact_write_items


def quicken() -> None:
    """Let moto keep what a transaction writes instead of whole tables."""
    Table.__deepcopy__ = lambda table, _: table  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = _transact_keeping_items  # type: ignore[method-assign,assignment]


def _transact_keeping_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    kept = [_kept(backend, write) for asked in transact_items for write in asked.values()]
    lengths = {table.name: len(_told(table)) for table, _, _ in kept}
    try:
        _transact(backend, transact_items)
    except Exception:
        for table, key, item in kept:
            if item is None:
                table.items.pop(key, None)
            else:
                table.items[key] = item
            del _told(table)[lengths[table.name] :]
        raise


def _kept(backend: DynamoDBBackend, write: dict[str, Any]) -> tuple[Any, DynamoType, Any]:
    """A table, a key in it, and a copy of what stands under it."""
    table = backend.tables[write["TableName"]]
    key = DynamoType((write.get("Key") or write["Item"])[table.hash_key_attr])
    return table, key, copy.deepcopy(table.items.get(key))


def _told(table: Table) -> list[Any]:
    return table.stream_shard.items if table.stream_shard is not None else []
