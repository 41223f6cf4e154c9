"""R50 for the first approved story of somebody who has had a qualifying job: once, whatever is told and decided."""

from __future__ import annotations

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.stories import (
    MODERATOR,
    approve_story,
    approved_story,
    had_a_qualifying_job,
    reject_story,
    tell_story,
)

AUTHOR = Person("author-1", ("worker",))


def test_the_first_approved_story_of_somebody_with_a_qualifying_job_is_paid_for() -> None:
    # given an author with a qualifying job, and a story that waits
    had_a_qualifying_job("author-1")
    story = tell_story(AUTHOR)
    assert _booked() == []
    # when it is approved
    approve_story(story)
    # then
    assert _booked() == [("author-1", "reward", 5_000, "story:author-1")]
    assert _balance() == 5_000


def test_nothing_more_is_paid_for_further_stories_and_decisions() -> None:
    # given somebody who was paid for a story
    had_a_qualifying_job("author-1")
    story = approved_story(AUTHOR)
    # when it is featured, turned down, approved again and deleted, and another is approved
    approve_story(story, featured=True)
    reject_story(story)
    approve_story(story)
    assert AUTHOR.delete(f"/stories/{story}").status == 204
    approved_story(AUTHOR)
    # then
    assert len(_booked()) == 1
    assert _balance() == 5_000


def test_a_story_of_somebody_without_a_qualifying_job_is_not_paid_for_until_they_have_had_one() -> None:
    # given an approved story of somebody new
    approved_story(AUTHOR)
    assert _booked() == []
    # when they have had a qualifying job and another story is approved
    had_a_qualifying_job("author-1")
    approved_story(AUTHOR)
    # then
    assert _balance() == 5_000


def test_a_story_that_is_turned_down_is_not_paid_for() -> None:
    # given an author with a qualifying job
    had_a_qualifying_job("author-1")
    # when their story is turned down
    reject_story(tell_story(AUTHOR))
    # then
    assert _booked() == []


def test_a_decision_repeated_with_its_key_is_answered_as_before(clock: Clock) -> None:
    # given a decision that paid
    had_a_qualifying_job("author-1")
    path, headers = f"/stories/{tell_story(AUTHOR)}/moderation", {"Idempotency-Key": "decision-1"}
    first = MODERATOR.post(path, {"decision": "approve"}, headers=headers)
    clock.tick(minutes=5)
    # when the admin's client sends it again
    second = MODERATOR.post(path, {"decision": "approve"}, headers=headers)
    # then
    assert (second.status, second.headers["Idempotency-Replayed"]) == (200, "true")
    assert second.body["moderation"] == first.body["moderation"]
    assert len(_booked()) == 1


def _booked() -> list[tuple[str, str, int, str]]:
    entries = [item for item in stand_in.stored("credits") if "amountCents" in item]
    return [(entry["userId"], entry["type"], entry["amountCents"], entry["source"]) for entry in entries]


def _balance() -> int:
    cents: int = AUTHOR.get("/credits/balance").body["balanceCents"]
    return cents
