"""Notifications over REST: the inbox, how people want to be told of things, and the devices that are pushed to."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.notifications import service, store, view
from khaya.notifications.model import PreferencesReplacement, Registration
from khaya.notifications.view import DeviceView, InboxView, PreferencesView, ReadView, UnreadView
from khaya.platform.data.pages import Limit
from khaya.platform.web.access import SIGNED_IN
from khaya.platform.web.api import Api
from khaya.users.store import pass_account_guard

api = Api("Notifications", pass_account_guard)


@api.get("/notifications", SIGNED_IN, "One's inbox, newest first", body=InboxView)
def inbox(
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[InboxView]:
    """In the caller's language of today, with how many are unread in all."""
    page_request = api.page_request(limit, cursor, private=True)
    part, person = service.inbox(api.caller.user_id, page_request)
    items = [view.shown(one, person) for one in part.items]
    return api.answer(
        InboxView(items=items, next_cursor=page_request.cursor_after(part.after), unread_count=person.unread)
    )


@api.post("/notifications/<id>/read", SIGNED_IN, "Mark a notification as read", body=ReadView)
def read(id: str) -> Response[ReadView]:  # noqa: A002 - the contract's name
    """Doing so again changes nothing."""
    notification, person = service.read(id, api.caller.user_id, unit_of_work=api.unit_of_work)
    api.count("NotificationRead")
    return api.answer(view.shown_read(notification, person))


@api.post("/notifications/read", SIGNED_IN, "Mark all notifications as read", body=UnreadView)
def read_all() -> Response[UnreadView]:
    """All that are in the inbox by now, on whatever page."""
    person = service.read_all(api.caller.user_id, unit_of_work=api.unit_of_work)
    api.count("InboxRead")
    return api.answer(UnreadView(unread_count=person.unread))


@api.get("/notifications/preferences", SIGNED_IN, "How one is told of things", body=PreferencesView)
def preferences() -> Response[PreferencesView]:
    """The language, and the channels for each kind of notification."""
    return api.answer(view.preferences(store.person(api.caller.user_id)))


@api.put("/notifications/preferences", SIGNED_IN, "Change how one is told of things", body=PreferencesView)
def prefer(wanted: Annotated[PreferencesReplacement, Body()]) -> Response[PreferencesView]:
    """Kinds that are not named go by the channels that they have for everybody at first."""
    person = service.prefer(wanted, api.caller.user_id, unit_of_work=api.unit_of_work)
    api.count("PreferencesChanged")
    return api.answer(view.preferences(person))


@api.put("/devices/<device_id>", SIGNED_IN, "Register a device for push notifications", body=DeviceView)
def register(device_id: str, wanted: Annotated[Registration, Body()]) -> Response[DeviceView]:
    """At most five devices. A push token belongs to whoever registered it last; `lastActiveAt` is when that was."""
    device = service.register(device_id, wanted, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("DeviceRegistered")
    return api.answer(view.device(device_id, device))


@api.delete("/devices/<device_id>", SIGNED_IN, "Push nothing more to a device", status=204)
def unregister(device_id: str) -> Response[None]:
    """For when somebody signs out on it."""
    service.unregister(device_id, api.caller.user_id, unit_of_work=api.unit_of_work)
    api.count("DeviceRemoved")
    return api.answer(None, status=204)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
