"""How far a notification has come by each channel, and how long to wait before what failed is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from khaya.notifications.choices import Channel
from khaya.notifications.model import Notification
from khaya.platform.base import clock
from khaya.platform.base.backoff import retry_seconds
from khaya.platform.base.errors import RetryLater
from khaya.platform.base.models import Model

Consumer = Literal["whatsapp", "sms", "email", "push", "receipts"]
"""The consumers of the queue `deliveries`: one for each channel, and one that reads the receipts of pushes."""

CLAIM_HOURS: Final = 6
"""How long a claim holds off others: longer than the waits between all tries of a message together."""

FIRST_WAIT_SECONDS: Final = 15
LONGEST_WAIT_SECONDS: Final = 3600
LONGEST_ASKED_SECONDS: Final = 6 * 3600
"""As long as a provider's `Retry-After` is believed; SQS hides a message for twelve hours at most."""


class Send(Model):
    """A notification on its way by one channel. It is claimed before it is handed over and marked after.

    Attributes:
        sent_at: when the provider had it.
        undeliverable_at: when it turned out that this person cannot be reached so.
        ref: what the provider calls it.
        tickets: for each ticket of Expo's, the hash of the push token that it was for.
        receipts_at: when these tickets' receipts had been looked at.
    """

    claimed_at: str
    sent_at: str | None = None
    undeliverable_at: str | None = None
    ref: str | None = None
    tickets: dict[str, str] = {}
    receipts_at: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to send."""
        return self.sent_at is not None or self.undeliverable_at is not None

    def is_claimed(self, now: str) -> bool:
        """Whether somebody is sending it, or began to and nobody knows how it ended."""
        return not self.is_over and now < clock.plus(self.claimed_at, hours=CLAIM_HOURS)


@dataclass(frozen=True)
class Delivery:
    """A notification, and how far it has come."""

    notification: Notification
    sends: Mapping[Channel, Send]


class NotNow(RetryLater):
    """A notification cannot be delivered now; its message comes again after `seconds`."""


class Refused(Exception):
    """The provider works, and refuses this one message for now: it is sent too often to one device, for example."""


def wait_seconds(attempt: int, asked: int = 0, spread: Callable[[float, float], float] = random.uniform) -> int:
    """How long to wait after the `attempt`-th try, the first being 1: twice as long each time, a fifth more or less.

    Never shorter than a provider `asked`. The ten tries that a queue allows so lie within some two hours.
    """
    grown = retry_seconds(attempt, first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS, spread=spread)
    return max(grown, min(asked, LONGEST_ASKED_SECONDS))
