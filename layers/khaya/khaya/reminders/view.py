"""Reminders as their owner sees them."""

from __future__ import annotations

from typing import Literal

from khaya.platform.base.models import Model
from khaya.reminders.model import Reminder


class ReminderView(Model):
    """A reminder that a person set; it was sent, or it waits until it is due."""

    id: str
    text: str
    due_at: str
    status: Literal["waiting", "sent"]


def shown(reminder: Reminder) -> ReminderView:
    """A person's own reminder, as they see it."""
    return ReminderView(
        id=reminder.id,
        text=reminder.text or "",
        due_at=reminder.due_at,
        status="waiting" if reminder.status == "waiting" else "sent",
    )
