"""The state of a notification's delivery by each channel, and the delays between attempts."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from khaya.notifications.choices import Channel
from khaya.notifications.model import Notification
from khaya.platform.base import clock
from khaya.platform.base.backoff import retry_seconds
from khaya.platform.base.errors import RetryLater
from khaya.platform.base.models import Model

Transport = Literal["whatsapp", "sms", "email", "push", "web_push"]
"""The ways by which messages leave: the channel push has one for apps (Expo) and one for browsers."""
TRANSPORTS: Final[tuple[Transport, ...]] = get_args(Transport)

Consumer = Literal["whatsapp", "sms", "email", "push", "web_push", "receipts"]
"""The consumers of the queue `deliveries`: one for each transport, and one that reads the receipts of Expo's pushes."""

CLAIM_HOURS: Final = 6
"""Hours until a claim lapses: longer than all delays between a message's attempts together."""

FIRST_WAIT_SECONDS: Final = 15
LONGEST_WAIT_SECONDS: Final = 3600
LONGEST_ASKED_SECONDS: Final = 6 * 3600
"""The longest `Retry-After` of a provider that is obeyed; SQS hides a message for twelve hours at most."""


class Send(Model):
    """The delivery of a notification by one transport. It is claimed before it is sent and marked after.

    Attributes:
        sent_at: when the provider accepted it.
        undeliverable_at: when the provider refused it for good.
        events: how many events the last message was about; a notification may count more of them later.
        counted_on: the day on whose limit of messages it counts; None if it counts to none.
        ref: the provider's id of the message.
        tickets: for each of Expo's tickets, the hash of the push token.
        receipts_at: when the tickets' receipts were read.
        missed: hashes of the addresses of browsers that are still to be reached, while others were.
    """

    claimed_at: str
    sent_at: str | None = None
    undeliverable_at: str | None = None
    events: int = 1
    counted_on: str | None = None
    ref: str | None = None
    tickets: dict[str, str] = {}
    receipts_at: str | None = None
    missed: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether it was sent or is undeliverable."""
        return self.sent_at is not None or self.undeliverable_at is not None

    def covers(self, count: int) -> bool:
        """Whether nothing more is to be sent about `count` events: all were sent, or the address takes nothing."""
        reached = self.sent_at is not None and not self.missed
        return self.undeliverable_at is not None or (reached and self.events >= count)

    def still_missed(self, count: int) -> tuple[str, ...]:
        """The browsers to which alone the message about `count` events is still to be sent; empty for all."""
        return self.missed if self.is_over and self.events >= count else ()

    def is_claimed(self, now: str) -> bool:
        """Whether it is being sent, or was claimed by a run whose result is unknown."""
        return not self.is_over and now < clock.plus(self.claimed_at, hours=CLAIM_HOURS)


@dataclass(frozen=True)
class Delivery:
    """A notification and the state of its delivery by each transport."""

    notification: Notification
    sends: Mapping[Transport, Send]


class NotNow(RetryLater):
    """A notification cannot be delivered now; its message comes again after `seconds`."""


def channel_of(transport: Transport) -> Channel:
    """The channel that people choose, to which a transport belongs."""
    return "push" if transport == "web_push" else transport


class PartlySent(Exception):
    """Some browsers were reached, and others are to be tried again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("some browsers were not reached")
        self.seconds = seconds


class DailyLimit(Exception):
    """The person got as many messages today as anybody may; the notification stays in the inbox."""


class PushRefused(Exception):
    """The provider refuses this one message for now, for example since one device gets too many."""


def wait_seconds(attempt: int, asked: int = 0, spread: Callable[[float, float], float] = random.uniform) -> int:
    """How long to wait after the `attempt`-th try, the first being 1: twice as long each time, a fifth more or less.

    Never shorter than a provider `asked`. The ten tries that a queue allows so lie within some two hours.
    """
    grown = retry_seconds(attempt, first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS, spread=spread)
    return max(grown, min(asked, LONGEST_ASKED_SECONDS))
