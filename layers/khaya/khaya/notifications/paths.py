"""The path of the web client at which it shows what a notification is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from khaya.notifications.model import Notification

_OF_KIND: Final[Mapping[str, str]] = {
    **dict.fromkeys(("bidReceived", "bidWithdrawn", "chooseBid"), "/deals/{jobId}/bids"),
    **dict.fromkeys(("bidRejected", "jobEdited"), "/jobs/{jobId}"),
    **dict.fromkeys(("workSubmitted", "confirmWork"), "/deals/{jobId}/check"),
    "handInWork": "/deals/{jobId}/submit",
    "reviewPrompt": "/deals/{jobId}/review",
    "reminder": "/me/reminders",
    **dict.fromkeys(("disputeOpened", "agreementProposed", "agreementDeclined"), "/deals/{jobId}/dispute"),
    **dict.fromkeys(("paymentFailed", "balanceDue"), "/deals/{jobId}/pay"),
    "refundNeedsAccount": "/deals/{jobId}/refund-account",
    "enquiryReceived": "/me/enquiries?as=seller",
    **dict.fromkeys(("enquiryAnswered", "enquiryClosed"), "/me/enquiries?as=buyer"),
    **dict.fromkeys(("storyApproved", "storyRejected", "storyFeatured"), "/me/stories"),
    **dict.fromkeys(
        (
            "referralRewarded",
            "rewardRefused",
            "creditsReceived",
            "creditsDeducted",
            "withdrawalPaid",
            "withdrawalFailed",
        ),
        "/me/credits",
    ),
    **dict.fromkeys(
        (
            "payoutAccountChanged",
            "payoutAccountVerified",
            "payoutAccountRefused",
            "payoutNeedsAccount",
            "payoutReturned",
            "payoutFailed",
        ),
        "/me/payout-account",
    ),
    **dict.fromkeys(("moneyReleased", "payoutPaid", "payoutHeld"), "/me/earnings"),
    **dict.fromkeys(("verified", "verificationRefused", "verificationEnded"), "/me/verification"),
    **dict.fromkeys(("passwordChanged", "contactChanged"), "/me/settings"),
}
_OF_THING: Final[Mapping[str, str]] = {
    "jobId": "/deals/{jobId}",
    "listingId": "/me/materials/{listingId}",
    "storyId": "/stories/{storyId}",
}
_ELSE: Final = "/inbox"


def app_path(notification: Notification) -> str:
    """The path, by the notification's kind, else by the job, listing or story that it is about, else the inbox."""
    ids = {name: value for name, value in notification.data.items() if value}
    candidates = [_OF_KIND.get(notification.kind, ""), *(_OF_THING[name] for name in _OF_THING if name in ids)]
    for path in filter(None, candidates):
        try:
            return path.format_map(ids)
        except KeyError:
            continue
    return _ELSE
