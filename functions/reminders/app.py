"""Routes of reminders: set, list and delete one's own."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.platform.data.pages import Page
from khaya.platform.web.access import SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.reminders import service, store
from khaya.reminders.model import ReminderRequest, own
from khaya.reminders.view import ReminderView, reminder_view
from khaya.users.store import pass_account_guard

api = Api("Reminders", pass_account_guard)

OWNER = Access("the person who set the reminder")


@api.post("/reminders", SIGNED_IN, "Set a reminder", status=201, body=ReminderView)
def create(request: Annotated[ReminderRequest, Body()]) -> Response[ReminderView]:
    """It is sent within five minutes of its time, also at night. At most 50 may wait, and two years at most."""
    reminder = own(request, user_id=api.caller.user_id, now=api.now)
    api.unit_of_work.add(*store.create_own(reminder))
    return api.answer(reminder_view(reminder), status=201)


@api.get("/reminders", SIGNED_IN, "One's own reminders, soonest due first", body=Page[ReminderView])
def mine(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[ReminderView]]:
    """Waiting reminders first, then those sent in the last three months."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.of_person(api.caller.user_id, page_request)
    return api.answer_page(result, page_request, reminder_view)


@api.delete("/reminders/<id>", OWNER, "Delete a reminder", status=204)
def delete(id: str) -> Response[None]:  # noqa: A002 - the contract's name
    """A waiting reminder or one that was sent."""
    service.remove_own(id, api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
