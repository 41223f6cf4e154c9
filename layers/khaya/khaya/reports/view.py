"""A report as the API shows it: to whoever made it, and to admins."""

from __future__ import annotations

from khaya.platform.base.models import Model
from khaya.reports.model import Kind, Report, Resolution, Status


class ReportView(Model):
    """A report, as whoever made it sees it."""

    id: str
    kind: Kind
    reported_id: str
    reason: str
    status: Status
    created_at: str
    updated_at: str


class AdminReportView(ReportView):
    """A report, as admins see it."""

    reporter_id: str
    resolution: Resolution | None


def shown(report: Report) -> ReportView:
    """The report as whoever made it sees it."""
    return ReportView(**{name: getattr(report, name) for name in ReportView.model_fields})


def shown_to_admin(report: Report) -> AdminReportView:
    """The report as admins see it."""
    return AdminReportView(**{name: getattr(report, name) for name in AdminReportView.model_fields})
