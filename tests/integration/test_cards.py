"""Feeds as cards: an excerpt and the first picture; and the inbox, which a client loads only when it has changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import VISITOR, Person
from tests.support.inbox import add_notification
from tests.support.records import list_materials, post_job, profile
from tests.support.stories import approved_story
from tests.support.uploads import given

BUYER, SELLER = Person("buyer-1", ("buyer",)), Person("seller-1", ("seller",))
LONG = "The kitchen tap drips all night long. " * 10
EXCERPT = "The kitchen tap drips all night long. " * 3
JOB = {
    "id", "buyerId", "buyerName", "buyer", "title", "excerpt", "category", "budgetCents", "location", "startDate",
    "photos", "payment", "bidCount", "createdAt",
}  # fmt: skip
LISTING = {
    "id", "sellerId", "sellerName", "title", "excerpt", "category", "priceCents", "unit", "stock", "location", "photos",
    "createdAt",
}  # fmt: skip
STORY = {
    "id", "authorId", "authorName", "title", "excerpt", "type", "media", "featured", "likes", "liked", "createdAt",
}  # fmt: skip


def cards(path: str, person: Person = VISITOR, **query: str) -> list[dict[str, Any]]:
    answer = person.get(path, query={"view": "card", **query})
    assert answer.status == 200, answer.text
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def test_jobs_as_cards_have_an_excerpt_and_the_first_photo() -> None:
    keys = [f"uploads/buyer-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KD{number}.jpg" for number in (1, 2)]
    given(*keys)
    job = post_job(BUYER, description=LONG, photos=keys)
    # everybody sees the same card
    for person in (VISITOR, BUYER):
        (card,) = cards("/jobs", person)
        assert ({*card}, card["id"]) == (JOB, job)
        assert card["excerpt"].startswith(EXCERPT.strip())
        assert len(card["excerpt"]) <= 120
        assert len(card["photos"]) == 1
    assert cards("/jobs", category="plumbing") == cards("/jobs", location="durban")


def test_listings_as_cards_have_an_excerpt() -> None:
    profile("seller-1", roles=["seller"], verified=True)
    list_materials(SELLER)
    (card,) = cards("/listings")
    assert ({*card}, card["excerpt"]) == (LISTING, "Clay bricks from our own yard, sorted and stacked.")


def test_stories_as_cards_have_an_excerpt_and_say_whether_the_caller_likes_them() -> None:
    story = approved_story(Person("author-1", ("worker",)))
    assert BUYER.put(f"/stories/{story}/like").status == 200
    (card,) = cards("/stories", BUYER)
    assert ({*card}, card["liked"], card["likes"]) == (STORY, True, 1)
    assert cards("/stories")[0]["liked"] is None
    assert cards("/stories/featured") == []


def test_a_cursor_serves_cards_and_whole_jobs() -> None:
    jobs = [post_job(BUYER) for _ in range(3)]
    first = VISITOR.get("/jobs", query={"limit": "2"}).body
    rest = cards("/jobs", limit="2", cursor=first["nextCursor"])
    assert [one["id"] for one in [*first["items"], *rest]] == jobs[::-1]


@pytest.mark.parametrize("path", ["/jobs", "/listings", "/stories", "/stories/featured"])
def test_an_unknown_view_is_refused(path: str) -> None:
    answer = VISITOR.get(path, query={"view": "tiny"})
    assert (answer.status, answer.fields) == (422, {"view"})


def test_an_inbox_that_has_not_changed_is_304() -> None:
    # given the tag of an inbox
    notification = add_notification("buyer-1")
    first = BUYER.get("/notifications")
    tag = {"If-None-Match": first.headers["ETag"]}
    # when nothing has changed, then there is nothing to load
    assert BUYER.get("/notifications", headers=tag).status == 304
    # and after a notification was read there is
    assert BUYER.post(f"/notifications/{notification}/read").status == 200
    assert BUYER.get("/notifications", headers=tag).body["unreadCount"] == 0
