"""An export as the API shows it to its owner."""

from typing import Literal

from khaya.exports import service
from khaya.exports.model import Export, Status
from khaya.platform.base.models import Model


class ExportView(Model):
    """The state of an export, `none` if there is none. `url` is a link for 15 minutes, once it is ready."""

    status: Status | Literal["none"]
    url: str | None
    requested_at: str | None
    expires_at: str | None


def export_view(export: Export | None) -> ExportView:
    """The export as the API shows it."""
    if export is None:
        return ExportView(status="none", url=None, requested_at=None, expires_at=None)
    return ExportView(
        status=export.export_status,
        url=service.link(export),
        requested_at=export.requested_at,
        expires_at=export.expires_at,
    )
