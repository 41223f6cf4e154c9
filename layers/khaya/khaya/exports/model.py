"""An export, from being asked for until its file is gone."""

from __future__ import annotations

from typing import Literal

from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model

Status = Literal["pending", "ready"]

KEEP_HOURS = 24
"""How long a file is there; until then asking again answers the same export."""
PATIENCE_HOURS = 2
"""After which a pending export is given up, and asking again begins another."""


class Export(Model):
    """What a person asked for. They have one at a time."""

    export_id: str
    export_of: str
    export_status: Status = "pending"
    requested_at: str
    ready_at: str | None = None

    @property
    def expires_at(self) -> str | None:
        """Until when the file is there."""
        return clock.plus(self.ready_at, hours=KEEP_HOURS) if self.ready_at else None

    def stands(self, now: str) -> bool:
        """Whether it is the one that its owner gets, rather than a new one."""
        if self.expires_at is not None:
            return now < self.expires_at
        return now < clock.plus(self.requested_at, hours=PATIENCE_HOURS)

    def is_there(self, now: str) -> bool:
        """Whether there is anything to tell of it: a file that is gone is not."""
        return self.expires_at is None or now < self.expires_at


def asked_for(user_id: str, now: str) -> Export:
    """A new export."""
    return Export(export_id=new_id(), export_of=user_id, requested_at=now)


def news(change: Change) -> dict[str, str] | None:
    """An export that somebody has asked for."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "users" or after.get("exportStatus") != "pending":
        return None
    if before.get("exportId") == after["exportId"]:
        return None
    return {"group": after["exportOf"], "userId": after["exportOf"], "exportId": after["exportId"]}
