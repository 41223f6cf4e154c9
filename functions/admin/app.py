"""Routes of admins: find people, decide about them, and read the audit trail and the statistics."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.admin import service
from khaya.admin.view import AdminPersonView, AdminUserView, admin_person_view, admin_user_view
from khaya.admin_queues.view import QueuesView, queues_view
from khaya.audit import store as audit_trail
from khaya.audit.view import AuditView, audit_view
from khaya.platform.base import clock
from khaya.platform.base.dates import CalendarDate
from khaya.platform.base.emails import Email
from khaya.platform.base.phones import Phone
from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.statistics import store as statistics
from khaya.statistics.model import days_between
from khaya.statistics.view import StatisticsView, statistics_view
from khaya.users.model import Status, UserChanges
from khaya.users.store import pass_account_guard

api = Api("Admin", pass_account_guard)

ObjectName = Annotated[str, Field(max_length=200, pattern=r"^[a-z]+/[!-~]+$")]
ActorName = Annotated[str, Field(max_length=128, pattern=r"^[!-~]+$")]


@api.get("/admin/users", ADMIN, "People, newest first", body=Page[AdminUserView])
def people(
    status: Annotated[Status | None, Query()] = None,
    phone: Annotated[Phone | None, Query(description="The whole number.")] = None,
    email: Annotated[Email | None, Query(description="The whole address.")] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[AdminUserView]]:
    """All people, or those who match all given filters."""
    page_request = api.page_request(limit, cursor, status, phone, email, private=True)
    result = service.find(status, phone, email, page_request)
    return api.answer_page(result, page_request, admin_user_view)


@api.get("/admin/users/<user_id>", ADMIN, "One person", body=AdminPersonView)
def one_person(user_id: str) -> Response[AdminPersonView]:
    """With their profile, certificates, and request to be verified. The audit trail has what was decided about them."""
    user, profile = service.person(user_id)
    return api.answer(admin_person_view(user, profile, api.now))


@api.get("/admin/queues", ADMIN, "What waits for admins: how many, and since when", body=QueuesView)
def queues() -> Response[QueuesView]:
    """Each kind of thing that admins decide about. Counts appear a second or two after the change."""
    from khaya.admin_queues import service as admin_queues  # noqa: PLC0415 - no other route needs jobs

    return api.answer(queues_view(admin_queues.states(api.now)))


@api.get("/admin/audit", ADMIN, "The audit trail, newest first", body=Page[AuditView])
def audit(
    about: Annotated[
        ObjectName | None, Query(alias="object", description="`jobs/<id>`, `people/<userId>`, as in events.")
    ] = None,
    actor: Annotated[ActorName | None, Query(description="A person's id, or `system:<function>`.")] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[AuditView]]:
    """Changes of money, roles, states, and admins' decisions: who, what, when, and the values before and after.

    Entries appear a second or two after the change. They are never changed or deleted.
    """
    page_request = api.page_request(limit, cursor, about, actor, private=True)
    result = audit_trail.list_entries(about, actor, page_request)
    return api.answer_page(result, page_request, audit_view)


@api.get("/admin/statistics", ADMIN, "How the marketplace is doing", body=StatisticsView)
def figures(
    first: Annotated[
        CalendarDate | None, Query(alias="from", description="The first day; by default the 30th before the last.")
    ] = None,
    last: Annotated[CalendarDate | None, Query(alias="to", description="The last day; by default today.")] = None,
) -> Response[StatisticsView]:
    """Present totals, and the counts of each day, oldest first; of at most 31 days, by default the last thirty.

    Days are in South African time. Counts appear a second or two after the change.
    """
    today = clock.local_day(api.now)
    totals, days = statistics.read(days_between(first, last, today), today)
    return api.answer(statistics_view(totals, days, api.now))


@api.patch("/admin/users/<user_id>", ADMIN, "Decide about a person", body=AdminUserView)
def change(user_id: str, changes: Annotated[UserChanges, Body()]) -> Response[AdminUserView]:
    """Suspends or reinstates the person, or adds or removes the role admin. Lost rights are refused at once."""
    user = service.change(user_id, changes, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(admin_user_view(user))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
