"""Writes that hide items from the public, and show them again.

Hiding changes neither the version nor the times of an item, so that a shown item is exactly what it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.feeds import HIDDEN
from khaya.platform.base.models import Item
from khaya.platform.data import writes


def set_hidden(table: str, key: Mapping[str, str], before: Item, after: Item) -> writes.Write:
    """The write that hides or shows an item of which `before` and `after` are the stored forms.

    Refused if the item changed, because the attributes of its indexes follow from its other fields.
    """
    return writes.replace(
        table,
        key,
        before,
        after,
        condition="#version = :version AND #status = :status AND "
        + writes.same_presence(HIDDEN, present=bool(before.get(HIDDEN))),
        refusal=lambda _: WriteConflict(),
        values={"version": before["version"], "status": before["status"]},
    )
