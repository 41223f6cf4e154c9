"""Sends codes, and revokes ended sessions at Cognito. A request's duration does not reveal who has an account."""

from __future__ import annotations

from typing import Any, Final

from khaya.platform.base.settings import (
    ChannelSettings,
    CodeSettings,
    KeySettings,
    MessageLimits,
    PoolSettings,
    require,
)
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers
from khaya.sessions import consumer as revocations
from khaya.sign_in import consumer as codes

require(KeySettings, PoolSettings, ChannelSettings, CodeSettings, MessageLimits, queues=("code_delivery",))

CONSUMERS: Final[Consumers] = {codes.NAME: codes.handle, revocations.NAME: revocations.handle}

MAX_ATTEMPTS = 3
"""The queue's `maxReceiveCount`: a code is of use for ten minutes."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("code_delivery", CONSUMERS, event, context, max_attempts=MAX_ATTEMPTS)
