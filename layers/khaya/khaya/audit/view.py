"""The audit trail as admins see it."""

from __future__ import annotations

from pydantic import Field

from khaya.audit.model import Entry, Value
from khaya.platform.base.models import Model


class ObjectView(Model):
    """What something was done to: `jobs` and the job's id, `people` and the person's."""

    kind: str
    id: str


class DifferenceView(Model):
    """What one field was and what it became; null where it held nothing."""

    field: str
    before: Value = Field(validation_alias="from", serialization_alias="from")
    after: Value = Field(validation_alias="to", serialization_alias="to")


class AuditView(Model):
    """One line of the trail."""

    id: str
    action: str
    object: ObjectView
    actor_id: str | None
    at: str
    changes: list[DifferenceView]


def shown(entry: Entry) -> AuditView:
    """A line of the trail as admins see it."""
    kind, _, object_id = entry.object.partition("/")
    return AuditView(
        id=entry.id,
        action=entry.action,
        object=ObjectView(kind=kind, id=object_id),
        actor_id=entry.actor,
        at=entry.at,
        changes=[DifferenceView(field=one.field, before=one.before, after=one.after) for one in entry.changes],
    )
