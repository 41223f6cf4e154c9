"""The report of content that breaks the rules, and its resolution by an admin."""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Length, Line, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

Kind = Literal["profile", "job", "listing", "review", "story"]
Status = Literal["open", "resolved"]
Decision = Literal["upheld", "dismissed"]


class ReportRequest(RequestModel):
    """The request to report a profile, job, listing, review or story."""

    kind: Kind
    id: Annotated[Line, Length(1, 128), Field(description="The id of the reported object.")]
    reason: Annotated[Prose, Length(3, 1000)]


class ReportResolutionRequest(RequestModel):
    """An admin's decision on a report."""

    decision: Decision
    note: Annotated[Prose, Length(3, 1000)]


class Resolution(Model):
    """The decision on a report, its reason, moderator and time."""

    decision: Decision
    note: str
    moderator_id: str
    at: str


class Report(Model):
    """A report of content that breaks the rules."""

    id: str
    kind: Kind
    reported_id: str
    reason: str
    reporter_id: str
    subject_ids: list[str]
    """The users whom the report is about: those of the reported profile, job, listing, review or story."""
    status: Status = "open"
    resolution: Resolution | None = None
    created_at: str
    updated_at: str

    def resolved(
        self, request: ReportResolutionRequest, *, admin_id: str, parties: Collection[str], now: str
    ) -> "Report":
        """The report after an admin's decision. `parties` are the present parties of a reported job.

        Raises:
            Forbidden: the admin is the reporter, a subject of the report or a party of the reported job.
            Conflict: the report was resolved already.
        """
        if admin_id in {self.reporter_id, *self.subject_ids, *parties}:
            raise Forbidden(
                "No admin acts on a report of their own, about themselves or about a job of theirs.", code="own_affair"
            )
        if self.status != "open":
            raise Conflict("The report was resolved already.", code="report_resolved")
        resolution = Resolution(decision=request.decision, note=request.note, moderator_id=admin_id, at=now)
        return self.model_copy(update={"status": "resolved", "resolution": resolution, "updated_at": now})


def new_report(request: ReportRequest, *, reporter_id: str, subject_ids: list[str], now: str) -> Report:
    """A new open report."""
    return Report(
        id=new_id(),
        kind=request.kind,
        reported_id=request.id,
        reason=request.reason,
        reporter_id=reporter_id,
        subject_ids=subject_ids,
        created_at=now,
        updated_at=now,
    )
