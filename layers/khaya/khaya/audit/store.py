"""The Audit table, keyed by `id`, with indexes by object, by actor, by both, and by time. Entries are only ever added.

An entry's id is its event's id, which is ordered by time, so each index lists newest first by it.
"""

from __future__ import annotations

from khaya.audit.model import AuditEntry
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_ALL = "all"


class AlreadyRecorded(Exception):
    """The audit trail has this entry already."""


def record(entry: AuditEntry) -> bool:
    """Write an entry at once, outside a unit of work; returns False if it exists already.

    Raises:
        Unavailable: it could not be written. The same call is safe to repeat.
    """
    item: Item = {**item_of(entry), "partition": _ALL}
    if entry.actor is not None:
        item["objectAndActor"] = _object_and_actor(entry.object, entry.actor)
    write = writes.put(
        settings().audit_table,
        item,
        condition="attribute_not_exists(#id)",
        refusal=lambda _: AlreadyRecorded(entry.id),
    )
    try:
        dynamo.commit([write], entry.id)
    except AlreadyRecorded:
        return False
    return True


def list_entries(about: str | None, actor: str | None, page_request: PageRequest) -> PageResult[AuditEntry]:
    """A page of the audit trail, newest first: of an object, of an actor, of both, or of everything."""
    match about, actor:
        case None, None:
            index, attribute, value = "byTime", "partition", _ALL
        case str(), None:
            index, attribute, value = "byObject", "object", about
        case None, str():
            index, attribute, value = "byActor", "actor", actor
        case _:
            index, attribute = "byObjectAndActor", "objectAndActor"
            value = _object_and_actor(str(about), str(actor))
    result = lists.list_page(settings().audit_table, index, attribute, value, page_request)
    return result.mapped(AuditEntry.model_validate)


def _object_and_actor(about: str, actor: str) -> str:
    return f"{about} {actor}"
