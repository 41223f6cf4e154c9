"""The audit trail in the API's responses."""

from pydantic import Field

from khaya.audit.model import AuditEntry, Value
from khaya.platform.base.models import Model


class ObjectView(Model):
    """The changed object: `jobs` and the job's id, or `people` and the person's."""

    kind: str
    id: str


class FieldChangeView(Model):
    """The values of one field before and after a change; null if it had none."""

    field: str
    before: Value = Field(validation_alias="from", serialization_alias="from")
    after: Value = Field(validation_alias="to", serialization_alias="to")


class AuditView(Model):
    """One entry of the audit trail."""

    id: str
    action: str
    object: ObjectView
    actor_id: str | None
    at: str
    changes: list[FieldChangeView]


def audit_view(entry: AuditEntry) -> AuditView:
    """An entry of the audit trail for admins."""
    kind, _, object_id = entry.object.partition("/")
    return AuditView(
        id=entry.id,
        action=entry.action,
        object=ObjectView(kind=kind, id=object_id),
        actor_id=entry.actor,
        at=entry.at,
        changes=[FieldChangeView(field=one.field, before=one.before, after=one.after) for one in entry.changes],
    )
