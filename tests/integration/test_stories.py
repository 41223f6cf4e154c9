"""Stories as their authors, their readers and the admins live through them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.records import profile
from tests.support.stories import MODERATOR, STORY, approve_story, approved_story, reject_story, tell_story

AUTHOR = Person("author-1", ("worker",))
READER = Person("reader-1", ("buyer",))
PHOTO = "uploads/author-1/story/01KAJ00000000000000000000A.webp"


def test_a_story_is_told_approved_read_and_liked() -> None:
    # given an author
    profile("author-1", display_name="Zanele Buthelezi")
    # when they tell a story with a picture
    told = AUTHOR.post("/stories", {**STORY, "media": [PHOTO]})
    # then it waits for an admin, and shows all its fields to its author
    assert told.status == 201
    assert told.headers["Location"] == f"/stories/{told.body['id']}"
    (picture,) = told.body.pop("media")
    assert picture["contentType"] == "image/webp"
    assert picture["url"].split("?")[0].endswith(PHOTO)
    assert told.body == {
        **STORY,
        "id": told.body["id"],
        "authorId": "author-1",
        "authorName": "Zanele Buthelezi",
        "status": "pending",
        "featured": False,
        "likes": 0,
        "liked": False,
        "moderation": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
    }
    # when an admin approves it and a reader likes it
    path = told.headers["Location"]
    approved = MODERATOR.post(f"{path}/moderation", {"decision": "approve", "reason": "Well told."})
    liked = READER.put(f"{path}/like")
    # then the admin sees their decision, and anybody the story without it
    assert (approved.status, approved.body["status"]) == (200, "approved")
    assert approved.body["moderation"] == {
        "decision": "approve",
        "reason": "Well told.",
        "moderatorId": "moderator-1",
        "at": "2026-11-21T08:00:00.000Z",
    }
    assert (liked.status, liked.body) == (200, {"likes": 1, "liked": True})
    seen = VISITOR.get(path).body
    assert (seen["likes"], seen["liked"]) == (1, None)
    assert "status" not in seen
    assert "moderation" not in seen
    assert READER.get(path).body["liked"] is True
    assert AUTHOR.get(path).body["liked"] is False
    assert AUTHOR.get(path).body["moderation"]["reason"] == "Well told."


@pytest.mark.parametrize("state", ["pending", "rejected", "rejected after approval", "deleted"])
def test_what_is_not_approved_is_seen_by_no_route(state: str) -> None:
    # given a story that is not, or no longer, approved
    story = tell_story(AUTHOR)
    if state in ("rejected after approval", "deleted"):
        approve_story(story, featured=True)
        assert READER.put(f"/stories/{story}/like").status == 200
    if state.startswith("rejected"):
        reject_story(story)
    if state == "deleted":
        assert AUTHOR.delete(f"/stories/{story}").status == 204
    # when others look for it everywhere
    for person in (VISITOR, READER):
        lists = [
            person.get("/stories"),
            person.get("/stories/featured"),
            person.get("/stories", query={"type": "success"}),
        ]
        # then they find nothing
        assert [answer.body for answer in lists] == [{"items": [], "nextCursor": None}] * 3
        assert person.get(f"/stories/{story}").status == 404
    for answer in (READER.put(f"/stories/{story}/like"), READER.delete(f"/stories/{story}/like")):
        assert answer.status == 404
    assert READER.delete(f"/stories/{story}").status == 404
    assert READER.get("/stories/mine").body["items"] == []


def test_the_author_sees_their_stories_in_any_state_newest_first(clock: Clock) -> None:
    # given stories in every state, and one of somebody else
    stories = []
    for decide in (lambda _: None, approve_story, reject_story):
        stories.append(tell_story(AUTHOR))
        decide(stories[-1])
        clock.tick(minutes=1)
    approved_story(READER)
    # when the author lists theirs
    mine = AUTHOR.get("/stories/mine").body["items"]
    # then
    assert [story["id"] for story in mine] == stories[::-1]
    assert [story["status"] for story in mine] == ["rejected", "approved", "pending"]
    assert mine[0]["moderation"]["reason"] == "Please leave out the phone number."
    assert [AUTHOR.get(f"/stories/{story}").status for story in stories] == [200] * 3


def test_the_queue_holds_what_waits_oldest_first(clock: Clock) -> None:
    # given five stories, two of them decided on
    stories = []
    for _ in range(5):
        stories.append(tell_story(AUTHOR))
        clock.tick(minutes=1)
    approve_story(stories[1])
    reject_story(stories[3])
    # when an admin goes through the queue in pages
    first = MODERATOR.get("/stories/pending", query={"limit": "2"})
    second = MODERATOR.get("/stories/pending", query={"limit": "2", "cursor": first.body["nextCursor"]})
    # then
    waiting = [story["id"] for story in first.body["items"] + second.body["items"]]
    assert waiting == [stories[0], stories[2], stories[4]]
    assert second.body["nextCursor"] is None


def test_a_decision_may_be_taken_anew() -> None:
    # given an approved story
    story = approved_story(AUTHOR)
    # when it is featured, no longer featured, turned down, and approved again
    told = []
    for decision in (
        {"decision": "approve", "featured": True},
        {"decision": "approve", "featured": False, "reason": "It has been up for a month."},
        {"decision": "reject", "reason": "The author's customer objects."},
        {"decision": "approve", "featured": True},
    ):
        assert MODERATOR.post(f"/stories/{story}/moderation", decision).status == 200
        told.append((len(VISITOR.get("/stories").body["items"]), len(VISITOR.get("/stories/featured").body["items"])))
    # then the lists follow each time
    assert told == [(1, 1), (1, 0), (0, 0), (1, 1)]


def test_an_admin_does_not_decide_on_their_own_story() -> None:
    # given a story that an admin tells
    story = tell_story(MODERATOR)
    # when they approve it
    answer = MODERATOR.post(f"/stories/{story}/moderation", {"decision": "approve"})
    # then
    assert answer.status == 403
    assert VISITOR.get(f"/stories/{story}").status == 404


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({"decision": "reject"}, "reason"),
        ({"decision": "reject", "reason": "Not for us.", "featured": True}, "featured"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": "approve", "featured": "yes"}, "featured"),
        ({"decision": "approve", "status": "approved"}, "status"),
        ({"decision": "approve", "reason": "r" * 501}, "reason"),
        ({}, "decision"),
    ],
)
def test_a_decision_that_breaks_a_rule_is_refused(decision: dict[str, Any], field: str) -> None:
    answer = MODERATOR.post(f"/stories/{tell_story(AUTHOR)}/moderation", decision)
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize(
    "key",
    [
        "uploads/reader-1/story/01KAJ00000000000000000000A.jpg",
        "uploads/author-1/certification/01KAJ00000000000000000000A.jpg",
        "uploads/author-1/story/01KAJ00000000000000000000A.pdf",
        "uploads/author-1/story/../../reader-1/story/a.jpg",
    ],
)
def test_a_picture_that_is_not_the_authors_own_for_a_story_is_refused(key: str) -> None:
    answer = AUTHOR.post("/stories", {**STORY, "media": [key]})
    assert answer.status == 422
    assert all(field.startswith("media") for field in answer.fields)


def test_lists_are_full_pages_newest_first_with_a_cursor_of_their_own(clock: Clock) -> None:
    # given five approved stories, of which three are tips, and hidden ones in between
    stories = []
    for number in range(5):
        stories.append(approved_story(AUTHOR, type="tip" if number % 2 == 0 else "experience"))
        tell_story(AUTHOR)
        clock.tick(minutes=1)
    # when all pages are read
    pages = list(_pages("/stories", limit="2"))
    # then
    assert [[story["id"] for story in page] for page in pages] == [stories[:2:-1], stories[2:0:-1], stories[:1]]
    tips = [story["id"] for page in _pages("/stories", limit="2", type="tip") for story in page]
    assert tips == [stories[4], stories[2], stories[0]]
    # and a cursor of one list is none of another
    cursor = VISITOR.get("/stories", query={"limit": "2"}).body["nextCursor"]
    for path, query in (("/stories", {"type": "tip"}), ("/stories/featured", {})):
        assert VISITOR.get(path, query={**query, "cursor": cursor}).status == 400
    assert READER.get("/stories/mine", query={"cursor": _first(AUTHOR, "/stories/mine")["nextCursor"]}).status == 400
    assert VISITOR.get("/stories", query={"type": "advert"}).status == 422


def test_a_page_of_the_longest_stories_is_full(clock: Clock) -> None:
    # given more text than DynamoDB answers at a time
    for _ in range(30):
        approved_story(AUTHOR, content="🏠" * 10_000)
        clock.tick(seconds=5)
    # when a page of them is read
    with _calls() as made:
        answer = VISITOR.get("/stories", query={"limit": "30"})
    # then none is missing
    assert made == ["Query", "Query"]
    assert len(answer.body["items"]) == 30
    assert answer.body["nextCursor"] is None


def test_lists_tell_each_reader_what_they_like() -> None:
    # given three stories, two of which somebody likes, one the reader
    liked, other, plain = (approved_story(AUTHOR) for _ in range(3))
    approve_story(liked, featured=True)
    READER.put(f"/stories/{liked}/like")
    AUTHOR.put(f"/stories/{other}/like")
    # then
    assert _likes(READER, "/stories") == {liked: (1, True), other: (1, False), plain: (0, False)}
    assert _likes(AUTHOR, "/stories") == {liked: (1, False), other: (1, True), plain: (0, False)}
    assert _likes(VISITOR, "/stories") == {liked: (1, None), other: (1, None), plain: (0, None)}
    assert _likes(READER, "/stories/featured") == {liked: (1, True)}
    assert _likes(AUTHOR, "/stories/mine") == {liked: (1, False), other: (1, True), plain: (0, False)}


def test_public_lists_may_be_kept_for_visitors_only() -> None:
    # given lists asked for with and without a token
    for path in ("/stories", "/stories/featured"):
        assert "s-maxage=2" in VISITOR.get(path).headers["Cache-Control"]
        assert READER.get(path).headers["Cache-Control"] == "no-store"


def test_deleting_a_story_cannot_be_undone_by_a_like_or_a_decision() -> None:
    # given a story that somebody likes, deleted by its author
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    deleted = AUTHOR.delete(f"/stories/{story}")
    assert (deleted.status, deleted.text) == (204, "")
    # when it is liked, disliked, decided on and deleted again
    answers = [
        READER.put(f"/stories/{story}/like"),
        READER.delete(f"/stories/{story}/like"),
        MODERATOR.post(f"/stories/{story}/moderation", {"decision": "approve"}),
        AUTHOR.delete(f"/stories/{story}"),
    ]
    # then nothing is there, for anybody
    assert [answer.status for answer in answers] == [404] * 4
    assert [AUTHOR.get(f"/stories/{story}").status, MODERATOR.get(f"/stories/{story}").status] == [404, 404]
    assert not any("title" in item for item in stand_in.stored("stories"))


def test_a_like_is_no_story() -> None:
    # given the key under which a like is kept
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    like = f"/stories/{story}%23reader-1"
    # then nobody gets at it as if it were one
    for answer in (READER.get(like), MODERATOR.get(like), READER.put(f"{like}/like"), READER.delete(like)):
        assert answer.status == 404


def test_a_story_posted_twice_with_one_key_is_one_story() -> None:
    # given a client that repeats a request
    headers = {"Idempotency-Key": "story-1"}
    first, second = (AUTHOR.post("/stories", STORY, headers=headers) for _ in range(2))
    # then
    assert (second.status, second.body["id"]) == (201, first.body["id"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(AUTHOR.get("/stories/mine").body["items"]) == 1


def test_each_route_keeps_to_its_round_trips() -> None:
    # given a liked story
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    # when routes are called, then each makes as many calls as it may, the gate apart
    for count, person, method, path, body in (
        (1, VISITOR, "GET", f"/stories/{story}", None),
        (1, READER, "GET", f"/stories/{story}", None),
        (1, VISITOR, "GET", "/stories", None),
        (2, READER, "GET", "/stories", None),
        (1, VISITOR, "GET", "/stories/featured", None),
        (2, AUTHOR, "GET", "/stories/mine", None),
        (1, MODERATOR, "GET", "/stories/pending", None),
        (2, AUTHOR, "POST", "/stories", STORY),
        (1, READER, "PUT", f"/stories/{story}/like", None),
        (2, AUTHOR, "PUT", f"/stories/{story}/like", None),
        (2, AUTHOR, "DELETE", f"/stories/{story}/like", None),
        (2, AUTHOR, "DELETE", f"/stories/{story}", None),
    ):
        with _calls() as made:
            assert person.call(method, path, body).status < 300
        assert len(made) == count, (method, path, made)


@contextmanager
def _calls() -> Iterator[list[str]]:
    """The calls of DynamoDB made meanwhile, without the gate's."""
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set

    made: list[str] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        table = json.loads(params["body"]).get("TableName", "")
        if not (model.name == "UpdateItem" and "users" in table):
            made.append(model.name)

    events = dynamo.client().meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield made
    finally:
        events.unregister("before-call.dynamodb", note)


def _pages(path: str, **query: str) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        answer = VISITOR.get(path, query={**query, **cursor})
        assert answer.status == 200
        yield answer.body["items"]
        if answer.body["nextCursor"] is None:
            return
        cursor = {"cursor": answer.body["nextCursor"]}


def _first(person: Person, path: str) -> dict[str, Any]:
    body: dict[str, Any] = person.get(path, query={"limit": "1"}).body
    return body


def _likes(person: Person, path: str) -> dict[str, tuple[int, bool | None]]:
    return {story["id"]: (story["likes"], story["liked"]) for story in person.get(path).body["items"]}
