"""Counters that a fault left too low: what they count can still be undone, and lists that show them can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khaya.stories.model import Like
from tests.conftest import Clock
from tests.support import stand_in, streams
from tests.support.client import VISITOR, Person
from tests.support.items import damage, item_of
from tests.support.records import place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import approved_story

AUTHOR = Person("author-1", ("worker",))
READER = Person("reader-1", ("buyer",))
WORKER = Person("worker-1", ("worker",))
BUYER = Person("buyer-1", ("buyer",))


@pytest.mark.parametrize("count", [0, -1, -40])
def test_given_a_count_of_likes_that_is_too_low_when_a_like_is_removed_then_the_count_is_0(count: int) -> None:
    # given a liked story whose count was lost
    story = approved_story(AUTHOR)
    assert READER.put(f"/stories/{story}/like").status == 200
    damage("stories", {"id": story}, likes=count)
    # when the like is removed
    answer = READER.delete(f"/stories/{story}/like")
    # then it is gone, and the story and the feed can be read
    assert (answer.status, answer.body) == (200, {"likes": 0, "liked": False})
    assert READER.get(f"/stories/{story}").body["liked"] is False
    assert [one["likes"] for one in VISITOR.get("/stories").body["items"]] == [0]
    assert item_of("stories", story)["likes"] == 0
    # and the next like counts
    assert READER.put(f"/stories/{story}/like").body == {"likes": 1, "liked": True}
    assert VISITOR.get(f"/stories/{story}").body["likes"] == 1


@pytest.mark.parametrize("count", [0, -1, 1, 2])
def test_given_a_wrong_count_of_likes_when_the_reader_is_erased_then_their_like_is_gone(
    count: int, clock: Clock
) -> None:
    story = approved_story(AUTHOR)
    profile("reader-1", roles=["buyer"])
    stand_in.pool_with(READER)
    assert READER.put(f"/stories/{story}/like").status == 200
    damage("stories", {"id": story}, likes=count)
    assert READER.delete("/profiles/me").status == 204
    clock.tick(hours=1)
    streams.follow()
    assert not [row for row in stored("stories") if row.get("likedBy")]
    assert item_of("stories", story)["likes"] == max(count - 1, 0)


def test_a_stored_like_names_its_story() -> None:
    story = approved_story(AUTHOR)
    assert READER.put(f"/stories/{story}/like").status == 200
    (like,) = [row for row in stored("stories") if "likedBy" in row]
    assert Like.model_validate(like).liked_story == story
    with pytest.raises(ValueError, match="likedStory"):
        Like.model_validate({**like, "likedStory": None})


def _job() -> tuple[str, dict[str, str]]:
    job = post_job(BUYER)
    place_bid(WORKER, job)
    return "/jobs", {"id": job}


def _story() -> tuple[str, dict[str, str]]:
    return "/stories", {"id": approved_story(AUTHOR)}


def _worker() -> tuple[str, dict[str, str]]:
    profile("worker-1", roles=["worker"])
    return "/profiles", {"userId": "worker-1"}


FEEDS: list[tuple[Callable[[], tuple[str, dict[str, str]]], str, str]] = [
    (_job, "jobs", "bidCount"),
    (_story, "stories", "likes"),
    *((_worker, "profiles", name) for name in ("ratingSum", "ratingCount", "completedJobs", "paidJobs", "onTimeJobs")),
    *((_worker, "profiles", f"{name}{part}") for name in ("punctuality", "fairPrice") for part in ("Sum", "Count")),
]


@pytest.mark.parametrize(("make", "table", "counter"), FEEDS, ids=lambda one: one if isinstance(one, str) else "")
@pytest.mark.parametrize("count", [-1, -(10**9)])
def test_given_a_counter_below_0_then_its_lists_can_be_read_and_show_0(
    make: Callable[[], tuple[str, dict[str, str]]], table: str, counter: str, count: int
) -> None:
    path, key = make()
    damage(table, key, **{counter: count})
    assert len(VISITOR.get(path).body["items"]) == 1
    own: dict[str, Any] = VISITOR.get(f"{path}/{next(iter(key.values()))}").body
    assert own.get(counter, 0) == 0
