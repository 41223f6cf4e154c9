"""Reads the records of DynamoDB streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.base.models import Item
from khaya.platform.data.writes import WRITE_TOKEN, plain_item, read_write_token, typed_item

_IMAGES: Final = ("OldImage", "NewImage")


def change_in(record: Mapping[str, Any]) -> Change:
    """The change in a record of a DynamoDB stream. Tables are named `khaya-<resource>-<environment>-<generation>`."""
    resource = resource_of(record)
    images = record["dynamodb"]
    before = plain_item(images["OldImage"]) if "OldImage" in images else None
    after = plain_item(images["NewImage"]) if "NewImage" in images else None
    at, actor = _time_and_actor(before or {}, after or {}, record)
    return Change(
        id=record["eventID"],
        resource=resource,
        before=before,
        after=after,
        at=at,
        actor=actor,
    )


def resource_of(record: Mapping[str, Any]) -> str:
    """The kind of item in a record, such as `jobs`."""
    resource: str = record["eventSourceARN"].split("/")[1].split("-")[1]
    return resource


def images_of(record: Mapping[str, Any]) -> list[Item]:
    """The item before and after the change, as far as the record has them."""
    images = record["dynamodb"]
    return [plain_item(images[name]) for name in _IMAGES if name in images]


def with_images(record: Mapping[str, Any], change: Callable[[Item], Item]) -> Mapping[str, Any] | None:
    """The record with what `change` returns for its images; the same object if that is nothing new.

    None if a changed image lacks a part of the item's key.
    """
    images = dict(record["dynamodb"])
    has_changed = False
    for name in _IMAGES:
        if name in images:
            before = plain_item(images[name])
            after = change(before)
            if not images["Keys"].keys() <= after.keys():
                return None
            if after != before:
                images[name] = typed_item(after)
                has_changed = True
    return {**record, "dynamodb": images} if has_changed else record


def created_at(record: Mapping[str, Any]) -> str:
    """When DynamoDB made a record, in whole seconds."""
    created: float | datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    return clock.iso(created if isinstance(created, datetime) else datetime.fromtimestamp(created, UTC))


def _time_and_actor(before: Item, after: Item, record: Mapping[str, Any]) -> tuple[str, str | None]:
    """The time and actor in the write token of this change; without one, the stream's time and None."""
    token = after.get(WRITE_TOKEN)
    if token is not None and token != before.get(WRITE_TOKEN):
        return read_write_token(token)
    return created_at(record), None
