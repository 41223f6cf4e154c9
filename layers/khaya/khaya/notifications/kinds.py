"""The kinds of notification: their urgency, default channels and placeholders."""

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
        limited: whether its messages outside the inbox count to a person's daily limit.
        gathered: whether others can cause it again and again about one thing. What happens within ten minutes is then
            one notification with a count.
        chosen_with: the kind with which its channels are chosen, for one that says the same of another case; else
            empty.
    """

    placeholders: frozenset[str]
    urgent: bool = False
    channels: tuple[Channel, ...] = _DEFAULT_CHANNELS
    configurable: bool = True
    limited: bool = True
    gathered: bool = False
    chosen_with: str = ""


def _kind(*placeholders: str) -> KindOfNotification:
    return KindOfNotification(frozenset(placeholders))


def _gathered_kind(*placeholders: str) -> KindOfNotification:
    return KindOfNotification(frozenset(placeholders), gathered=True)


def _urgent_kind(*placeholders: str) -> KindOfNotification:
    return KindOfNotification(frozenset(placeholders), urgent=True, limited=False)


def _security_kind(*placeholders: str) -> KindOfNotification:
    return KindOfNotification(
        frozenset(placeholders), urgent=True, channels=CHANNELS, configurable=False, limited=False
    )


def _like(other: str, *placeholders: str, urgent: bool = False) -> KindOfNotification:
    """A kind whose channels are those that people chose for another one."""
    return KindOfNotification(frozenset(placeholders), urgent=urgent, limited=not urgent, chosen_with=other)


CONTACT_REPLACED: Final = "contactReplaced"
"""The kind that is sent to the phone or e-mail that a person had before, and to no other address."""


KINDS: Final[Mapping[str, KindOfNotification]] = {
    "bidReceived": _gathered_kind("jobTitle", "amountCents"),
    "bidWithdrawn": _gathered_kind("jobTitle", "amountCents"),
    "bidAccepted": _urgent_kind("jobTitle", "agreedCents", "dueAt", "payment"),
    "bidAcceptedThroughKhaya": _like("bidAccepted", "jobTitle", "agreedCents", "timelineDays", urgent=True),
    "bidRejected": _kind("jobTitle", "amountCents", "rejectionReason"),
    "jobEdited": _gathered_kind("jobTitle"),
    "jobStarted": _kind("jobTitle"),
    "workSubmitted": _gathered_kind("jobTitle"),
    "jobCompleted": _kind("jobTitle"),
    "jobCancelled": _urgent_kind("jobTitle", "by"),
    "jobClosedAsDone": _like("jobCompleted", "jobTitle", "reason"),
    "jobClosedAsCancelled": _like("jobCancelled", "jobTitle", "reason", urgent=True),
    "jobExpired": _kind("jobTitle"),
    "chooseBid": _kind("jobTitle", "expiresAt"),
    "confirmWork": _kind("jobTitle"),
    "handInWork": _kind("jobTitle", "dueAt"),
    "reviewPrompt": _kind("jobTitle"),
    "reviewReceived": _kind("jobTitle", "rating"),
    "reviewAnswered": _kind("jobTitle"),
    "reminder": KindOfNotification(
        frozenset({"text"}), urgent=True
    ),  # on time, but everybody sets as many as they like
    "listingApproved": _gathered_kind("listingTitle"),
    "listingRejected": _gathered_kind("listingTitle"),
    "enquiryReceived": _gathered_kind("listingTitle"),
    "enquiryAnswered": _gathered_kind(),  # without the title, which the seller typed: it would stay in the inbox
    "enquiryClosed": _gathered_kind(),
    "storyApproved": _gathered_kind("storyTitle"),
    "storyRejected": _gathered_kind("storyTitle"),
    "storyFeatured": _gathered_kind("storyTitle"),
    "referralRewarded": _kind("rewardCents", "side"),
    "rewardRefused": _kind("amountCents"),
    "creditsReceived": _kind("amountCents", "balanceAfterCents"),
    "creditsDeducted": _kind("amountCents", "balanceAfterCents"),
    "withdrawalPaid": _kind("amountCents"),
    "withdrawalFailed": _kind("amountCents"),
    "workCanStart": _urgent_kind("jobTitle"),
    "balancePaid": _kind("jobTitle"),
    "paymentReceived": _kind("jobTitle", "amountCents"),
    "paymentFailed": _kind("jobTitle"),
    "balanceDue": _kind("jobTitle", "amountCents", "dueAt"),
    "disputeOpened": _gathered_kind("jobTitle"),
    "disputeEnded": _gathered_kind("jobTitle"),
    "disputeDecided": _like(
        "disputeEnded", "jobTitle", "workerPartCents", "buyerPartCents", "platformPartCents", "decisionReason"
    ),
    "agreementProposed": _gathered_kind("jobTitle", "amountCents"),
    "agreementDeclined": _gathered_kind("jobTitle", "amountCents"),
    "moneyReleased": _kind("jobTitle", "amountCents"),
    "workPaid": _kind("jobTitle"),
    "refundStarted": _kind("jobTitle", "amountCents"),
    "chargebackOpened": _urgent_kind("jobTitle", "amountCents"),
    "chargebackWon": _kind("jobTitle"),
    "chargebackLost": _urgent_kind("jobTitle", "amountCents"),
    "verified": _kind(),
    "verificationRefused": _kind(),
    "verificationEnded": _kind(),
    "reportResolved": _kind("decision"),
    "accountSuspended": _security_kind(),
    "accountReinstated": _security_kind(),
    "passwordChanged": _security_kind(),
    "contactChanged": _security_kind("contact"),
    CONTACT_REPLACED: _security_kind("contact"),
    "payoutAccountChanged": _security_kind(),
    "payoutAccountVerified": _kind(),
    "payoutAccountRefused": _kind("problem"),
    "payoutPaid": _kind("amountCents"),
    "payoutNeedsAccount": _kind("amountCents"),
    "payoutReturned": _kind("amountCents"),
    "payoutFailed": _kind("amountCents"),
    "payoutHeld": _kind("amountCents"),
    "refundHeld": _kind("amountCents"),
    "refundResumed": _kind("amountCents"),
    "refundPaid": _kind("amountCents"),
    "refundNeedsAccount": _kind("amountCents"),
}
"""Every kind by its name in the API.

Stored notifications are rendered by these, so a kind and its placeholders never change. More placeholders need a new
kind.
"""
