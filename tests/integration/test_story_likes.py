"""Likes: one per person and story, and an exact count."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.stories import approve_story, approved_story, reject_story

AUTHOR = Person("author-1", ("worker",))
READER = Person("reader-1", ("buyer",))
READERS = [Person(f"reader-{number}", ("buyer",)) for number in range(3)]


def test_liking_twice_changes_nothing() -> None:
    # given a story that the reader likes
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    # when they like it again
    again = READER.put(f"/stories/{story}/like")
    # then
    assert (again.status, again.body) == (200, {"likes": 1, "liked": True})
    assert VISITOR.get(f"/stories/{story}").body["likes"] == 1


def test_unliking_twice_changes_nothing() -> None:
    # given a story that somebody else likes
    story = approved_story(AUTHOR)
    AUTHOR.put(f"/stories/{story}/like")
    # when a reader who does not like it removes their like
    first, second = (READER.delete(f"/stories/{story}/like") for _ in range(2))
    # then
    assert [(answer.status, answer.body) for answer in (first, second)] == [(200, {"likes": 1, "liked": False})] * 2
    assert VISITOR.get(f"/stories/{story}").body["likes"] == 1


def test_given_a_liked_story_when_it_is_rejected_and_approved_again_then_its_likes_remain() -> None:
    # given a liked story
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    # when it is rejected and approved again
    reject_story(story)
    assert READER.delete(f"/stories/{story}/like").status == 404
    approve_story(story)
    # then the like still counts once
    assert READER.put(f"/stories/{story}/like").body == {"likes": 1, "liked": True}


STEPS = st.tuples(st.sampled_from(["like", "unlike", "hide", "show"]), st.sampled_from(range(len(READERS))))


@given(st.lists(STEPS, max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_equals_the_likes_after_any_sequence(steps: list[tuple[str, int]]) -> None:
    # given a story and any sequence of likes and moderations
    stand_in.empty()
    story = approved_story(AUTHOR)
    likers: set[int] = set()
    visible = True
    for step, reader in steps:
        if step in ("hide", "show"):
            visible = step == "show"
            approve_story(story) if visible else reject_story(story)
            continue
        answer = READERS[reader].call("PUT" if step == "like" else "DELETE", f"/stories/{story}/like")
        if not visible:
            assert answer.status == 404
            continue
        likers = likers | {reader} if step == "like" else likers - {reader}
        # then each response has the present count
        assert (answer.status, answer.body) == (200, {"likes": len(likers), "liked": step == "like"})
    # and finally the count, the stored likes and the responses agree
    stored = stand_in.stored("stories")
    assert next(item["likes"] for item in stored if item["id"] == story) == len(likers)
    assert {item["id"] for item in stored if item["id"] != story} == {f"{story}#reader-{one}" for one in likers}
    assert AUTHOR.get(f"/stories/{story}").body["likes"] == len(likers)
    if visible:
        liked = [person.get(f"/stories/{story}").body["liked"] for person in READERS]
        assert liked == [number in likers for number in range(len(READERS))]
