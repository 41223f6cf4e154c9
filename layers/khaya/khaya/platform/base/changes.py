"""The change of one item, as consumers and events read it."""

from __future__ import annotations

from dataclasses import dataclass

from khaya.platform.base.models import Item


@dataclass(frozen=True)
class Change:
    """A change of one item.

    Attributes:
        id: the stream's own name for the change; the same when it is delivered again.
        resource: the marketplace's name of the table, for example `jobs`.
        before: the item as it was, None where it is new.
        after: the item as it is, None where it was removed.
        at: when it was made.
        actor: who made it: a person, or `khaya:<function>`; None where that is not known, as of what was removed.
    """

    id: str
    resource: str
    before: Item | None
    after: Item | None
    at: str
    actor: str | None
