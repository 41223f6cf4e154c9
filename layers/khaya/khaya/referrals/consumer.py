"""Counts released jobs for referrals, settles referrals that were held, and undoes jobs that were charged back."""

from __future__ import annotations

from khaya.payout_accounts import store as payout_accounts
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.profiles import store as profiles
from khaya.referrals import service

NAME = "referrals"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a released job, a lost chargeback, the end of a suspension, or a verified payout account."""
    before, after = change.before or {}, change.after or {}
    body: dict[str, object] | None = None
    match change.resource:
        case "jobs" if "releasedAt" in after and "releasedAt" not in before:
            body = {"jobId": after["id"]}
        case "chargebacks" if after.get("status") == "lost" != before.get("status") and "jobId" in after:
            body = {"jobId": after["jobId"], "chargedBack": True}
        case "profiles" if profiles.ends_suspension(before, after):
            body = {"userId": after["userId"]}
        case "payouts" if user_id := payout_accounts.newly_verified(before, after):
            body = {"userId": user_id}
    if body is None:
        return None
    return OutgoingMessage(NAME, body, object=str(body.get("jobId") or body["userId"]), change=change.id)


def handle(message: Message) -> None:
    """Count a released job, undo one whose payment was charged back, or settle what was held for a person."""
    body, now = message.body, clock.now()
    if "userId" in body:
        service.settle_held(body["userId"], now)
    elif body.get("chargedBack"):
        service.uncount_job(body["jobId"], now)
    elif completed := service.complete_referrals(body["jobId"], now):
        observability.count("ReferralCompleted", completed)
