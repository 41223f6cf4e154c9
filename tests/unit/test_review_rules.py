"""The rules of writing, answering and moderating a review."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.jobs.model import TRANSITIONS, Job, JobPosting, new_job
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.reviews.model import MAX_MODERATIONS, Review, ReviewRequest, new_review
from tests.support.records import POSTING

NOW = "2026-11-21T08:00:00.000Z"


def job(**facts: Any) -> Job:
    posting = JobPosting.model_validate(POSTING)
    new = new_job(posting, buyer_id="buyer-1", buyer_name="Thandi", now=NOW)
    return new.model_copy(update={"worker_id": "worker-1", "completed_at": NOW, "status": "completed", **facts})


def review(by: str = "buyer-1", of: Job | None = None) -> Review:
    return new_review(ReviewRequest(rating=4), of or job(), reviewer_id=by, reviewer_name="Thandi", now=NOW)


@pytest.mark.parametrize(("by", "about", "role"), [("buyer-1", "worker-1", "worker"), ("worker-1", "buyer-1", "buyer")])
def test_a_review_is_about_the_other_party(by: str, about: str, role: str) -> None:
    found = review(by)
    assert (found.reviewer_id, found.subject_id, found.subject_role) == (by, about, role)


@given(st.sampled_from(sorted(TRANSITIONS)), st.sampled_from(["buyer-1", "worker-1", "somebody"]))
def test_only_a_party_reviews_a_job_and_only_a_completed_one(status: str, by: str) -> None:
    of = job(status=status)
    if by == "somebody":
        with pytest.raises(Forbidden):
            review(by, of)
    elif status != "completed":
        with pytest.raises(Conflict, match=status):
            review(by, of)
    else:
        assert review(by, of).job_id == of.id


def test_the_reviewed_person_answers_once() -> None:
    answered = review().answered("Thank you.", "worker-1", NOW)
    assert answered.response is not None
    assert answered.version == 2
    with pytest.raises(Conflict):
        answered.answered("And more.", "worker-1", NOW)
    with pytest.raises(Forbidden):
        review().answered("I meant it.", "buyer-1", NOW)


@given(st.lists(st.booleans(), max_size=150))
def test_given_several_moderations_then_the_last_stands_and_repeated_ones_change_nothing(decisions: list[bool]) -> None:
    present, shown, changes = review(), 1, 0
    for number, hidden in enumerate(decisions):
        after = present.moderated(hidden, f"reason {number}", f"admin-{number}", NOW)
        if after is not present:
            shown, changes = shown + (-1 if hidden else 1), changes + 1
            assert after.moderation is not None
            assert (after.moderation.reason, after.moderation.moderator_id) == (f"reason {number}", f"admin-{number}")
        present = after
        # Rating sums change with each new version, so a visible review counts once and a hidden one not at all.
        assert shown == (0 if hidden else 1)
        assert present.hidden == hidden
    assert len(present.moderations) == min(changes, MAX_MODERATIONS)


@pytest.mark.parametrize("involved", ["buyer-1", "worker-1"])
def test_a_party_of_a_job_cannot_moderate_its_reviews(involved: str) -> None:
    with pytest.raises(Forbidden):
        review().moderated(True, "I do not like it.", involved, NOW)
