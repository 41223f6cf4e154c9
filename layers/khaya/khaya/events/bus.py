"""Publishes events on EventBridge, in calls within its limits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from khaya.events.model import Event
from khaya.platform.aws import event_bus
from khaya.platform.base import clock
from khaya.platform.base.backoff import pause
from khaya.platform.base.settings import BusSettings, settings

SOURCE: Final = "khaya"

MOST_ENTRIES: Final = 10
MOST_BYTES: Final = 256 * 1024
"""EventBridge's limits for one call."""
_TIME_BYTES: Final = 14
_TRIES: Final = 3
"""Immediate attempts for refused entries. After that the queue redelivers their messages."""

_Entry = dict[str, Any]


def told(event: Event) -> dict[str, Any]:
    """The published form of an event: without `changes` and without fields that are None."""
    return event.model_dump(by_alias=True, exclude={"changes"}, exclude_none=True)


def publish(events: Sequence[Event]) -> dict[str, str]:
    """Put events on the bus; returns the error code of each refused event, by its id."""
    left = {event.id: _entry(event) for event in events}
    refused: dict[str, str] = {}
    for attempt in range(_TRIES):
        refused = {event_id: why for part in _parts(left) for event_id, why in event_bus.put(part).items()}
        left = {event_id: left[event_id] for event_id in refused}
        if not left:
            break
        pause(attempt)
    return refused


def _entry(event: Event) -> _Entry:
    return {
        "EventBusName": settings(BusSettings).event_bus_name,
        "Source": SOURCE,
        "DetailType": event.kind,
        "Time": clock.parse(event.at),
        "Detail": json.dumps(told(event), separators=(",", ":"), ensure_ascii=False),
    }


def _parts(entries: Mapping[str, _Entry]) -> Iterator[dict[str, _Entry]]:
    """The entries in batches within the limits. An entry that is too large is a batch alone, so that it fails alone."""
    part: dict[str, _Entry] = {}
    size = 0
    for event_id, entry in entries.items():
        more = _TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
        if part and (len(part) == MOST_ENTRIES or size + more > MOST_BYTES):
            yield part
            part, size = {}, 0
        part[event_id] = entry
        size += more
    if part:
        yield part
