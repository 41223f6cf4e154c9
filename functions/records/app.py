"""Records every event: in the audit trail, in the statistics and on the event bus. Order is not needed."""

from __future__ import annotations

from typing import Any, Final

from khaya.audit import consumer as audit
from khaya.events import consumer as event_bus
from khaya.platform.base.settings import BusSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers, HandleTogether
from khaya.statistics import consumer as statistics

require(BusSettings, queues=("records",))

CONSUMERS: Final[Consumers] = {
    audit.NAME: audit.handle,
    statistics.NAME: HandleTogether(statistics.handle),
    event_bus.NAME: HandleTogether(event_bus.handle),
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("records", CONSUMERS, event, context)
