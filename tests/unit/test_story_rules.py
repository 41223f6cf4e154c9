"""What an admin decides about a story, and who sees it then."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from khaya.platform.base.errors import Conflict, Forbidden, Invalid
from khaya.stories.model import ModerationRequest, Story, StoryPosting, new_story

NOW = "2026-11-21T08:00:00.000Z"
WRITTEN: dict[str, Any] = {
    "title": "How I found work",
    "content": "Two months ago I had no work at all; now I have three jobs a week.",
    "type": "success",
}
PHOTO = "uploads/author-1/story/01KAJ00000000000000000000A.jpg"


def story() -> Story:
    posting = StoryPosting.model_validate(WRITTEN)
    return new_story(posting, author_id="author-1", author_name="Zanele", now=NOW)


def decided(before: Story, **decision: Any) -> Story:
    return before.moderated(ModerationRequest.model_validate(decision), moderator_id="admin-1", now=NOW)


def test_a_new_story_is_seen_by_its_author_and_admins_alone() -> None:
    # given a story nobody has decided on
    new = story()
    # then
    assert new.visible_to("author-1", admin=False)
    assert new.visible_to("admin-1", admin=True)
    assert not new.visible_to("somebody", admin=False)
    assert not new.visible_to(None, admin=False)


def test_an_approved_story_is_seen_by_everybody_and_tells_who_approved_it() -> None:
    # when an admin approves
    approved = decided(story(), decision="approve", reason="A good story.")
    # then
    assert approved.visible_to(None, admin=False)
    assert approved.moderation is not None
    assert approved.moderation.moderator_id == "admin-1"
    assert approved.moderation.reason == "A good story."
    assert approved.moderation.at == NOW
    assert not approved.featured


def test_a_feature_stays_until_it_is_taken_away() -> None:
    # given a featured story
    featured = decided(story(), decision="approve", featured=True)
    # then another approval keeps it so, unless it says otherwise
    assert decided(featured, decision="approve").featured
    assert not decided(featured, decision="approve", featured=False).featured


def test_a_story_turned_down_after_approval_is_hidden_and_no_longer_featured() -> None:
    # given a featured story
    featured = decided(story(), decision="approve", featured=True)
    # when an admin thinks again
    rejected = decided(featured, decision="reject", reason="The author asked for it.")
    # then
    assert not rejected.visible_to("somebody", admin=False)
    assert not rejected.featured
    assert not decided(rejected, decision="approve").featured


def test_a_story_is_not_turned_down_without_a_reason() -> None:
    with pytest.raises(Invalid) as refused:
        decided(story(), decision="reject")
    assert refused.value.errors[0]["field"] == "reason"


def test_a_story_that_is_turned_down_cannot_be_featured() -> None:
    with pytest.raises(Invalid) as refused:
        decided(story(), decision="reject", featured=True, reason="Not for us.")
    assert refused.value.errors[0]["field"] == "featured"


def test_no_admin_decides_on_their_own_story() -> None:
    # when an admin who is the author decides
    own = story()
    with pytest.raises(Forbidden):
        own.moderated(ModerationRequest.model_validate({"decision": "approve"}), moderator_id="author-1", now=NOW)


@pytest.mark.parametrize("decision", [None, {"decision": "reject", "reason": "Not for us."}])
def test_only_approved_stories_may_be_liked(decision: dict[str, Any] | None) -> None:
    # given a story that is pending or rejected
    hidden = decided(story(), **decision) if decision else story()
    # then
    with pytest.raises(Conflict, match=hidden.status):
        hidden.require_approved()


DECISIONS = st.fixed_dictionaries(
    {"decision": st.sampled_from(["approve", "reject"])},
    optional={"featured": st.none() | st.booleans(), "reason": st.none() | st.just("So it was decided.")},
)


@given(st.lists(DECISIONS, max_size=8))
def test_whatever_is_decided_only_approved_stories_are_public_or_featured(decisions: list[dict[str, Any]]) -> None:
    # given any history of decisions, of which those that break a rule are refused
    now = story()
    for decision in decisions:
        version = now.version
        try:
            now = decided(now, **decision)
        except Invalid:
            assert decision["decision"] == "reject"
            continue
        # then each one that stands counts, and is the last
        assert now.version == version + 1
        assert now.moderation is not None
        assert now.moderation.decision == decision["decision"]
        # and
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
        StoryPosting.model_validate({**WRITTEN, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "t" * 5),
        ("title", "t" * 200),
        ("content", "c" * 20),
        ("content", "c" * 10_000),
        ("media", [PHOTO] * 5),
    ],
)
def test_a_field_at_its_limit_is_taken(field: str, value: Any) -> None:
    assert getattr(StoryPosting.model_validate({**WRITTEN, field: value}), field) == value
