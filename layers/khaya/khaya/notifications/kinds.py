"""The kinds of notice there are: which of them cannot wait, by which channels they go, and what they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from khaya.notifications.choices import CHANNELS, Channel

_USUAL: Final[tuple[Channel, ...]] = ("push", "whatsapp", "email")
"""What costs the house next to nothing."""


@dataclass(frozen=True)
class KindOf:
    """A kind of notice.

    Attributes:
        places: the names of what its message fills in. What ends in `Cents` is an amount, what ends in `At` a moment,
            of which the day is told; what the catalogues have words for is told by these; the rest as it is.
        urgent: whether it goes out at night too.
        channels: by which channels it goes to somebody who chose none.
        chosen: whether people choose the channels. Without a choice it goes by all that `channels` names.
    """

    places: frozenset[str]
    urgent: bool = False
    channels: tuple[Channel, ...] = _USUAL
    chosen: bool = True


def _kind(*places: str, urgent: bool = False) -> KindOf:
    return KindOf(frozenset(places), urgent=urgent)


def _security() -> KindOf:
    return KindOf(frozenset(), urgent=True, channels=CHANNELS, chosen=False)


KINDS: Final[Mapping[str, KindOf]] = {
    "bidReceived": _kind("jobTitle", "amountCents"),
    "bidWithdrawn": _kind("jobTitle", "amountCents"),
    "bidAccepted": _kind("jobTitle", "agreedCents", "dueAt", "payment", urgent=True),
    "bidRejected": _kind("jobTitle", "amountCents", "rejectionReason"),
    "jobStarted": _kind("jobTitle"),
    "workSubmitted": _kind("jobTitle"),
    "jobCompleted": _kind("jobTitle"),
    "jobCancelled": _kind("jobTitle", "by", urgent=True),
    "jobExpired": _kind("jobTitle"),
    "chooseBid": _kind("jobTitle", "expiresAt"),
    "confirmWork": _kind("jobTitle"),
    "handInWork": _kind("jobTitle", "dueAt"),
    "reviewPrompt": _kind("jobTitle"),
    "reviewReceived": _kind("jobTitle", "rating"),
    "reviewAnswered": _kind("jobTitle"),
    "reminder": _kind("text", urgent=True),
    "listingApproved": _kind("listingTitle"),
    "listingRejected": _kind("listingTitle"),
    "storyApproved": _kind("storyTitle"),
    "storyRejected": _kind("storyTitle"),
    "storyFeatured": _kind("storyTitle"),
    "referralRewarded": _kind("rewardCents", "side"),
    "creditsReceived": _kind("amountCents", "balanceAfterCents"),
    "creditsDeducted": _kind("amountCents", "balanceAfterCents"),
    "withdrawalPaid": _kind("amountCents"),
    "withdrawalFailed": _kind("amountCents"),
    "verified": _kind(),
    "verificationEnded": _kind(),
    "reportResolved": _kind("decision"),
    "accountSuspended": _security(),
    "accountReinstated": _security(),
    "payoutAccountChanged": _security(),
}
"""Every kind, by the name that clients know it by.

Inboxes are shown by these for as long as they are kept: a kind stays, and with the places it has. What is to name more
becomes a new kind.
"""
