"""The facts of uploads on the items that show them, in the map `pictures` of each such item's own table.

They are written without a new version of the item: nobody edited it, so what its owner has read does not go stale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.data import writes
from khaya.platform.data.unit_of_work import Key
from khaya.uploads.model import PictureFacts

_MAP = "pictures"


def set_facts(key: Key, item: Item, upload_id: str, facts: PictureFacts) -> writes.Write:
    """Write the facts of one upload; refused as `WriteConflict` where the item is gone or changed in between."""
    if _MAP not in item:
        return writes.update(
            *key,
            f"SET #{_MAP} = :first",
            condition=f"attribute_exists(#{_name(key)}) AND attribute_not_exists(#{_MAP})",
            refusal=lambda _: WriteConflict(),
            values={"first": {upload_id: item_of(facts)}},
        )
    return writes.update(
        *key,
        f"SET #{_MAP}.#{upload_id} = :facts",
        condition=f"attribute_exists(#{_MAP})",
        refusal=lambda _: WriteConflict(),
        values={"facts": item_of(facts)},
    )


def set_public(key: Key, public: Mapping[str, bool], removed: Collection[str]) -> writes.Write:
    """Write, by upload id, whether there are public copies, and drop the facts of the uploads in `removed`."""
    values = {f"in_{name}": there for name, there in public.items()}
    kept = [f"#{_MAP}.#{name}.#public = :in_{name}" for name in public]
    gone = [f"#{_MAP}.#{name}" for name in removed]
    parts = [f"SET {', '.join(kept)}" if kept else "", f"REMOVE {', '.join(gone)}" if gone else ""]
    there = " AND ".join(f"attribute_exists(#{_MAP}.#{name})" for name in [*public, *removed])
    return writes.update(
        *key,
        " ".join(part for part in parts if part),
        condition=there,
        refusal=lambda _: WriteConflict(),
        values=values or None,
    )


def _name(key: Key) -> str:
    return next(iter(key[1]))
