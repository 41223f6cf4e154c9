"""Notifications that stand in inboxes before a test begins."""

from __future__ import annotations

from typing import Any

TOKEN = "ExponentPushToken[{}]"


class PersonLeft(Exception):
    """There is no inbox any more."""


def tell(user_id: str, kind: str = "jobStarted", *, number: int = 0, **params: Any) -> str:
    """Put a notification into somebody's inbox, as the consumer behind the events does, and answer its id.

    Raises:
        PersonLeft: they have left for good.
    """
    from khaya.notifications import store  # noqa: PLC0415
    from khaya.notifications.model import Notification  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.base.errors import WriteConflict  # noqa: PLC0415
    from khaya.platform.base.ids import derived_id, new_id  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set

    now = clock.now()
    notification_id = derived_id(clock.plus(now, seconds=number), new_id())
    while True:
        person = store.recipient(user_id)
        if person.erased_at is not None:
            raise PersonLeft
        notification = Notification(
            id=notification_id,
            user_id=user_id,
            kind=kind,
            params=params or {"jobTitle": "Fix a leaking tap"},
            data={"jobId": "01KAK2M8Q0X3V4N5B6C7D8E9F0", "bidId": None},
            event=new_id(),
            generation=person.generation,
            created_at=now,
        )
        try:
            dynamo.commit(store.create(notification, person), new_id())
        except WriteConflict:
            continue
        return notification_id


def device(name: str = "one", platform: str = "android") -> dict[str, str]:
    """What an app sends to register its device, with the push token of this name."""
    return {"platform": platform, "token": TOKEN.format(name)}
