"""The rules of moderating a story, and its visibility."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.stories.model import Story, StoryModerationRequest, StoryPosting, new_story
from tests.support.stories import STORY

NOW = "2026-11-21T08:00:00.000Z"
PHOTO = "uploads/author-1/story/01KAJ00000000000000000000A.jpg"


def story() -> Story:
    posting = StoryPosting.model_validate(STORY)
    return new_story(posting, author_id="author-1", author_name="Zanele", now=NOW)


def decided(before: Story, **decision: Any) -> Story:
    named = {"version": before.version, **decision}
    return before.moderated(StoryModerationRequest.model_validate(named), moderator_id="admin-1", now=NOW)


def test_a_new_story_is_visible_to_its_author_and_admins_only() -> None:
    # given a new story
    new = story()
    # then
    assert new.visible_to("author-1", admin=False)
    assert new.visible_to("admin-1", admin=True)
    assert not new.visible_to("somebody", admin=False)
    assert not new.visible_to(None, admin=False)


def test_an_approved_story_is_public_and_records_its_moderator() -> None:
    # when an admin approves
    approved = decided(story(), decision="approve", reason="A good story.")
    # then
    assert approved.visible_to(None, admin=False)
    assert approved.moderation is not None
    assert approved.moderation.moderator_id == "admin-1"
    assert approved.moderation.reason == "A good story."
    assert approved.moderation.at == NOW
    assert not approved.featured


def test_a_story_stays_featured_until_an_admin_unsets_it() -> None:
    # given a featured story
    featured = decided(story(), decision="approve", featured=True)
    # then another approval keeps it featured, unless it sets `featured` to false
    assert decided(featured, decision="approve").featured
    assert not decided(featured, decision="approve", featured=False).featured


def test_given_a_featured_story_when_it_is_rejected_then_it_is_hidden_and_not_featured() -> None:
    # given a featured story
    featured = decided(story(), decision="approve", featured=True)
    # when an admin rejects it
    rejected = decided(featured, decision="reject", reason="The author asked for it.")
    # then
    assert not rejected.visible_to("somebody", admin=False)
    assert not rejected.featured
    assert not decided(rejected, decision="approve").featured


def test_a_rejection_without_a_reason_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        decided(story(), decision="reject")
    assert refused.value.errors()[0]["loc"] == ("reason",)


def test_a_rejected_story_cannot_be_featured() -> None:
    with pytest.raises(ValidationError) as refused:
        decided(story(), decision="reject", featured=True, reason="Not for us.")
    assert refused.value.errors()[0]["loc"] == ("featured",)


def test_an_admin_cannot_moderate_their_own_story() -> None:
    # when an admin who is the author decides
    own = story()
    with pytest.raises(Forbidden):
        own.moderated(
            StoryModerationRequest.model_validate({"decision": "approve", "version": 1}),
            moderator_id="author-1",
            now=NOW,
        )


@pytest.mark.parametrize("decision", [None, {"decision": "reject", "reason": "Not for us."}])
def test_only_approved_stories_may_be_liked(decision: dict[str, Any] | None) -> None:
    # given a pending or rejected story
    hidden = decided(story(), **decision) if decision else story()
    # then
    with pytest.raises(Conflict, match=hidden.status):
        hidden.require_approved()


DECISIONS = st.fixed_dictionaries(
    {"decision": st.sampled_from(["approve", "reject"])},
    optional={"featured": st.none() | st.booleans(), "reason": st.none() | st.just("So it was decided.")},
)


@given(st.lists(DECISIONS, max_size=8))
def test_given_any_decisions_then_only_an_approved_story_is_public_or_featured(decisions: list[dict[str, Any]]) -> None:
    # given any sequence of decisions, some of them invalid
    now = story()
    for decision in decisions:
        before = now
        try:
            now = decided(now, **decision)
        except ValidationError:
            assert decision["decision"] == "reject"
            continue
        # then each valid decision that changes something increases the version, and is the latest
        assert now.version == before.version + (now is not before)
        assert now.moderation is not None
        assert now.moderation.decision == decision["decision"]
        # and only an approved story is public or featured
        assert now.visible_to(None, admin=False) == (now.status == "approved")
        assert now.status == "approved" or not now.featured


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Four"),
        ("title", "t" * 201),
        ("title", "Two\nlines"),
        ("content", "Nineteen letters..."),
        ("content", "c" * 10_001),
        ("content", " " * 40),
        ("type", "advert"),
        ("type", None),
        ("media", [PHOTO] * 6),
        ("media", ["uploads/author-1/story/01KAJ00000000000000000000A.pdf"]),
        ("media", ["uploads/author-1/story/01KAJ00000000000000000000A.gif"]),
        ("media", ["https://example.org/a.jpg"]),
        ("media", None),
        ("featured", True),
        ("status", "approved"),
        ("likes", 5),
        ("authorId", "somebody"),
    ],
)
def test_a_field_that_breaks_a_rule_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        StoryPosting.model_validate({**STORY, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "t" * 5),
        ("title", "t" * 200),
        ("content", "c" * 20),
        ("content", "c" * 10_000),
        ("media", [PHOTO.replace("A.jpg", f"{sign}.jpg") for sign in "ABCDE"]),
    ],
)
def test_a_field_at_its_limit_is_accepted(field: str, value: Any) -> None:
    assert getattr(StoryPosting.model_validate({**STORY, field: value}), field) == value
