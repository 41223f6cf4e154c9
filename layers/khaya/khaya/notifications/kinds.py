"""The kinds of notification: their urgency, default channels and placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from khaya.notifications.choices import CHANNELS, Channel

_DEFAULT_CHANNELS: Final[tuple[Channel, ...]] = ("push", "whatsapp", "email")
"""The channels that cost next to nothing."""


@dataclass(frozen=True)
class KindOfNotification:
    """A kind of notification.

    Attributes:
        placeholders: the names of the values in its text. A name that ends in `Cents` is an amount; one that ends in
            `At` is a time, of which the text shows the day; values that the catalogue translates are translated.
        urgent: whether it is also delivered during the quiet hours.
        channels: the default channels.
        configurable: whether people choose its channels. If not, it always uses all of `channels`.
    """

    placeholders: frozenset[str]
    urgent: bool = False
    channels: tuple[Channel, ...] = _DEFAULT_CHANNELS
    configurable: bool = True


def _kind(*placeholders: str, urgent: bool = False) -> KindOfNotification:
    return KindOfNotification(frozenset(placeholders), urgent=urgent)


def _security_kind() -> KindOfNotification:
    return KindOfNotification(frozenset(), urgent=True, channels=CHANNELS, configurable=False)


KINDS: Final[Mapping[str, KindOfNotification]] = {
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
    "rewardRefused": _kind("amountCents"),
    "creditsReceived": _kind("amountCents", "balanceAfterCents"),
    "creditsDeducted": _kind("amountCents", "balanceAfterCents"),
    "withdrawalPaid": _kind("amountCents"),
    "withdrawalFailed": _kind("amountCents"),
    "chargebackOpened": _kind("jobTitle", "amountCents", urgent=True),
    "chargebackWon": _kind("jobTitle"),
    "chargebackLost": _kind("jobTitle", "amountCents", urgent=True),
    "verified": _kind(),
    "verificationRefused": _kind(),
    "verificationEnded": _kind(),
    "reportResolved": _kind("decision"),
    "accountSuspended": _security_kind(),
    "accountReinstated": _security_kind(),
    "payoutAccountChanged": _security_kind(),
    "payoutAccountVerified": _kind(),
    "payoutAccountRefused": _kind("problem"),
    "payoutPaid": _kind("amountCents"),
    "payoutNeedsAccount": _kind("amountCents"),
    "payoutReturned": _kind("amountCents"),
    "payoutFailed": _kind("amountCents"),
    "payoutHeld": _kind("amountCents"),
    "refundPaid": _kind("amountCents"),
    "refundNeedsAccount": _kind("amountCents"),
}
"""Every kind by its name in the API.

Stored notifications are rendered by these, so a kind and its placeholders never change. More placeholders need a new
kind.
"""
