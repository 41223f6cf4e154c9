"""What a table's stream tells: one item, as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khaya.attributes import Item, plain_item


@dataclass(frozen=True)
class Change:
    """A change of one item.

    Attributes:
        id: the stream's own name for the change; the same when it is delivered again.
        resource: the marketplace's name of the table, for example `jobs`.
        before: the item as it was, None where it is new.
        after: the item as it is, None where it was removed.
    """

    id: str
    resource: str
    before: Item | None
    after: Item | None


def change_of(record: Mapping[str, Any]) -> Change:
    """The change in a record of a DynamoDB stream. Tables are named `khaya-<resource>-<environment>`."""
    table = record["eventSourceARN"].split("/")[1]
    images = record["dynamodb"]
    return Change(
        id=record["eventID"],
        resource=table.removeprefix("khaya-").rpartition("-")[0],
        before=plain_item(images["OldImage"]) if "OldImage" in images else None,
        after=plain_item(images["NewImage"]) if "NewImage" in images else None,
    )
