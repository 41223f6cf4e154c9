"""Messages for the queue `provider`: something may have happened at the payment provider and is to be looked up."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from khaya.platform.aws.queues import OutgoingMessage

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start
    from khaya.provider.model import EventKind, Hint

CONSUMERS: Final[dict[EventKind, str]] = {
    "collection": "collections",
    "refund": "refunds",
    "payout": "payouts",
    "chargeback": "chargebacks",
}
"""Who looks a hint up, by its kind."""


def hint_message(hint: Hint, body: bytes) -> OutgoingMessage:
    """The message for a hint in a request with `body`. A repeated request makes the same message."""
    about = hint.provider_id or hint.reference or ""
    digest = hashlib.sha256(body).hexdigest()[:32]
    return OutgoingMessage(
        CONSUMERS[hint.kind],
        {"reference": hint.reference, "providerId": hint.provider_id},
        object=hint.reference or about,
        change=f"{about}#{digest}",
    )
