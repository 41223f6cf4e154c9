"""The admins' routes: finding people, and deciding who may act and who is an admin."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import AfterValidator, Field, WithJsonSchema

from khaya.access import ADMIN
from khaya.api import Api
from khaya.fields import Line
from khaya.pages import Limit, Page
from khaya.users import service
from khaya.users.model import Status, UserChanges, normal_phone
from khaya.users.view import AdminUserView, shown_to_admin

api = Api("Admin")

Phone = Annotated[
    Line,
    Field(max_length=40),
    AfterValidator(normal_phone),
    WithJsonSchema({"type": "string", "pattern": r"^(0[678][0-9]{8}|\+[1-9][0-9]{6,14})$"}),
]
Address = Annotated[Line, Field(min_length=1, max_length=254), AfterValidator(str.lower)]


@api.get("/admin/users", ADMIN, "People, newest first", body=Page[AdminUserView])
def people(
    status: Annotated[Status | None, Query()] = None,
    phone: Annotated[Phone | None, Query(description="The whole number.")] = None,
    email: Annotated[Address | None, Query(description="The whole address.")] = None,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[AdminUserView]]:
    """All of them, or those whom every filter that is named holds for."""
    ask = api.ask(limit, cursor, status, phone, email, private=True)
    part = service.find(status, phone, email, ask)
    items = [shown_to_admin(user) for user in part.items]
    return api.answer(Page(items=items, next_cursor=ask.cursor_after(part.after)))


@api.patch("/admin/users/<user_id>", ADMIN, "Decide about a person", body=AdminUserView)
def change(user_id: str, changes: Annotated[UserChanges, Body()]) -> Response[AdminUserView]:
    """Suspends or reinstates them, makes them an admin or ends it; what is taken is refused at once."""
    user = service.change(user_id, changes, admin_id=api.caller.user_id, now=api.now, unit=api.unit)
    api.count("PersonDecided")
    return api.answer(shown_to_admin(user))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
