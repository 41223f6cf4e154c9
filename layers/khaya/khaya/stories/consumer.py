"""Pays the reward for a first approved story, once the story and a qualifying job are there, in either order."""

from __future__ import annotations

from typing import Any

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.work.consumers import Message
from khaya.profiles import store as profiles
from khaya.referrals import store as referrals
from khaya.stories import service

NAME = "story_rewards"


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an approved story, for a first qualifying job, or for the end of a suspension."""
    body = _body(change)
    return OutgoingMessage(NAME, body, object=body["userId"], change=change.id) if body else None


def handle(message: Message) -> None:
    """Pay the reward if it is due."""
    user_id, story_id = message.body["userId"], message.body.get("storyId")
    now = clock.now()
    paid = service.pay_reward(user_id, now) if story_id is None else service.pay_reward_for(story_id, user_id, now)
    if paid:
        observability.count("StoryRewarded")


def _body(change: Change) -> dict[str, Any] | None:
    before, after = change.before or {}, change.after or {}
    if change.resource == "stories" and after.get("status") == "approved" != before.get("status"):
        return {"userId": after["authorId"], "storyId": after["id"]}
    if change.resource == "referrals" and (person := referrals.newly_qualified(before, after)):
        return {"userId": person}
    if change.resource == "profiles" and profiles.ends_suspension(before, after):
        return {"userId": after["userId"]}
    return None
