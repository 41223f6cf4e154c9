"""Erases personal data and accounts."""

from __future__ import annotations

from typing import Any, Final

from khaya.erasure import consumer as erasure
from khaya.platform.base.settings import KeySettings, PoolSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(KeySettings, PoolSettings, queues=("person",))

CONSUMERS: Final[Consumers] = {erasure.NAME: erasure.handle}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("person", CONSUMERS, event, context)
