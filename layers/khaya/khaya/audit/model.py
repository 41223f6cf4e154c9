"""The entries of the audit trail: one for each event about money, a role, a state or an admin's decision."""

from typing import Any

from pydantic import Field

from khaya.events.model import Event
from khaya.platform.base.models import Model

Value = str | int | bool | list[str] | None
"""The value of a field: a state, an amount in cents, a flag or roles; None if it had none."""


class FieldChange(Model):
    """The values of one field before and after a change."""

    field: str
    before: Value = Field(default=None, validation_alias="from", serialization_alias="from")
    after: Value = Field(default=None, validation_alias="to", serialization_alias="to")


class AuditEntry(Model):
    """One entry of the audit trail.

    Attributes:
        id: the event's id: equal when the event is repeated, and ordered by time.
        action: the event's kind, such as `job.cancelled`.
        object: the changed object, such as `jobs/<id>`.
        actor: a person's id or `system:<function>`; None if it is unknown.
    """

    id: str
    action: str
    object: str
    actor: str | None = None
    at: str
    changes: list[FieldChange]


_ALWAYS_AUDITED = frozenset(
    {
        "job.submitted",
        "listing.moderated",
        "review.moderated",
        "report.resolved",
        "story.moderated",
        "story.removed",
        "adjustment.proposed",
        "adjustment.refused",
        "payout.decided",
        "refund.decided",
        "person.verification_requested",
        "person.verification_refused",
        "person.suspended",
        "person.reinstated",
        "person.made_admin",
        "person.ended_admin",
        "person.password_changed",
        "person.contact_changed",
        "person.payout_account_changed",
        "person.erased",
    }
)
"""Audited even if no audited field changed, since the action itself matters."""


def is_audited(event: Event) -> bool:
    """Whether an event belongs in the audit trail. Edits of text, replies and reminders do not."""
    return bool(event.changes) or event.kind in _ALWAYS_AUDITED


def entry_of(event: Event) -> AuditEntry:
    """The audit entry of an event. It holds the changed fields and nothing else of the event's detail."""
    changes: dict[str, tuple[Any, Any]] = event.changes
    differences = [FieldChange(field=name, before=was, after=now) for name, (was, now) in changes.items()]
    return AuditEntry(
        id=event.id, action=event.kind, object=event.object, actor=event.actor, at=event.at, changes=differences
    )
