"""Stories: submitting, moderating, listing and deleting them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.records import profile, version_of
from tests.support.stories import MODERATOR, STORY, approve_story, approved_story, reject_story, submit_story
from tests.support.uploads import given

AUTHOR = Person("author-1", ("worker",))
READER = Person("reader-1", ("buyer",))
PHOTO = "uploads/author-1/story/01KAJ00000000000000000000A.webp"


@pytest.fixture(autouse=True)
def uploads(tables: None) -> None:
    given(PHOTO)


def test_a_story_is_submitted_approved_read_and_liked() -> None:
    # given an author
    profile("author-1", display_name="Zanele Buthelezi")
    # when they submit a story with a picture
    submitted = AUTHOR.post("/stories", {**STORY, "media": [PHOTO]})
    # then it is pending, and its author sees all its fields
    assert submitted.status == 201
    assert submitted.headers["Location"] == f"stories/{submitted.body['id']}"
    (picture,) = submitted.body.pop("media")
    assert picture["contentType"] == "image/webp"
    assert picture["url"].split("?")[0].endswith(PHOTO)
    assert submitted.body == {
        **STORY,
        "id": submitted.body["id"],
        "authorId": "author-1",
        "authorName": "Zanele Buthelezi",
        "status": "pending",
        "featured": False,
        "likes": 0,
        "liked": False,
        "moderation": None,
        "version": 1,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
    }
    # when an admin approves it and a reader likes it
    path = f"/{submitted.headers['Location']}"
    approved = MODERATOR.post(f"{path}/moderation", {"decision": "approve", "reason": "Well told.", "version": 1})
    liked = READER.put(f"{path}/like")
    # then the admin sees the moderation, and visitors see the story without it
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
def test_a_story_that_is_not_approved_is_hidden_on_every_route(state: str) -> None:
    # given a story that is not approved, or not any more
    story = submit_story(AUTHOR)
    if state in ("rejected after approval", "deleted"):
        approve_story(story, featured=True)
        assert READER.put(f"/stories/{story}/like").status == 200
    if state.startswith("rejected"):
        reject_story(story)
    if state == "deleted":
        assert AUTHOR.delete(f"/stories/{story}").status == 204
    # when others read every list
    for person in (VISITOR, READER):
        lists = [
            person.get("/stories"),
            person.get("/stories/featured"),
            person.get("/stories", query={"type": "success"}),
        ]
        # then they do not find it
        assert [answer.body for answer in lists] == [{"items": [], "nextCursor": None}] * 3
        assert person.get(f"/stories/{story}").status == 404
    for answer in (READER.put(f"/stories/{story}/like"), READER.delete(f"/stories/{story}/like")):
        assert answer.status == 404
    assert READER.delete(f"/stories/{story}").status == 404
    assert READER.get("/stories/mine").body["items"] == []


def test_the_author_lists_their_stories_with_any_status_newest_first(clock: Clock) -> None:
    # given stories with every status, and a story of another author
    stories = []
    for decide in (lambda _: None, approve_story, reject_story):
        stories.append(submit_story(AUTHOR))
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


def test_the_moderation_queue_lists_pending_stories_oldest_first(clock: Clock) -> None:
    # given five stories, two of them moderated
    stories = []
    for _ in range(5):
        stories.append(submit_story(AUTHOR))
        clock.tick(minutes=1)
    approve_story(stories[1])
    reject_story(stories[3])
    # when an admin reads the queue in pages
    first = MODERATOR.get("/stories/pending", query={"limit": "2"})
    second = MODERATOR.get("/stories/pending", query={"limit": "2", "cursor": first.body["nextCursor"]})
    # then
    waiting = [story["id"] for story in first.body["items"] + second.body["items"]]
    assert waiting == [stories[0], stories[2], stories[4]]
    assert second.body["nextCursor"] is None


def test_a_later_moderation_replaces_an_earlier_one() -> None:
    # given an approved story
    story = approved_story(AUTHOR)
    # when it is featured, unfeatured, rejected, and approved again
    lengths = []
    for decision in (
        {"decision": "approve", "featured": True},
        {"decision": "approve", "featured": False, "reason": "It has been up for a month."},
        {"decision": "reject", "reason": "The author's customer objects."},
        {"decision": "approve", "featured": True},
    ):
        named = {**decision, "version": version_of("stories", story)}
        assert MODERATOR.post(f"/stories/{story}/moderation", named).status == 200
        lengths.append(
            (len(VISITOR.get("/stories").body["items"]), len(VISITOR.get("/stories/featured").body["items"]))
        )
    # then the lists agree each time
    assert lengths == [(1, 1), (1, 0), (0, 0), (1, 1)]


def test_an_admin_cannot_moderate_their_own_story() -> None:
    # given a story of an admin
    story = submit_story(MODERATOR)
    # when they approve it
    answer = MODERATOR.post(
        f"/stories/{story}/moderation", {"version": version_of("stories", story), "decision": "approve"}
    )
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
def test_an_invalid_moderation_is_refused(decision: dict[str, Any], field: str) -> None:
    answer = MODERATOR.post(f"/stories/{submit_story(AUTHOR)}/moderation", {"version": 1, **decision})
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize("version", [0, "1", 1.0, None, -1])
def test_a_moderation_without_a_whole_version_is_refused(version: Any) -> None:
    answer = MODERATOR.post(f"/stories/{submit_story(AUTHOR)}/moderation", {"decision": "approve", "version": version})
    assert (answer.status, answer.fields) == (422, {"version"})


def test_given_a_newer_decision_when_an_older_version_is_moderated_then_412() -> None:
    story = approved_story(AUTHOR)
    answer = MODERATOR.post(f"/stories/{story}/moderation", {"decision": "approve", "featured": True, "version": 1})
    assert answer.status == 412
    assert VISITOR.get("/stories/featured").body["items"] == []


@pytest.mark.parametrize(
    "key",
    [
        "uploads/reader-1/story/01KAJ00000000000000000000A.jpg",
        "uploads/author-1/certification/01KAJ00000000000000000000A.jpg",
        "uploads/author-1/story/01KAJ00000000000000000000A.pdf",
        "uploads/author-1/story/../../reader-1/story/a.jpg",
    ],
)
def test_a_picture_that_is_not_the_authors_upload_for_a_story_is_refused(key: str) -> None:
    answer = AUTHOR.post("/stories", {**STORY, "media": [key]})
    assert answer.status == 422
    assert all(field.startswith("media") for field in answer.fields)


def test_lists_have_full_pages_newest_first_and_refuse_cursors_of_others(clock: Clock) -> None:
    # given five approved stories, of which three are tips, and pending ones in between
    stories = []
    for number in range(5):
        stories.append(approved_story(AUTHOR, type="tip" if number % 2 == 0 else "experience"))
        submit_story(AUTHOR)
        clock.tick(minutes=1)
    # when all pages are read
    pages = list(_pages("/stories", limit="2"))
    # then
    assert [[story["id"] for story in page] for page in pages] == [stories[:2:-1], stories[2:0:-1], stories[:1]]
    tips = [story["id"] for page in _pages("/stories", limit="2", type="tip") for story in page]
    assert tips == [stories[4], stories[2], stories[0]]
    # and a cursor of another list is refused
    cursor = VISITOR.get("/stories", query={"limit": "2"}).body["nextCursor"]
    for path, query in (("/stories", {"type": "tip"}), ("/stories/featured", {})):
        assert VISITOR.get(path, query={**query, "cursor": cursor}).status == 400
    assert READER.get("/stories/mine", query={"cursor": _first(AUTHOR, "/stories/mine")["nextCursor"]}).status == 400
    assert VISITOR.get("/stories", query={"type": "advert"}).status == 422


def test_a_page_of_the_longest_stories_is_full(clock: Clock) -> None:
    # given more text than one DynamoDB response holds
    for _ in range(30):
        approved_story(AUTHOR, content="🏠" * 10_000)
        clock.tick(seconds=5)
    # when a page of them is read
    with _calls() as calls:
        answer = VISITOR.get("/stories", query={"limit": "30"})
    # then the page is full
    assert calls == ["Query", "Query"]
    assert len(answer.body["items"]) == 30
    assert answer.body["nextCursor"] is None


def test_a_list_marks_the_readers_own_likes() -> None:
    # given three stories, two of them liked, one of these by the reader
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


def test_public_lists_are_cacheable_for_visitors_only() -> None:
    for path in ("/stories", "/stories/featured"):
        assert "s-maxage=2" in VISITOR.get(path).headers["Cache-Control"]
        assert READER.get(path).headers["Cache-Control"] == "no-store"


def test_a_deleted_story_stays_deleted_after_a_like_or_a_moderation() -> None:
    # given a liked story that its author deleted
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    deleted = AUTHOR.delete(f"/stories/{story}")
    assert (deleted.status, deleted.text) == (204, "")
    # when it is liked, unliked, moderated and deleted again
    answers = [
        READER.put(f"/stories/{story}/like"),
        READER.delete(f"/stories/{story}/like"),
        MODERATOR.post(
            f"/stories/{story}/moderation", {"version": version_of("stories", story), "decision": "approve"}
        ),
        AUTHOR.delete(f"/stories/{story}"),
    ]
    # then nobody finds it
    assert [answer.status for answer in answers] == [404] * 4
    assert [AUTHOR.get(f"/stories/{story}").status, MODERATOR.get(f"/stories/{story}").status] == [404, 404]
    assert not any("title" in item for item in stand_in.stored("stories"))


def test_a_like_is_not_served_as_a_story() -> None:
    # given the id of the item of a like
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    like = f"/stories/{story}%23reader-1"
    # then no route serves it as a story
    for answer in (READER.get(like), MODERATOR.get(like), READER.put(f"{like}/like"), READER.delete(like)):
        assert answer.status == 404


def test_a_story_submitted_twice_with_one_key_is_one_story() -> None:
    # given a client that repeats a request
    headers = {"Idempotency-Key": "story-1"}
    first, second = (AUTHOR.post("/stories", STORY, headers=headers) for _ in range(2))
    # then
    assert (second.status, second.body["id"]) == (201, first.body["id"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(AUTHOR.get("/stories/mine").body["items"]) == 1


def test_each_route_stays_within_its_round_trips() -> None:
    # given a liked story
    story = approved_story(AUTHOR)
    READER.put(f"/stories/{story}/like")
    # when routes are called, then each makes the allowed number of calls, without the account guard's
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
        with _calls() as calls:
            assert person.call(method, path, body).status < 300
        assert len(calls) == count, (method, path, calls)


@contextmanager
def _calls() -> Iterator[list[str]]:
    """Records the DynamoDB calls in the block, without the account guard's."""

    calls: list[str] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        table = json.loads(params["body"]).get("TableName", "")
        if not (model.name in ("UpdateItem", "GetItem") and "users" in table):
            calls.append(model.name)

    events = dynamo.client().meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield calls
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
