"""Reminders in the API's responses."""

from typing import Literal

from khaya.platform.base.models import Model
from khaya.reminders.model import Reminder


class ReminderView(Model):
    """A person's own reminder: waiting until it is due, or sent."""

    id: str
    text: str
    due_at: str
    status: Literal["waiting", "sent"]


def reminder_view(reminder: Reminder) -> ReminderView:
    """A reminder for its owner."""
    return ReminderView(
        id=reminder.id,
        text=reminder.text or "",
        due_at=reminder.due_at,
        status="waiting" if reminder.status == "waiting" else "sent",
    )
