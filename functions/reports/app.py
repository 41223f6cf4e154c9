"""Reports over REST: making them, and the admins' queue of them."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import ADMIN, SIGNED_IN
from khaya.platform.web.api import Api
from khaya.reports import service, store
from khaya.reports.model import ReportRequest, ResolutionRequest, Status
from khaya.reports.view import AdminReportView, ReportView, shown, shown_to_admin
from khaya.users.store import pass_account_guard

api = Api("Reports", pass_account_guard)


@api.post("/reports", SIGNED_IN, "Report something to the admins", status=201, body=ReportView)
def report(request: Annotated[ReportRequest, Body()]) -> Response[ReportView]:
    """Something that the caller can see. A second report of the same while the first is open is a conflict."""
    made = service.report(request, reporter=api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReportMade")
    return api.answer(shown(made), status=201, location=f"/reports/{made.id}")


@api.get("/reports", ADMIN, "Reports, oldest first", body=Page[AdminReportView])
def queue(
    status: Annotated[Status, Query()] = "open",
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[AdminReportView]]:
    """Those that wait for a decision, or with `status=resolved` those that had one."""
    page_request = api.page_request(limit, cursor, status, private=True)
    part = store.listed(status, page_request)
    items = [shown_to_admin(one) for one in part.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(part.after)))


@api.post("/reports/<id>/resolution", ADMIN, "Decide about a report", body=AdminReportView)
def resolve(id: str, request: Annotated[ResolutionRequest, Body()]) -> Response[AdminReportView]:  # noqa: A002 - the contract's name
    """Once; what follows for the reported thing is done by its own routes."""
    resolved = service.resolve(id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReportResolved")
    return api.answer(shown_to_admin(resolved))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
