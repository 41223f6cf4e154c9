"""Repairs the rows of the words of a title.

Rows of words that a title had before are not found, because nothing lists them. They find nothing: a search reads the
items themselves.
"""

from __future__ import annotations

from khaya.platform.base.text import index_words
from khaya.platform.data.corrections import require_settled
from khaya.platform.data.unit_of_work import read
from khaya.platform.work.repairs import Run, send_again
from khaya.search import store
from khaya.search.consumer import NAME
from khaya.search.model import Kind, entry_of


def repair_words(object_id: str, run: Run, *, kind: Kind, key: store.KeyOf) -> int:
    """Have the rows of a job or listing written or deleted if they differ from it; returns the differences.

    Raises:
        NotSettled: somebody wrote it a moment ago.
    """
    item = read(key(object_id))
    if item is None or "title" not in item:
        return 0
    require_settled(item, run.now)
    words = sorted(index_words(item["title"]))
    if not store.has_outdated_rows(kind, object_id, entry_of(kind, item), words):
        return 0
    return send_again("derived", NAME, {"kind": kind, "id": object_id, "words": words}, f"{kind}/{object_id}", run.now)
