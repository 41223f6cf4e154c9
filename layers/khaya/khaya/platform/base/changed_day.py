"""The day of an object's last change, by which the nightly repair finds it: the attribute `changedDay`."""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.base.models import Item


def changed_today() -> Item:
    """The attribute of an item that is changed now."""
    return {"changedDay": clock.local_day(clock.now())}
