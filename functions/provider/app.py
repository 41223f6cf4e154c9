"""Calls the payment provider: looks up what was hinted at, and does what was decided."""

from __future__ import annotations

from typing import Any, Final

from khaya.chargebacks import consumer as chargebacks
from khaya.collections import consumer as collections
from khaya.platform.base.settings import ProviderSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(ProviderSettings, queues=("provider",))

CONSUMERS: Final[Consumers] = {collections.NAME: collections.handle, chargebacks.NAME: chargebacks.handle}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("provider", CONSUMERS, event, context)
