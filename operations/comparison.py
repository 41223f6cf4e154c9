"""Compare a restored table with the present one, item by item, and carry over what must not be set back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

EXAMPLES = 20
"""Keys that are named for each table."""


@dataclass
class Comparison:
    """What differs between a restored table and the present one.

    Attributes:
        restored: how many items the restored table holds.
        changed: items that changed since, and are set back.
        lost: items that are newer, and are not in the restored table.
        back: items that were deleted since, and are there again.
        carried: how many of the changed and newer items were copied to the restored table.
        examples: keys of changed and newer items.
    """

    restored: int = 0
    changed: int = 0
    lost: int = 0
    back: int = 0
    carried: int = 0
    examples: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if self.carried:
            return f"{self.restored} items; {self.carried} later changes were carried over"
        newer = f"{self.changed} set back, {self.lost} newer ones gone, {self.back} deleted ones back"
        return f"{self.restored} items; {newer}"


def compare(dynamodb: Any, present: str, restored: str, *, carry: bool = False) -> Comparison:
    """Compare two tables of the same keys. Each is read once; the keys of one are held in memory, as 16 bytes an item.

    Args:
        dynamodb: a client of DynamoDB.
        present: the name of the present table.
        restored: the name of the restored one.
        carry: whether to copy the present state of changed and newer items to the restored table.
    """
    keys = [one["AttributeName"] for one in dynamodb.describe_table(TableName=present)["Table"]["KeySchema"]]
    digests = {_digest(_key(item, keys)): _digest(item) for item in _items(dynamodb, restored)}
    found = Comparison(restored=len(digests))
    for item in _items(dynamodb, present):
        before = digests.pop(_digest(_key(item, keys)), None)
        if before == _digest(item):
            continue
        if carry:
            dynamodb.put_item(TableName=restored, Item=item)
            found.carried += 1
            found.restored += before is None
        elif before is None:
            found.lost += 1
        else:
            found.changed += 1
        if len(found.examples) < EXAMPLES:
            found.examples.append("/".join(str(next(iter(item[name].values()))) for name in keys))
    found.back = len(digests)
    return found


def _items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def _key(item: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
    return {name: item[name] for name in keys}


def _digest(value: Any) -> bytes:
    """A hash by which equal items are known. 8 bytes: with ten million items a mistake has a chance of 1 to 370,000."""
    text = json.dumps(_ordered(value), sort_keys=True, default=lambda one: bytes(one).hex())
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _ordered(value: Any) -> Any:
    """A value whose sets, which have no order, are sorted."""
    if isinstance(value, dict):
        return {name: sorted(one) if _is_set(name, one) else _ordered(one) for name, one in value.items()}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def _is_set(name: str, value: Any) -> bool:
    return name in {"SS", "NS", "BS"} and isinstance(value, list)
