"""What a table's stream tells: one item, as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.base.models import Item
from khaya.platform.data.writes import WRITE_TOKEN, plain_item, read_write_token


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
