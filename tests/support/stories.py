"""A request body, and functions that create stories for tests."""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.referrals import store
from tests.support.client import Person

STORY: dict[str, Any] = {
    "title": "How I found work",
    "content": "Two months ago I had no work at all; now I have three jobs a week.",
    "type": "success",
}
MODERATOR = Person("moderator-1", ("admin",))


def submit_story(author: Person, **fields: Any) -> str:
    """Submit a story and return its id."""
    answer = author.post("/stories", {**STORY, **fields})
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def approve_story(story_id: str, **decision: Any) -> None:
    """Approve the story as an admin."""
    answer = MODERATOR.post(
        f"/stories/{story_id}/moderation",
        {"version": MODERATOR.get(f"/stories/{story_id}").body["version"], "decision": "approve", **decision},
    )
    assert answer.status == 200, answer.text


def reject_story(story_id: str) -> None:
    """Reject the story as an admin."""
    decision = {
        "decision": "reject",
        "reason": "Please leave out the phone number.",
        "version": MODERATOR.get(f"/stories/{story_id}").body["version"],
    }
    answer = MODERATOR.post(f"/stories/{story_id}/moderation", decision)
    assert answer.status == 200, answer.text


def approved_story(author: Person, **fields: Any) -> str:
    """Submit a story, approve it as an admin, and return its id."""
    story_id = submit_story(author, **fields)
    approve_story(story_id)
    return story_id


def complete_qualifying_job(user_id: str) -> None:
    """Record the first qualifying job of a person."""
    commit_now(store.record_qualification(user_id, "job-1", clock.now()))
