"""The step of an erasure about parked stream records, which hold whole items, before and after a change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from khaya.personal_data import sources
from khaya.personal_data.items import image_without_person
from khaya.personal_data.places import ADMIN
from khaya.platform.base import observability
from khaya.platform.base.models import Item
from khaya.platform.data.stream_records import resource_of, with_images
from khaya.platform.work import parked_records


def remove_from_parked(user_id: str, now: str) -> Iterator[None]:
    """Remove the person's data from parked records, which can still be replayed then.

    A record whose key is the person's contact is deleted, and so is one that concerns them and cannot be read.
    """
    del now
    decided: set[str] | None = None

    def forget(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        nonlocal decided
        if user_id not in json.dumps(record) and not _has_admins_words(record):
            return record
        if decided is None:
            decided = sources.objects_decided_by(user_id)
        try:
            return _without_person(record, user_id, decided)
        except Exception as error:  # noqa: BLE001 - a record may be parked because nothing can read it
            observability.logger().error("parked record deleted", extra={"error": type(error).__name__})
            return None

    for _ in parked_records.rewrite(forget):
        yield


def _without_person(record: Mapping[str, Any], user_id: str, decided: set[str]) -> Mapping[str, Any] | None:
    resource = resource_of(record)

    def change(image: Item) -> Item:
        is_admin = bool(image.get("closing")) and f"{resource}/{image.get('id')}" in decided
        return image_without_person(resource, image, user_id, as_=(ADMIN,) if is_admin else ())

    return with_images(record, change)


def _has_admins_words(record: Mapping[str, Any]) -> bool:
    """Whether an image holds an admin's reason without the admin's id, as that of a closed job."""
    images = record.get("dynamodb", {})
    return any("closing" in images.get(name, {}) for name in ("OldImage", "NewImage"))
