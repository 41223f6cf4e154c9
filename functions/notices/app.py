"""Notifies people of what happens: writes into their inboxes, and hands over to the queue of deliveries."""

from __future__ import annotations

from typing import Any, Final

from khaya.notices import consumer as notices
from khaya.platform.base.settings import QuietSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(QuietSettings, queues=("notices", "deliveries"))

CONSUMERS: Final[Consumers] = {notices.NAME: notices.handle}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("notices", CONSUMERS, event, context)
