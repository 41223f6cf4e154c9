"""The use case of people's own reminders that needs more than one call. It imports no other domain's store."""

from __future__ import annotations

from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read
from khaya.reminders import store


def remove_own(reminder_id: str, user_id: str, *, unit_of_work: UnitOfWork) -> None:
    """Delete a person's own reminder, whether it waits or was sent.

    Raises:
        NotFound: the person has no such reminder.
    """
    reminder = store.read(read(store.key(reminder_id)))
    if reminder is None or (reminder.kind, reminder.user_id) != ("own", user_id):
        raise NotFound("There is no such reminder.")
    unit_of_work.add(*store.remove_own(reminder))
