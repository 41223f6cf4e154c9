"""What keeps search up to date: the thing as it is now, and the rows that say so."""

from __future__ import annotations

from collections.abc import Collection

from khaya.platform.data.unit_of_work import read
from khaya.search import store
from khaya.search.model import Kind, entry_of


def refresh(kind: Kind, thing_id: str, earlier: Collection[str], key: store.KeyOf) -> bool:
    """Bring the rows of a thing in line with it, and answer whether it can be found.

    `earlier` are the words of the title before and after the change that led here; `key` tells where the thing stands
    in its own table. The thing is read as it is now, so it does not matter how often a change is told, nor in which
    order.
    """
    entry = entry_of(kind, read(key(thing_id)))
    store.replace_words(kind, thing_id, entry, earlier)
    return entry is not None
