"""Updates the search rows of a job or listing from its current state."""

from __future__ import annotations

from collections.abc import Collection

from khaya.platform.data.unit_of_work import read
from khaya.search import store
from khaya.search.model import Kind, entry_of


def refresh(kind: Kind, object_id: str, earlier: Collection[str], key: store.KeyOf) -> bool:
    """Update the search rows of an item; returns whether the item is searchable.

    `earlier` are the words of the title before and after the change; `key` returns the item's table and key.
    The current item is read, so messages may be repeated and come in any
    order.
    """
    entry = entry_of(kind, read(key(object_id)))
    store.replace_words(kind, object_id, entry, earlier)
    return entry is not None
