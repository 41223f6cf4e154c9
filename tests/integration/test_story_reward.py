"""The reward of R50 for the first approved story of an author with a qualifying job. Paid once."""

from __future__ import annotations

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.stories import (
    MODERATOR,
    approve_story,
    approved_story,
    complete_qualifying_job,
    reject_story,
    submit_story,
)

AUTHOR = Person("author-1", ("worker",))


def test_given_an_author_with_a_qualifying_job_then_their_first_approved_story_is_rewarded() -> None:
    # given an author with a qualifying job and a pending story
    complete_qualifying_job("author-1")
    story = submit_story(AUTHOR)
    assert _booked() == []
    # when it is approved
    approve_story(story)
    # then
    assert _booked() == [("author-1", "reward", 5_000, "story:author-1")]
    assert _balance() == 5_000


def test_further_stories_and_moderations_are_not_rewarded() -> None:
    # given an author who got the reward
    complete_qualifying_job("author-1")
    story = approved_story(AUTHOR)
    # when it is featured, rejected, approved again and deleted, and another is approved
    approve_story(story, featured=True)
    reject_story(story)
    approve_story(story)
    assert AUTHOR.delete(f"/stories/{story}").status == 204
    approved_story(AUTHOR)
    # then
    assert len(_booked()) == 1
    assert _balance() == 5_000


def test_given_an_author_without_a_qualifying_job_then_the_reward_is_paid_after_they_have_one() -> None:
    # given an approved story of an author without a qualifying job
    approved_story(AUTHOR)
    assert _booked() == []
    # when they complete a qualifying job and another story is approved
    complete_qualifying_job("author-1")
    approved_story(AUTHOR)
    # then
    assert _balance() == 5_000


def test_a_rejected_story_is_not_rewarded() -> None:
    # given an author with a qualifying job
    complete_qualifying_job("author-1")
    # when their story is rejected
    reject_story(submit_story(AUTHOR))
    # then
    assert _booked() == []


def test_a_repeated_moderation_with_its_key_gets_the_first_response(clock: Clock) -> None:
    # given a moderation that paid the reward
    complete_qualifying_job("author-1")
    path, headers = f"/stories/{submit_story(AUTHOR)}/moderation", {"Idempotency-Key": "decision-1"}
    decision = {"decision": "approve", "version": 1}
    first = MODERATOR.post(path, decision, headers=headers)
    clock.tick(minutes=5)
    # when the client repeats the request
    second = MODERATOR.post(path, decision, headers=headers)
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
