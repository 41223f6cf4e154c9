"""Repairs the rows of the words of a title.

Rows of words that a title had before are not found, because nothing lists them. They find nothing: a search reads the
items themselves.
"""

from __future__ import annotations

from khaya.platform.base.text import index_words
from khaya.platform.data.corrections import is_settled
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import send_again
from khaya.search import store
from khaya.search.consumer import NAME
from khaya.search.model import Kind, entry_of


def repair_words(thing_id: str, now: str, *, kind: Kind, key: store.KeyOf) -> int:
    """Have the rows of a job or listing written or deleted if they differ from it; returns the differences."""
    item = read(key(thing_id))
    if item is None or "title" not in item or not is_settled(item, now):
        return 0
    words = sorted(index_words(item["title"]))
    if not store.has_outdated_rows(kind, thing_id, entry_of(kind, item), words):
        return 0
    return send_again("derived", NAME, {"kind": kind, "id": thing_id, "words": words}, f"{kind}/{thing_id}", now)
