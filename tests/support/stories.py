"""Stories that stand in the marketplace before a test begins."""

from __future__ import annotations

from typing import Any

from tests.support.client import Person

STORY: dict[str, Any] = {
    "title": "How I found work",
    "content": "Two months ago I had no work at all; now I have three jobs a week.",
    "type": "success",
}
MODERATOR = Person("moderator-1", ("admin",))


def tell_story(author: Person, **fields: Any) -> str:
    """Tell a story and answer its id."""
    answer = author.post("/stories", {**STORY, **fields})
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def approve_story(story_id: str, **decision: Any) -> None:
    """Let an admin approve the story."""
    answer = MODERATOR.post(f"/stories/{story_id}/moderation", {"decision": "approve", **decision})
    assert answer.status == 200, answer.text


def reject_story(story_id: str) -> None:
    """Let an admin turn the story down."""
    decision = {"decision": "reject", "reason": "Please leave out the phone number."}
    answer = MODERATOR.post(f"/stories/{story_id}/moderation", decision)
    assert answer.status == 200, answer.text


def approved_story(author: Person, **fields: Any) -> str:
    """Tell a story, let an admin approve it, and answer its id."""
    story_id = tell_story(author, **fields)
    approve_story(story_id)
    return story_id


def had_a_qualifying_job(user_id: str) -> None:
    """Note what a person's first qualifying job leaves behind."""
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.data.unit_of_work import UnitOfWork  # noqa: PLC0415
    from khaya.referrals import store  # noqa: PLC0415

    unit_of_work = UnitOfWork()
    unit_of_work.add(store.qualified(user_id, "job-1", clock.now()))
    unit_of_work.commit()
