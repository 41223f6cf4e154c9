"""The reward of R50 for the first approved story of an author with a qualifying job, in either order. Paid once."""

from __future__ import annotations

from itertools import permutations

import pytest

from khaya.platform.base import clock
from khaya.stories import service
from tests.support import stand_in
from tests.support.client import Person
from tests.support.records import profile
from tests.support.stories import (
    approve_story,
    approved_story,
    complete_qualifying_job,
    reject_story,
    submit_story,
)
from tests.support.streams import follow

AUTHOR = Person("author-1", ("worker",))
ADMIN = Person("admin-1", ("admin",))
PAID = [("author-1", "reward", 5_000, "story:author-1")]


@pytest.fixture(autouse=True)
def people() -> None:
    stand_in.pool_with(ADMIN, AUTHOR)
    profile("admin-1", display_name="Admin", roles=["admin"])
    profile("author-1", display_name="Zodwa", roles=["worker"])


@pytest.mark.parametrize("order", list(permutations(("story approved", "job qualified"))), ids=str)
@pytest.mark.parametrize("followed", ["after each", "at the end"])
def test_a_story_and_a_qualifying_job_are_rewarded_in_whichever_order(order: tuple[str, ...], followed: str) -> None:
    # given an author with a pending story
    story = submit_story(AUTHOR)
    acts = {
        "story approved": lambda: approve_story(story),
        "job qualified": lambda: complete_qualifying_job("author-1"),
    }
    # when one of both happened, then nothing is paid yet
    acts[order[0]]()
    if followed == "after each":
        _follow()
        assert _booked() == []
    # when the other one happened too
    acts[order[1]]()
    _follow()
    # then
    assert _booked() == PAID
    assert _balance() == 5_000


@pytest.mark.parametrize(
    "order",
    [
        ("suspended", "story approved", "job qualified", "lifted"),
        ("suspended", "job qualified", "story approved", "lifted"),
        ("story approved", "suspended", "job qualified", "lifted"),
        ("job qualified", "suspended", "story approved", "lifted"),
        ("suspended", "story approved", "lifted", "job qualified"),
        ("suspended", "job qualified", "lifted", "story approved"),
    ],
    ids=str,
)
def test_a_suspended_author_is_rewarded_when_the_suspension_is_lifted_and_not_before(order: tuple[str, ...]) -> None:
    story = submit_story(AUTHOR)
    acts = {
        "suspended": lambda: _set_status("suspended"),
        "story approved": lambda: approve_story(story),
        "job qualified": lambda: complete_qualifying_job("author-1"),
        "lifted": lambda: _set_status("active"),
    }
    for act in order:
        assert _booked() == []
        acts[act]()
        _follow()
    assert _booked() == PAID


def test_further_stories_and_moderations_are_not_rewarded() -> None:
    # given an author who got the reward
    complete_qualifying_job("author-1")
    story = approved_story(AUTHOR)
    _follow()
    # when it is featured, rejected, approved again and deleted, and another is approved
    approve_story(story, featured=True)
    reject_story(story)
    approve_story(story)
    _follow()
    assert AUTHOR.delete(f"/stories/{story}").status == 204
    approved_story(AUTHOR)
    complete_qualifying_job("author-1")
    _follow()
    # then
    assert _booked() == PAID
    assert _balance() == 5_000


@pytest.mark.parametrize("end", ["rejected", "deleted"])
def test_a_story_that_is_no_longer_approved_is_not_rewarded(end: str) -> None:
    # given an approved story that was rejected or deleted before its author had a qualifying job
    story = approved_story(AUTHOR)
    _follow()
    if end == "rejected":
        reject_story(story)
    else:
        assert AUTHOR.delete(f"/stories/{story}").status == 204
    # when they have one
    complete_qualifying_job("author-1")
    _follow()
    # then
    assert _booked() == []
    # when another story is approved
    approved_story(AUTHOR)
    _follow()
    # then
    assert _booked() == PAID


def test_an_earlier_approved_story_counts_when_the_last_one_was_deleted() -> None:
    approved_story(AUTHOR)
    latest = approved_story(AUTHOR)
    _follow()
    assert AUTHOR.delete(f"/stories/{latest}").status == 204
    complete_qualifying_job("author-1")
    _follow()
    assert _booked() == PAID


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_returning_former_member_is_not_rewarded(is_approved: bool) -> None:
    again = Person("again-1", ("worker",))
    profile("again-1", display_name="Zodwa", roles=["worker"], returned=True)
    if is_approved:
        approved_story(again)
    complete_qualifying_job("again-1")
    approved_story(again)
    _follow()
    assert _booked() == []


def test_a_rejected_story_is_not_rewarded() -> None:
    # given an author with a qualifying job
    complete_qualifying_job("author-1")
    # when their story is rejected
    reject_story(submit_story(AUTHOR))
    _follow()
    # then
    assert _booked() == []


def test_a_message_that_comes_again_rewards_nobody_twice() -> None:
    # given a reward
    complete_qualifying_job("author-1")
    story = approved_story(AUTHOR)
    _follow()
    # when its messages come again
    assert service.pay_reward("author-1", clock.now()) is False
    assert service.pay_reward_for(story, "author-1", clock.now()) is False
    # then
    assert _booked() == PAID


def _follow() -> None:
    follow("story_rewards")


def _set_status(status: str) -> None:
    decision = {"status": status, "reason": "Invented jobs, again."}
    assert ADMIN.patch("/admin/users/author-1", decision).status == 200


def _booked() -> list[tuple[str, str, int, str]]:
    entries = [item for item in stand_in.stored("credits") if "amountCents" in item]
    return [(entry["userId"], entry["type"], entry["amountCents"], entry["source"]) for entry in entries]


def _balance() -> int:
    cents: int = AUTHOR.get("/credits/balance").body["balanceCents"]
    return cents
