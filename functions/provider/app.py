"""Asks the payment provider after a change, a schedule or a hint.

One message is about one thing, and messages about the same thing come one after the other.
"""

from __future__ import annotations

from typing import Any, Final

from khaya import provider
from khaya.chargebacks import consumer as chargebacks
from khaya.collections import consumer as collections
from khaya.disbursements import consumer as disbursements
from khaya.disbursements import messages
from khaya.payout_accounts import consumer as payout_accounts
from khaya.platform.base.settings import KeySettings, PayoutSettings, ProviderSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers

require(KeySettings, PayoutSettings, ProviderSettings, queues=("provider",))

CONSUMERS: Final[Consumers] = {
    chargebacks.NAME: chargebacks.handle,
    collections.NAME: collections.handle,
    payout_accounts.NAME: payout_accounts.handle,
    messages.PAYOUTS: disbursements.handle_payout,
    messages.REFUNDS: disbursements.handle_refund,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    provider.check_at_start()
    return consumers.handle_batch("provider", CONSUMERS, event, context)
