"""Makes the files with all of a person's data."""

from __future__ import annotations

from typing import Any, Final

from khaya.exports import consumer as exports
from khaya.platform.base.settings import require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(queues=("exports",))

CONSUMERS: Final[Consumers] = {exports.NAME: exports.handle}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("exports", CONSUMERS, event, context)
