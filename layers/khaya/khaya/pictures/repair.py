"""Repairs pictures that stay unchecked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from khaya.pictures.consumer import NAME
from khaya.platform.data.corrections import is_settled
from khaya.platform.data.unit_of_work import Key, read, read_together
from khaya.platform.work.repairs import SETTLED_SECONDS, send_again
from khaya.uploads import store as uploads
from khaya.uploads.model import Resource, showing, upload_id

KeyOf: TypeAlias = Callable[[str], Key]


def repair_pictures(object_id: str, now: str, *, resource: Resource, key: KeyOf) -> int:
    """Have the pictures of an object checked that were handed in an hour ago or earlier; returns the differences."""
    shown = showing(resource, read(key(object_id)))
    if shown is None:
        return 0
    unchecked = [one for one in shown.keys if upload_id(one) not in shown.pictures]
    found = read_together([uploads.key(one) for one in unchecked]) if unchecked else []
    mended = 0
    for item in found:
        if item and item["state"] != "offered" and is_settled(item, now, seconds=SETTLED_SECONDS):
            mended += send_again("pictures", NAME, {"key": item["key"]}, item["key"], now)
    return mended
