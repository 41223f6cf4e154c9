"""A report of something that should not be in the marketplace, and what an admin made of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import REMOVED, Line, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

Kind = Literal["profile", "job", "listing", "review", "story"]
Status = Literal["open", "resolved"]
Decision = Literal["upheld", "dismissed"]


class ReportRequest(RequestModel):
    """What somebody reports, and why."""

    kind: Kind
    id: Annotated[Line, Field(min_length=1, max_length=128, description="The id of what is reported.")]
    reason: Annotated[Prose, Field(min_length=3, max_length=1000)]


class ResolutionRequest(RequestModel):
    """What an admin made of a report."""

    decision: Decision
    note: Annotated[Prose, Field(min_length=3, max_length=1000)]


class Resolution(Model):
    """Who decided what about a report, when and why."""

    decision: Decision
    note: str
    moderator_id: str
    at: str


class Report(Model):
    """What a person has brought to the admins' notice."""

    id: str
    kind: Kind
    reported_id: str
    reason: str
    reporter_id: str
    concerns: list[str]
    """The people it is about: whose profile, job, listing, review or story it is."""
    status: Status = "open"
    resolution: Resolution | None = None
    created_at: str
    updated_at: str

    def forgotten(self) -> Report:
        """The report without what its reporter wrote, who has left. What it points at stays for the admins."""
        return self.model_copy(update={"reason": REMOVED})

    def resolved(self, request: ResolutionRequest, *, admin_id: str, parties: Collection[str], now: str) -> Report:
        """The report with an admin's decision. `parties` are those of a reported job, who may have come later.

        Raises:
            Forbidden: the admin made the report, or it is about them or a job of theirs.
            Conflict: it was resolved before.
        """
        if admin_id in {self.reporter_id, *self.concerns, *parties}:
            raise Forbidden("No admin acts on a report of their own, about themselves or about a job of theirs.")
        if self.status != "open":
            raise Conflict("The report was resolved already.")
        resolution = Resolution(decision=request.decision, note=request.note, moderator_id=admin_id, at=now)
        return self.model_copy(update={"status": "resolved", "resolution": resolution, "updated_at": now})


def made(request: ReportRequest, *, reporter_id: str, concerns: list[str], now: str) -> Report:
    """A new report."""
    return Report(
        id=new_id(),
        kind=request.kind,
        reported_id=request.id,
        reason=request.reason,
        reporter_id=reporter_id,
        concerns=concerns,
        created_at=now,
        updated_at=now,
    )
