"""Stored items: what one holds, and how a fault of ours might leave it."""

from __future__ import annotations

from typing import Any

from khaya.platform.data.writes import typed_item
from tests.support import stand_in
from tests.support.stand_in import stored
from tests.support.template import function_environment


def damage(table: str, key: dict[str, str], **fields: Any) -> None:
    """Set fields of an item (None removes one), without a write token: what a fault of ours might leave."""
    name = function_environment()[f"{table.upper()}_TABLE"]
    client = stand_in.client("dynamodb")
    item = client.get_item(TableName=name, Key=typed_item(key))["Item"]
    kept = {name: value for name, value in item.items() if name not in fields}
    client.put_item(TableName=name, Item={**kept, **typed_item(fields)})


def item_of(table: str, object_id: str) -> dict[str, Any]:
    return next(row for row in stored(table) if row.get("id", row.get("userId")) == object_id)
