"""Notifications in inboxes for tests."""

from __future__ import annotations

from typing import Any

from khaya.notifications import store
from khaya.notifications.model import Notification
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.ids import derived_id, new_id
from khaya.platform.data import dynamo

TOKEN = "ExponentPushToken[{}]"


class PersonLeft(Exception):
    """The account was erased."""


def add_notification(user_id: str, kind: str = "jobStarted", *, number: int = 0, **params: Any) -> str:
    """Write a notification into an inbox, as the consumer of notices does; returns its id.

    Raises:
        PersonLeft: the account was erased.
    """

    now = clock.now()
    notification_id = derived_id(clock.plus(now, seconds=number), new_id())
    while True:
        recipient = store.recipient(user_id)
        if recipient.erased_at is not None:
            raise PersonLeft
        notification = Notification(
            id=notification_id,
            user_id=user_id,
            kind=kind,
            params=params or {"jobTitle": "Fix a leaking tap"},
            data={"jobId": "01KAK2M8Q0X3V4N5B6C7D8E9F0", "bidId": None},
            event=new_id(),
            read_epoch=recipient.read_epoch,
            created_at=now,
        )
        try:
            dynamo.commit(store.create(notification, recipient), new_id())
        except WriteConflict:
            continue
        return notification_id


def device(name: str = "one", platform: str = "android") -> dict[str, str]:
    """The body of a device registration, with the push token of this name."""
    return {"platform": platform, "token": TOKEN.format(name)}
