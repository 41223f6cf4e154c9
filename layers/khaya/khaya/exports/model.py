"""An export: a person's request for all their data, and its file."""

from typing import Literal

from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model

Status = Literal["pending", "ready"]

KEEP_HOURS = 24
"""Hours for which the file exists; a repeated request returns the same export."""
ABANDON_HOURS = 2
"""Hours after which a pending export counts as failed, and a new request starts another."""


class Export(Model):
    """A person's export. Each person has one at a time."""

    export_id: str
    export_of: str
    export_status: Status = "pending"
    requested_at: str
    ready_at: str | None = None

    @property
    def expires_at(self) -> str | None:
        """The time until which the file exists; None before it is ready."""
        return clock.plus(self.ready_at, hours=KEEP_HOURS) if self.ready_at else None

    def is_current(self, now: str) -> bool:
        """Whether a new request returns this export instead of starting another."""
        if self.expires_at is not None:
            return now < self.expires_at
        return now < clock.plus(self.requested_at, hours=ABANDON_HOURS)

    def is_visible(self, now: str) -> bool:
        """Whether the owner sees the export: its file has not expired."""
        return self.expires_at is None or now < self.expires_at


def new_export(user_id: str, now: str) -> Export:
    """A new export."""
    return Export(export_id=new_id(), export_of=user_id, requested_at=now)
