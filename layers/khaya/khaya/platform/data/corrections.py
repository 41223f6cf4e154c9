"""Corrections of counters that disagree with what they count.

A counter is corrected only if nobody has written its item for a while, and on condition that nobody does meanwhile. So
the index that was counted shows every write, and a correction never undoes one.
"""

from __future__ import annotations

from collections.abc import Mapping

from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data import writes
from khaya.platform.data.writes import WRITE_TOKEN, read_write_token

SETTLED_SECONDS = 600
"""How long an item must not have been written. Indexes and consumers follow within seconds."""


class NotSettled(Exception):
    """Somebody wrote the item a moment ago, so what follows from it may still be under way. Check it later."""


def require_settled(item: Item, now: str, *, seconds: float = SETTLED_SECONDS) -> None:
    """Check that the last write of an item is long enough ago. An item without a write token counts as settled.

    Raises:
        NotSettled: it is not.
    """
    if token := item.get(WRITE_TOKEN):
        require_past(read_write_token(token)[0], now, seconds=seconds)


def require_past(at: str, now: str, *, seconds: float) -> None:
    """Check that a time is so many seconds ago.

    Raises:
        NotSettled: it is not.
    """
    if clock.seconds_between(at, now) < seconds:
        raise NotSettled


def version_of(item: Item) -> str:
    """The version of a counted item: another one means that the count may be another one."""
    return str(item.get(WRITE_TOKEN, ""))


def correct(table: str, key: Mapping[str, str], item: Item, counts: Mapping[str, int]) -> writes.Write:
    """The write that sets counters of an item; refused with `WriteConflict` if it was written since it was read."""
    token = item.get(WRITE_TOKEN)
    condition = f"#{WRITE_TOKEN} = :token" if token else f"attribute_not_exists(#{WRITE_TOKEN})"
    present = f"attribute_exists(#{next(iter(key))})"
    return writes.update(
        table,
        key,
        "SET " + ", ".join(f"#{name} = :{name}" for name in counts),
        condition=f"{present} AND {condition}",
        refusal=lambda _: WriteConflict(),
        values={**counts, **({"token": token} if token else {})},
    )
