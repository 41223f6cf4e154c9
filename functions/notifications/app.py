"""Routes of notifications: the inbox, preferences, devices, and reminders that people set themselves."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.notifications import service, store, view
from khaya.notifications.model import PreferencesReplacement, Registration
from khaya.notifications.view import DeviceView, InboxView, PreferencesView, ReadView, UnreadView
from khaya.platform.base.settings import WebPushSettings, require
from khaya.platform.data.pages import Page
from khaya.platform.web.access import SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.reminders import store as reminders
from khaya.reminders.model import ReminderRequest, own
from khaya.reminders.own import remove_own
from khaya.reminders.view import ReminderView, reminder_view
from khaya.users.store import pass_account_guard

require(WebPushSettings)
api = Api("Notifications", pass_account_guard)

OWNER = Access("the person who set the reminder")


@api.get("/notifications", SIGNED_IN, "One's inbox, newest first", body=InboxView, revalidated=True)
def inbox(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[InboxView]:
    """In the caller's current language, with the number of unread notifications."""
    page_request = api.page_request(limit, cursor, private=True)
    result, recipient = service.inbox(api.caller.user_id, page_request)
    items = [view.notification_view(one, recipient) for one in result.items]
    return api.answer_unless_known(
        InboxView(items=items, next_cursor=page_request.cursor_after(result.after), unread_count=recipient.unread)
    )


@api.post("/notifications/<id>/read", SIGNED_IN, "Mark a notification as read", body=ReadView)
def read(id: str) -> Response[ReadView]:  # noqa: A002 - the contract's name
    """A repeated request changes nothing."""
    notification, recipient = service.mark_read(id, api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(view.read_notification_view(notification, recipient))


@api.post("/notifications/read", SIGNED_IN, "Mark all notifications as read", body=UnreadView)
def read_all() -> Response[UnreadView]:
    """All that are in the inbox, on whatever page."""
    recipient = service.mark_all_read(api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(UnreadView(unread_count=recipient.unread))


@api.get("/notifications/preferences", SIGNED_IN, "One's language and channels", body=PreferencesView)
def preferences() -> Response[PreferencesView]:
    """The language, and the channels for each kind of notification."""
    return api.answer(view.preferences_view(store.recipient(api.caller.user_id)))


@api.put("/notifications/preferences", SIGNED_IN, "Change one's language and channels", body=PreferencesView)
def change_preferences(wanted: Annotated[PreferencesReplacement, Body()]) -> Response[PreferencesView]:
    """Kinds that are left out get their default channels."""
    recipient = service.change_preferences(wanted, api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(view.preferences_view(recipient))


@api.put("/devices/<device_id>", SIGNED_IN, "Register a device for push notifications", body=DeviceView)
def register(device_id: str, wanted: Annotated[Registration, Body()]) -> Response[DeviceView]:
    """At most five devices. A push token or endpoint belongs to the person who registered it last, at `lastActiveAt`.

    A browser subscribes with the `webPushKey` of `GET /config`.
    """
    device = service.register_device(device_id, wanted, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(view.device_view(device_id, device))


@api.delete("/devices/<device_id>", SIGNED_IN, "Remove a device", status=204)
def unregister(device_id: str) -> Response[None]:
    """The device gets no further push notifications. To be called when somebody signs out on it."""
    service.remove_device(device_id, api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


@api.post("/reminders", SIGNED_IN, "Set a reminder", status=201, body=ReminderView)
def remind(request: Annotated[ReminderRequest, Body()]) -> Response[ReminderView]:
    """It is sent within five minutes of its time, also at night. At most 50 may wait, and two years at most."""
    reminder = own(request, user_id=api.caller.user_id, now=api.now)
    api.unit_of_work.add(*reminders.create_own(reminder))
    return api.answer(reminder_view(reminder), status=201)


@api.get("/reminders", SIGNED_IN, "One's own reminders, soonest due first", body=Page[ReminderView])
def my_reminders(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[ReminderView]]:
    """Waiting reminders first, then those sent in the last three months."""
    page_request = api.page_request(limit, cursor, private=True)
    result = reminders.of_person(api.caller.user_id, page_request)
    return api.answer_page(result, page_request, reminder_view)


@api.delete("/reminders/<id>", OWNER, "Delete a reminder", status=204)
def forget(id: str) -> Response[None]:  # noqa: A002 - the contract's name
    """A waiting reminder or one that was sent."""
    remove_own(id, api.caller.user_id, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
