"""The Statistics table, keyed by `id`.

* `total#<shard>`: one shard of the totals, which are the sums over all shards.
* `day#<date>#<shard>`: one shard of a day's counts; it expires after 60 days.
* `day#<date>`: a past day's counts, summed over the shards.
* `counted#<event id>`: the event was counted; it expires after 30 days, when the event can no longer be repeated.

Shards keep a count from being one hot item.
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
from khaya.statistics.model import Counts, Day, Totals, counts_by_day, counts_of, sum_counts, totals_in

SHARDS = 8
"""Shards of a count. Each takes some 500 transactions a second of up to ten events: 40,000 events a second in all."""

LIVE_DAYS = 7
"""The last days, summed from their shards on each read, so that they include late events and need no nightly task."""

COUNTED_DAYS = 30
_SHARD_DAYS = 60


def count(events: Sequence[Event], now: str) -> list[writes.Write]:
    """Count different events, if none of them was counted before; refused as `WriteConflict`."""
    marks = [
        writes.create(
            settings().statistics_table, {**_counted_key(event.id)[1], "expiresAt": _expiry(now, COUNTED_DAYS)}
        )
        for event in events
    ]
    shard = shard_of(events[0].id, SHARDS)
    total = totals_in(sum_counts(map(counts_of, events)))
    totals = [_add(f"total#{shard}", total)] if total else []
    expiry = _expiry(now, _SHARD_DAYS)
    days = [_add(f"day#{day}#{shard}", {**counts}, expiry) for day, counts in counts_by_day(events).items()]
    return [*marks, *totals, *days]


def find_counted(event_ids: Collection[str]) -> set[str]:
    """Those of at most a hundred events that were counted before."""
    items = dynamo.get_many([_counted_key(event_id) for event_id in event_ids])
    return {event_id for event_id, item in zip(event_ids, items, strict=True) if item}


def read(dates: Sequence[str], today: str) -> tuple[Totals, list[Day]]:
    """The totals, and the counts of at most 31 days in their order. One call to DynamoDB."""
    recent = {*clock.days_before(today, LIVE_DAYS - 1), today}
    closed, live = [date for date in dates if date not in recent], [date for date in dates if date in recent]
    keys = [*_shards("total"), *(f"day#{date}" for date in closed)]
    keys += [shard for date in live for shard in _shards(f"day#{date}")]
    items = dict(zip(keys, dynamo.get_many([_key(key) for key in keys], consistent=False), strict=True))
    days = [_day(date, [items[f"day#{date}"]]) for date in closed]
    days += [_day(date, [items[shard] for shard in _shards(f"day#{date}")]) for date in live]
    return Totals.model_validate(_sum([items[shard] for shard in _shards("total")])), days


def close_day(date: str) -> writes.Write:
    """Store a day's counts; refused as `WriteConflict` if what is stored includes more updates."""
    shards = dynamo.get_many([_key(shard) for shard in _shards(f"day#{date}")])
    updates = _sum(shards).get("updates", 0)
    return writes.put(
        settings().statistics_table,
        {**item_of(_day(date, shards)), **_key(f"day#{date}")[1], "updates": updates},
        condition="attribute_not_exists(#id) OR #updates <= :updates",
        refusal=lambda _: WriteConflict(),
        values={"updates": updates},
    )


def _key(name: str) -> tuple[str, dict[str, str]]:
    return settings().statistics_table, {"id": name}


def _counted_key(event_id: str) -> tuple[str, dict[str, str]]:
    return _key(f"counted#{event_id}")


def _shards(name: str) -> list[str]:
    return [f"{name}#{shard}" for shard in range(SHARDS)]


def _add(name: str, counts: Counts, expiry: int | None = None) -> writes.Write:
    """Add to one shard. With an `expiry` the item expires then, and counts its updates."""
    if expiry is not None:
        counts = {**counts, "updates": 1}
    additions = ", ".join(f"#{count} :{count}" for count in counts)
    return writes.update(
        *_key(name),
        f"ADD {additions}" if expiry is None else f"SET #expiresAt = :expiresAt ADD {additions}",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={**counts, **({} if expiry is None else {"expiresAt": expiry})},
    )


def _day(date: str, items: Sequence[Item | None]) -> Day:
    return Day.model_validate({**_sum(items), "date": date})


def _sum(items: Sequence[Item | None]) -> Counts:
    return sum_counts(_numbers(item) for item in items if item)


def _numbers(item: Item) -> Mapping[str, int]:
    return {name: value for name, value in item.items() if isinstance(value, int) and name != "expiresAt"}


def _expiry(now: str, days: int) -> int:
    return clock.epoch(clock.plus(now, days=days))
