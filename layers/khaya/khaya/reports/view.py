"""The API's representations of a report: for its reporter, and for admins."""

from khaya.platform.base.models import Model
from khaya.reports.model import Kind, Report, Resolution, Status


class ReportView(Model):
    """The representation of a report for its reporter."""

    id: str
    kind: Kind
    reported_id: str
    reason: str
    status: Status
    created_at: str
    updated_at: str


class AdminReportView(ReportView):
    """The representation of a report for admins."""

    reporter_id: str
    resolution: Resolution | None


def report_view(report: Report) -> ReportView:
    """The representation of the report for its reporter."""
    return ReportView(**{name: getattr(report, name) for name in ReportView.model_fields})


def admin_report_view(report: Report) -> AdminReportView:
    """The representation of the report for admins."""
    return AdminReportView(**{name: getattr(report, name) for name in AdminReportView.model_fields})
