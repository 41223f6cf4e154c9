"""Completes and pays the referrals of both parties when a job is released."""

from __future__ import annotations

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.referrals import service

NAME = "referrals"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a job that was released."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "jobs" or "releasedAt" not in after or "releasedAt" in before:
        return None
    return OutgoingMessage(NAME, {"jobId": after["id"]}, object=after["id"], change=change.id)


def handle(message: Message) -> None:
    """Complete the referrals that a released job completes."""
    completed = service.complete_referrals(message.body["jobId"], clock.now())
    if completed:
        observability.count("ReferralCompleted", completed)
