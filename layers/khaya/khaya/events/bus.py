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

MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 256 * 1024
"""EventBridge's limits for one call."""
_TIME_BYTES: Final = 14
_MAX_ATTEMPTS: Final = 3
"""Immediate attempts for refused entries. After that the queue redelivers their messages."""

_Entry = dict[str, Any]


def published_form(event: Event) -> dict[str, Any]:
    """The published form of an event: without `changes` and without fields that are None."""
    return event.model_dump(by_alias=True, exclude={"changes"}, exclude_none=True)


def publish(events: Sequence[Event]) -> dict[str, str]:
    """Put events on the bus; returns the error code of each refused event, by its id."""
    remaining = {event.id: _entry(event) for event in events}
    refused: dict[str, str] = {}
    for attempt in range(_MAX_ATTEMPTS):
        refused = {event_id: why for batch in _batches(remaining) for event_id, why in event_bus.put(batch).items()}
        remaining = {event_id: remaining[event_id] for event_id in refused}
        if not remaining:
            break
        pause(attempt)
    return refused


def _entry(event: Event) -> _Entry:
    return {
        "EventBusName": settings(BusSettings).event_bus_name,
        "Source": SOURCE,
        "DetailType": event.kind,
        "Time": clock.parse(event.at),
        "Detail": json.dumps(published_form(event), separators=(",", ":"), ensure_ascii=False),
    }


def _batches(entries: Mapping[str, _Entry]) -> Iterator[dict[str, _Entry]]:
    """The entries in batches within the limits. An entry that is too large is a batch alone, so that it fails alone."""
    batch: dict[str, _Entry] = {}
    size = 0
    for event_id, entry in entries.items():
        more = _TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
        if batch and (len(batch) == MAX_ENTRIES or size + more > MAX_BYTES):
            yield batch
            batch, size = {}, 0
        batch[event_id] = entry
        size += more
    if batch:
        yield batch
