"""What stands in the audit trail: one entry for each event that moved money, a role, a state or an admin's decision."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from khaya.events.model import Event
from khaya.platform.base.models import Model

Value = str | int | bool | list[str] | None
"""What a field holds: a state, an amount in cents, a yes or no, roles; None where it held nothing."""


class Difference(Model):
    """What one field was and what it became."""

    field: str
    before: Value = Field(default=None, validation_alias="from", serialization_alias="from")
    after: Value = Field(default=None, validation_alias="to", serialization_alias="to")


class Entry(Model):
    """One line of the trail.

    Attributes:
        id: the event's: the same however often it is told, and in order of time.
        action: the event's kind, such as `job.cancelled`.
        object: what it was done to, such as `jobs/<id>`.
        actor: who did it: a person's id, or `system:<function>`; None where that is not known.
    """

    id: str
    action: str
    object: str
    actor: str | None = None
    at: str
    changes: list[Difference]


_ALWAYS = frozenset(
    {
        "job.submitted",
        "listing.moderated",
        "review.moderated",
        "report.resolved",
        "story.moderated",
        "story.removed",
        "adjustment.proposed",
        "person.suspended",
        "person.reinstated",
        "person.made_admin",
        "person.ended_admin",
        "person.payout_account_changed",
        "person.erased",
    }
)
"""Kept even where every audited field is as it was: that it was done is what counts."""


def kept(event: Event) -> bool:
    """Whether an event belongs in the trail. A text that was edited, a reply or a reminder does not."""
    return bool(event.changes) or event.kind in _ALWAYS


def entry_of(event: Event) -> Entry:
    """The line that tells of an event. Of its detail nothing is kept but what was changed."""
    changes: dict[str, tuple[Any, Any]] = event.changes
    differences = [Difference(field=name, before=was, after=now) for name, (was, now) in changes.items()]
    return Entry(
        id=event.id, action=event.kind, object=event.object, actor=event.actor, at=event.at, changes=differences
    )
