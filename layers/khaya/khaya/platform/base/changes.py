"""The change of one stored item, as consumers and events read it."""

from dataclasses import dataclass

from khaya.platform.base.models import Item


@dataclass(frozen=True)
class Change:
    """A change of one item.

    Attributes:
        id: the stream's event id; the same on every delivery of the change.
        resource: the resource that the table holds, for example `jobs`.
        before: the item before the change; None if it was created.
        after: the item after the change; None if it was deleted.
        at: the time of the change.
        actor: the id of the person who made it, or `system:<function>`; None if unknown, as for deleted items.
    """

    id: str
    resource: str
    before: Item | None
    after: Item | None
    at: str
    actor: str | None
