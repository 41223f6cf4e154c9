"""Concurrent requests: an exact number of likes, and a reward that is paid once."""

from __future__ import annotations

from collections import Counter

from tests.contention.clients import Call, Delivery, at_once, deliver
from tests.support.client import VISITOR, Person
from tests.support.money import released_job
from tests.support.stories import (
    MODERATOR,
    approve_story,
    approved_story,
    complete_qualifying_job,
    reject_story,
    submit_story,
)

AUTHOR = Person("author", ("worker",))
READERS = [Person(f"reader-{number}", ("buyer",)) for number in range(32)]
DOWN = {"decision": "reject", "reason": "Somebody has objected."}


def like(person: Person, story: str) -> Call:
    return Call(person, "PUT", f"/stories/{story}/like")


def unlike(person: Person, story: str) -> Call:
    return Call(person, "DELETE", f"/stories/{story}/like")


def likers(story: str) -> set[str | None]:
    """The people who like the story, read as each of them."""
    return {person.user_id for person in READERS if person.get(f"/stories/{story}").body["liked"]}


def likes(story: str) -> int:
    """The number of likes on the story."""
    count: int = VISITOR.get(f"/stories/{story}").body["likes"]
    return count


def test_concurrent_likes_of_one_person_count_once(engine: None) -> None:
    # given a story, when one person likes it with many clients concurrently
    story = approved_story(AUTHOR)
    answers = at_once([like(READERS[0], story) for _ in range(32)])
    # then each gets 200, and the like counts once
    assert Counter(answers) == {200: 32}
    assert likes(story) == 1
    # and the same holds for unliking
    assert Counter(at_once([unlike(READERS[0], story) for _ in range(32)])) == {200: 32}
    assert likes(story) == 0


def test_concurrent_likes_of_many_people_are_all_counted(engine: None) -> None:
    # given a story, when everybody likes it concurrently
    story = approved_story(AUTHOR)
    answers = at_once([like(person, story) for person in READERS])
    # then
    assert Counter(answers) == {200: 32}
    assert likes(story) == 32
    assert len(likers(story)) == 32


def test_concurrent_likes_and_unlikes_end_with_an_exact_count(engine: None) -> None:
    # given a story that the first half likes
    story = approved_story(AUTHOR)
    first, second = READERS[:16], READERS[16:]
    at_once([like(person, story) for person in first])
    # when they unlike it twice each while the second half likes it twice each
    calls = [call for one in first for call in (unlike(one, story), unlike(one, story))]
    calls += [call for one in second for call in (like(one, story), like(one, story))]
    answers = at_once(calls)
    # then the second half likes it, and the count agrees
    assert Counter(answers) == {200: 64}
    assert likers(story) == {person.user_id for person in second}
    assert likes(story) == 16


def test_concurrent_likes_and_unlikes_of_the_same_people_end_with_an_exact_count(engine: None) -> None:
    # given a story, when everybody likes and unlikes it concurrently
    story = approved_story(AUTHOR)
    answers = at_once([call for person in READERS for call in (like(person, story), unlike(person, story))])
    # then the count equals the number of people who like it
    assert Counter(answers) == {200: 64}
    assert likes(story) == len(likers(story))


def test_likes_are_exact_while_admins_reject_and_approve_the_story(engine: None) -> None:
    # given a story that half of the readers like
    story = approved_story(AUTHOR)
    at_once([like(person, story) for person in READERS[:16]])
    # when everybody likes or unlikes it while admins reject and approve it
    calls = [unlike(person, story) for person in READERS[:16]] + [like(person, story) for person in READERS[16:]]
    for number in range(8):
        admin = Person(f"admin-{number}", ("admin",))
        decision = {**(DOWN if number % 2 else {"decision": "approve"}), "version": 2 + number}
        calls.append(Call(admin, "POST", f"/stories/{story}/moderation", decision))
    answers = at_once(calls)
    # then refused requests changed nothing
    assert set(answers[:32]) <= {200, 404}
    assert set(answers[32:]) <= {200, 412}
    assert answers[32] == 200, "nobody decided about the version that it names before"
    approve_story(story)
    assert likes(story) == len(likers(story))


def test_a_story_deleted_during_likes_and_moderations_stays_deleted(engine: None) -> None:
    # given a story, when it is deleted during likes and moderations
    story = approved_story(AUTHOR)
    calls = [like(person, story) for person in READERS]
    calls.insert(16, Call(AUTHOR, "DELETE", f"/stories/{story}"))
    calls.insert(
        8,
        Call(
            MODERATOR,
            "POST",
            f"/stories/{story}/moderation",
            {"version": 2, "decision": "approve", "featured": True},
        ),
    )
    answers = at_once(calls)
    # then
    assert set(answers) <= {200, 204, 404, 412}
    assert answers.count(204) == 1
    assert MODERATOR.get(f"/stories/{story}").status == 404
    assert all(item["id"] != story for item in VISITOR.get("/stories/featured", query={"limit": "50"}).body["items"])


def test_concurrent_approvals_of_one_authors_stories_are_rewarded_once(engine: None) -> None:
    # given an author with a qualifying job and eight stories, one of them rejected before
    author = Person("rewarded", ("worker",))
    complete_qualifying_job("rewarded")
    stories = [submit_story(author) for _ in range(8)]
    reject_story(stories[0])
    # when eight admins approve them concurrently, each twice
    calls = [
        Call(
            Person(f"admin-{number}", ("admin",)),
            "POST",
            f"/stories/{story}/moderation",
            {"version": 2 if story == stories[0] else 1, "decision": "approve"},
        )
        for number, story in enumerate(stories * 2)
    ]
    answers = at_once(calls)
    assert Counter(answers) == {200: 8, 412: 8}
    # and the messages of the approvals and of the job are delivered together, each twice
    messages: list[dict[str, str]] = [{"userId": "rewarded", "storyId": story} for story in stories]
    messages.append({"userId": "rewarded"})
    deliver([Delivery("money", {"consumer": "story_rewards", **one}) for one in messages * 2])
    # then one is rewarded
    assert author.get("/credits/balance").body["balanceCents"] == 5_000
    assert len(author.get("/credits/transactions").body["items"]) == 1


def test_a_story_and_a_job_recorded_concurrently_are_rewarded_once(engine: None) -> None:
    # given twelve authors, each with an approved story and without a job
    authors = [Person(f"author-{number}", ("worker",)) for number in range(12)]
    stories = {author.user_id: approved_story(author) for author in authors}
    # when the job of each is recorded while the message of the story is handled, and its own message follows
    jobs = [released_job("buyer", author.user_id or "") for author in authors]
    deliver(
        [
            one
            for job, author in zip(jobs, authors, strict=True)
            for one in (
                Delivery("money", {"consumer": "referrals", "jobId": job}),
                Delivery(
                    "money", {"consumer": "story_rewards", "userId": author.user_id, "storyId": stories[author.user_id]}
                ),
            )
        ]
    )
    deliver([Delivery("money", {"consumer": "story_rewards", "userId": author.user_id}) for author in authors * 2])
    # then each has the reward once
    assert [author.get("/credits/balance").body["balanceCents"] for author in authors] == [5_000] * 12
