"""The Audit table, keyed by `id`, and its indexes by object, by actor, by both, and of everything. Rows only ever come.

Ids are the events' own and in order of time, so each index lists newest first without an attribute more.
"""

from __future__ import annotations

from khaya.audit.model import Entry
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_ALL = "all"


class Known(Exception):
    """The trail has this entry already."""


def record(entry: Entry) -> bool:
    """Write an entry at once, outside any unit of work; False where it was there already. None is ever overwritten.

    Raises:
        Unavailable: it could not be written; the same call makes up for it.
    """
    item: Item = {**item_of(entry), "trail": _ALL}
    if entry.actor is not None:
        item["objectAndActor"] = _both(entry.object, entry.actor)
    write = writes.put(
        settings().audit_table, item, condition="attribute_not_exists(#id)", refusal=lambda _: Known(entry.id)
    )
    try:
        dynamo.commit([write], entry.id)
    except Known:
        return False
    return True


def listed(about: str | None, actor: str | None, page_request: PageRequest) -> PageResult[Entry]:
    """A page of the trail, newest first: of an object, of an actor, of both together, or all of it."""
    match about, actor:
        case None, None:
            index, attribute, value = "byTrail", "trail", _ALL
        case str(), None:
            index, attribute, value = "byObject", "object", about
        case None, str():
            index, attribute, value = "byActor", "actor", actor
        case _:
            index, attribute, value = "byObjectAndActor", "objectAndActor", _both(str(about), str(actor))
    found = lists.list_page(settings().audit_table, index, attribute, value, page_request)
    return PageResult([Entry.model_validate(row) for row in found.items], found.after)


def _both(about: str, actor: str) -> str:
    return f"{about} {actor}"
