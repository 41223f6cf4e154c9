"""Completes and pays the referrals of a released job's parties, and settles those that a suspension held."""

from __future__ import annotations

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.profiles import store as profiles
from khaya.referrals import service

NAME = "referrals"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a job that was released, or for the end of a suspension."""
    before, after = change.before or {}, change.after or {}
    if change.resource == "jobs" and "releasedAt" in after and "releasedAt" not in before:
        return OutgoingMessage(NAME, {"jobId": after["id"]}, object=after["id"], change=change.id)
    if change.resource == "profiles" and profiles.ends_suspension(before, after):
        return OutgoingMessage(NAME, {"userId": after["userId"]}, object=after["userId"], change=change.id)
    return None


def handle(message: Message) -> None:
    """Complete the referrals that a released job completes, or settle those that were held for a person."""
    if "userId" in message.body:
        service.settle_held(message.body["userId"], clock.now())
        return
    completed = service.complete_referrals(message.body["jobId"], clock.now())
    if completed:
        observability.count("ReferralCompleted", completed)
