"""What a table's stream tells: one item, as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.models import Item
from khaya.platform.data.writes import WRITE_TOKEN, plain_item, read_write_token


@dataclass(frozen=True)
class Change:
    """A change of one item.

    Attributes:
        id: the stream's own name for the change; the same when it is delivered again.
        resource: the marketplace's name of the table, for example `jobs`.
        before: the item as it was, None where it is new.
        after: the item as it is, None where it was removed.
        at: when it was made.
        actor: who made it: a person, or `khaya:<function>`; None where that is not known, as of what was removed.
    """

    id: str
    resource: str
    before: Item | None
    after: Item | None
    at: str
    actor: str | None


def change_in(record: Mapping[str, Any]) -> Change:
    """The change in a record of a DynamoDB stream. Tables are named `khaya-<resource>-<environment>`."""
    table = record["eventSourceARN"].split("/")[1]
    images = record["dynamodb"]
    before = plain_item(images["OldImage"]) if "OldImage" in images else None
    after = plain_item(images["NewImage"]) if "NewImage" in images else None
    at, actor = _made(before or {}, after or {}, images["ApproximateCreationDateTime"])
    return Change(
        id=record["eventID"],
        resource=table.removeprefix("khaya-").rpartition("-")[0],
        before=before,
        after=after,
        at=at,
        actor=actor,
    )


def _made(before: Item, after: Item, about: float | datetime) -> tuple[str, str | None]:
    """When and by whom, from the stamp that this change left; without one, the time that the stream tells."""
    stamp = after.get(WRITE_TOKEN)
    if stamp is not None and stamp != before.get(WRITE_TOKEN):
        return read_write_token(stamp)
    moment = about if isinstance(about, datetime) else datetime.fromtimestamp(about, UTC)
    return clock.iso(moment), None
