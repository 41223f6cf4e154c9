"""A faster moto.

Before each transaction moto copies every table that it touches, with its stream, once for every write. Here only the
written items are copied, and restored if the transaction is cancelled. Lookups that moto repeats for every attribute and
expression are cached.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.core.serialize import AttributePicker
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser

_transact = DynamoDBBackend.transact_write_items
_pick = AttributePicker.__call__
_processed: dict[type, tuple[type, ...]] = {}
_TYPES = frozenset({"S", "N", "BOOL", "NULL", "L", "M", "SS", "NS", "B", "BS"})


def quicken() -> None:
    """Patch moto: copy written items instead of tables, and cache lookups."""
    Table.__deepcopy__ = lambda table, _: table  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = _transact_keeping_items  # type: ignore[method-assign,assignment]
    AttributePicker.__call__ = _pick_quickly  # type: ignore[method-assign]
    DepthFirstTraverser.nodes_to_be_processed = _nodes  # type: ignore[method-assign]


def _pick_quickly(picker: AttributePicker, context: Any) -> Any:
    """The value under a key; an attribute value such as `{"S": "text"}` has one key only."""
    there = context.obj
    if type(there) is dict and len(there) == 1 and not _TYPES.isdisjoint(there):
        return there.get(context.key)
    return _pick(picker, context)


def _nodes(traverser: Any) -> tuple[type, ...]:
    """The node types that a traverser processes, cached by its class."""
    kind = type(traverser)
    if kind not in _processed:
        _processed[kind] = tuple(traverser._processing_map())
    return _processed[kind]


def _transact_keeping_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    copies = [_copy_of_item(backend, write) for asked in transact_items for write in asked.values()]
    lengths = {table.name: len(_stream_items(table)) for table, _, _ in copies}
    try:
        _transact(backend, transact_items)
    except Exception:
        for table, key, item in copies:
            if item is None:
                table.items.pop(key, None)
            else:
                table.items[key] = item
            del _stream_items(table)[lengths[table.name] :]
        raise


def _copy_of_item(backend: DynamoDBBackend, write: dict[str, Any]) -> tuple[Any, DynamoType, Any]:
    """A table, a key in it, and a copy of its item."""
    table = backend.tables[write["TableName"]]
    key = DynamoType((write.get("Key") or write["Item"])[table.hash_key_attr])
    return table, key, copy.deepcopy(table.items.get(key))


def _stream_items(table: Table) -> list[Any]:
    return table.stream_shard.items if table.stream_shard is not None else []
