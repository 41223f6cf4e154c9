"""Routes of reports: making them, and the queue for admins."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, SIGNED_IN
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.reports import service, store
from khaya.reports.model import ReportRequest, ReportResolutionRequest, Status
from khaya.reports.view import AdminReportView, ReportView, admin_report_view, report_view
from khaya.users.store import pass_account_guard

api = Api("Reports", pass_account_guard)


@api.post("/reports", SIGNED_IN, "Report an object to the admins", status=201, body=ReportView)
def report(request: Annotated[ReportRequest, Body()]) -> Response[ReportView]:
    """Reports an object that the caller can see. A person has at most one open report per object."""
    new = service.report(request, reporter=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReportCreated")
    return api.answer(report_view(new), status=201)


@api.get("/reports", ADMIN, "Reports, oldest first", body=Page[AdminReportView])
def queue(
    status: Annotated[Status, Query()] = "open",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[AdminReportView]]:
    """Open reports, or resolved ones with `status=resolved`."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = store.with_status(status, page_request)
    return api.answer_page(result, page_request, admin_report_view)


@api.post("/reports/<id>/resolution", ADMIN, "Resolve a report", body=AdminReportView)
def resolve(id: str, request: Annotated[ReportResolutionRequest, Body()]) -> Response[AdminReportView]:  # noqa: A002 - the name in the API contract
    """Records a final decision. Measures against the reported object have their own routes."""
    resolved = service.resolve(id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(admin_report_view(resolved))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
