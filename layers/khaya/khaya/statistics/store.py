"""The Statistics table, keyed by `id`.

* `total#<shard>`: one part of every count of what there is; the sum of the parts is the count.
* `day#<date>#<shard>`: the same for what happened on a day, until it is long over.
* `day#<date>`: a day's sum, once it is over.
* `seen#<event's id>`: that an event was counted, for as long as it might be told again.

Parts keep a count from being one item that everybody writes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from khaya.events.model import Event
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.ids import shard_of
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.statistics.model import Counts, Day, Totals, added, by_day, counts_of, in_all

SHARDS = 8
"""Parts of a count. One takes some 500 transactions a second, each of up to ten events: 40,000 events a second."""

DAYS = 30
"""Days of the series."""

LIVE_DAYS = 7
"""The last days, read from their parts: they show what came late, and need no task to have run."""

_SEEN_DAYS = 30
_PARTS_DAYS = 60


def count(events: Sequence[Event], now: str) -> list[writes.Write]:
    """Count different events, unless one of them was counted before."""
    seen = [
        writes.put(
            settings().statistics_table,
            {**_seen_key(event.id)[1], "expiresAt": _expiry(now, _SEEN_DAYS)},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: WriteConflict(),
        )
        for event in events
    ]
    shard = shard_of(events[0].id, SHARDS)
    total = in_all(added(map(counts_of, events)))
    totals = [_add(f"total#{shard}", total)] if total else []
    expiry = _expiry(now, _PARTS_DAYS)
    days = [_add(f"day#{day}#{shard}", {**counts}, expiry) for day, counts in by_day(events).items()]
    return [*seen, *totals, *days]


def seen(event_ids: Collection[str]) -> set[str]:
    """Those of at most a hundred events that were counted before."""
    items = dynamo.get_many([_seen_key(event_id) for event_id in event_ids])
    return {event_id for event_id, item in zip(event_ids, items, strict=True) if item}


def read(today: str) -> tuple[Totals, list[Day]]:
    """How much there is of everything, and what happened on the last days, the latest last. In one call."""
    dates = [*clock.days_before(today, DAYS - 1), today]
    closed, live = dates[:-LIVE_DAYS], dates[-LIVE_DAYS:]
    keys = [*_parts("total"), *(f"day#{date}" for date in closed)]
    keys += [part for date in live for part in _parts(f"day#{date}")]
    items = dict(zip(keys, dynamo.get_many([_key(key) for key in keys], consistent=False), strict=True))
    days = [_day(date, [items[f"day#{date}"]]) for date in closed]
    days += [_day(date, [items[part] for part in _parts(f"day#{date}")]) for date in live]
    return Totals.model_validate(_sum([items[part] for part in _parts("total")])), days


def close(date: str) -> writes.Write:
    """Write the sum of a day down. What was written down before stays where it is of more than is found now."""
    parts = dynamo.get_many([_key(part) for part in _parts(f"day#{date}")])
    return writes.put(
        settings().statistics_table,
        {**item_of(_day(date, parts)), **_key(f"day#{date}")[1], "times": _sum(parts).get("times", 0)},
        condition="attribute_not_exists(#id) OR #times <= :times",
        refusal=lambda _: WriteConflict(),
        values={"times": _sum(parts).get("times", 0)},
    )


def _key(name: str) -> tuple[str, dict[str, str]]:
    return settings().statistics_table, {"id": name}


def _seen_key(event_id: str) -> tuple[str, dict[str, str]]:
    return _key(f"seen#{event_id}")


def _parts(name: str) -> list[str]:
    return [f"{name}#{shard}" for shard in range(SHARDS)]


def _add(name: str, counts: Counts, expiry: int | None = None) -> writes.Write:
    """Add to one part; with an `expiry` it goes by itself some day, and tells how often it was added to."""
    if expiry is not None:
        counts = {**counts, "times": 1}
    parts = ", ".join(f"#{count} :{count}" for count in counts)
    return writes.update(
        *_key(name),
        f"ADD {parts}" if expiry is None else f"SET #expiresAt = :expiresAt ADD {parts}",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={**counts, **({} if expiry is None else {"expiresAt": expiry})},
    )


def _day(date: str, parts: Sequence[Item | None]) -> Day:
    return Day.model_validate({**_sum(parts), "date": date})


def _sum(parts: Sequence[Item | None]) -> Counts:
    return added(_numbers(part) for part in parts if part)


def _numbers(part: Item) -> Mapping[str, int]:
    return {name: value for name, value in part.items() if isinstance(value, int) and name != "expiresAt"}


def _expiry(now: str, days: int) -> int:
    return clock.epoch(clock.plus(now, days=days))
