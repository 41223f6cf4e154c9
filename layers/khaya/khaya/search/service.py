"""What keeps search up to date: the thing as it is now, and the rows that say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.platform.data.unit_of_work import read
from khaya.search import store
from khaya.search.model import Kind, entry_of

_KEYS: Final[Mapping[Kind, store.KeyOf]] = {"jobs": jobs.key, "listings": listings.key}


def refresh(kind: Kind, thing_id: str, earlier: Collection[str]) -> bool:
    """Bring the rows of a thing in line with it, and answer whether it can be found.

    `earlier` are the words of the title before and after the change that led here. The thing is read as it is now, so
    it does not matter how often a change is told, nor in which order.
    """
    entry = entry_of(kind, read(_KEYS[kind](thing_id)))
    store.bring_in_line(kind, thing_id, entry, earlier)
    return entry is not None
