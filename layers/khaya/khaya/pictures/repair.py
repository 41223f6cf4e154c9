"""Repairs pictures that stay unchecked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from khaya.pictures.consumer import NAME
from khaya.platform.data.corrections import require_settled
from khaya.platform.data.unit_of_work import Key, read, read_together
from khaya.platform.work.repairs import SETTLED_SECONDS, Run, send_again
from khaya.uploads import store as uploads
from khaya.uploads.model import Resource, showing, upload_id

KeyOf: TypeAlias = Callable[[str], Key]


def repair_pictures(object_id: str, run: Run, *, resource: Resource, key: KeyOf) -> int:
    """Have the pictures of an object checked that were handed in an hour ago or earlier; returns the differences.

    Raises:
        NotSettled: one was handed in later.
    """
    shown = showing(resource, read(key(object_id)))
    if shown is None:
        return 0
    unchecked = [one for one in shown.keys if upload_id(one) not in shown.pictures]
    found = read_together([uploads.key(one) for one in unchecked]) if unchecked else []
    waiting = [item for item in found if item and item["state"] != "offered"]
    for item in waiting:
        require_settled(item, run.now, seconds=SETTLED_SECONDS)
    return sum(send_again("pictures", NAME, {"key": item["key"]}, item["key"], run.now) for item in waiting)
