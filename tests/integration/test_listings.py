"""Listings: posting, moderating, editing and stock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.client import VISITOR, Answer, Person
from tests.support.records import OFFERING, list_materials, profile, version_of
from tests.support.streams import follow
from tests.support.uploads import given


@pytest.fixture
def trusted() -> Person:
    """A verified seller."""
    profile("trusted", display_name="Rajesh Naidoo", verified=True)
    return Person("trusted", ("seller",))


def moderate(admin: Person, listing_id: str, decision: str = "approve", reason: str | None = "Seen.") -> Answer:
    return admin.post(
        f"/listings/{listing_id}/moderation",
        {"version": version_of("listings", listing_id), "decision": decision, "reason": reason},
    )


def titles(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["title"] for item in answer.body["items"]]


def public_ids() -> list[str]:
    return [item["id"] for item in VISITOR.get("/listings").body["items"]]


def test_a_verified_sellers_listing_is_active_immediately(trusted: Person) -> None:
    answer = trusted.post("/listings", OFFERING)
    assert answer.status == 201
    assert answer.headers["Location"] == f"listings/{answer.body['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.body == {
        **OFFERING,
        "id": answer.body["id"],
        "sellerId": "trusted",
        "sellerName": "Rajesh Naidoo",
        "photos": [],
        "status": "active",
        "moderation": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
        "version": 1,
    }
    seen = VISITOR.get(f"/listings/{answer.body['id']}")
    assert "moderation" not in seen.body
    assert public_ids() == [answer.body["id"]]


def test_an_unverified_sellers_listing_is_pending_until_an_admin_approves_it(seller: Person, admin: Person) -> None:
    # given a listing of an unverified seller
    posted = seller.post("/listings", OFFERING)
    path = f"/listings/{posted.body['id']}"
    assert posted.body["status"] == "pending"
    # then only its seller and admins see it
    assert (VISITOR.get(path).status, Person("other", ("seller",)).get(path).status) == (404, 404)
    assert (seller.get(path).status, admin.get(path).status) == (200, 200)
    assert public_ids() == []
    # when an admin approves it
    decided = moderate(admin, posted.body["id"], reason=None)
    # then it is active, and its seller and admins see the moderation
    assert (decided.status, decided.body["status"]) == (200, "active")
    assert seller.get(path).body["moderation"] == {
        "decision": "approve",
        "reason": None,
        "moderatorId": "admin-1",
        "at": "2026-11-21T08:00:00.000Z",
    }
    assert "moderation" not in VISITOR.get(path).body
    assert public_ids() == [posted.body["id"]]


def test_the_moderation_queue_lists_the_longest_wait_first(seller: Person, admin: Person, clock: Clock) -> None:
    # given three pending listings, the first of which was deactivated and reactivated last
    first, second, third = (list_materials(seller, title=f"Bricks number {n}") for n in (1, 2, 3))
    seller.patch(f"/listings/{first}", {"active": False})
    clock.tick(minutes=1)
    seller.patch(f"/listings/{first}", {"active": True})
    # when an admin reads the queue page by page
    page = admin.get("/listings/pending", query={"limit": "2"})
    rest = admin.get("/listings/pending", query={"limit": "2", "cursor": page.body["nextCursor"]})
    # then the longest wait is first
    assert [item["id"] for item in page.body["items"] + rest.body["items"]] == [second, third, first]
    assert rest.body["nextCursor"] is None
    for listing_id in (first, second):
        moderate(admin, listing_id)
    moderate(admin, third, "reject", "These are not bricks.")
    assert admin.get("/listings/pending").body["items"] == []


def test_a_rejection_needs_a_reason_and_stands_until_the_listing_changes(seller: Person, admin: Person) -> None:
    listing_id = list_materials(seller)
    assert moderate(admin, listing_id, "reject", None).fields == {"reason"}
    rejected = moderate(admin, listing_id, "reject", "The photo shows something else.")
    assert rejected.body["status"] == "rejected"
    # when its seller reactivates it unchanged, also after deactivating it
    path = f"/listings/{listing_id}"
    assert seller.patch(path, {"active": True}).status == 409
    assert seller.patch(path, {"active": False}).body["status"] == "inactive"
    assert seller.patch(path, {"active": True}).status == 409
    # then only a changed listing becomes pending
    changed = seller.patch(path, {"description": "Clay bricks from our own yard, sorted.", "active": True})
    assert changed.body["status"] == "pending"
    assert changed.body["moderation"]["reason"] == "The photo shows something else."


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_given_an_active_listing_when_it_is_moderated_then_409(seller: Person, admin: Person, decision: str) -> None:
    listing_id = list_materials(seller)
    moderate(admin, listing_id)
    again = moderate(admin, listing_id, decision)
    assert again.status == 409
    assert "active" in again.body["detail"]


def test_an_admin_cannot_moderate_their_own_listing() -> None:
    both = Person("both", ("seller", "admin"))
    listing_id = list_materials(both)
    assert moderate(both, listing_id).status == 403


def test_given_a_newer_version_when_an_admin_moderates_an_older_one_then_412(seller: Person, admin: Person) -> None:
    # given an admin who read version 1, and a later edit
    listing_id = list_materials(seller)
    seller.patch(f"/listings/{listing_id}", {"title": "Something else entirely"})
    # when the admin approves version 1
    answer = admin.post(
        f"/listings/{listing_id}/moderation",
        {"version": 1, "decision": "approve"},
    )
    # then version 2 is not approved
    assert answer.status == 412
    assert admin.get(f"/listings/{listing_id}").body["status"] == "pending"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"title": "Red clay face bricks"}, "pending"),
        ({"description": "Now with free delivery in Durban."}, "pending"),
        ({"photos": ["uploads/seller-1/listing/01ARZ3NDEKTSV4RRFFQ69G5FAV.jpg"]}, "pending"),
        ({"unit": "pallet"}, "pending"),
        ({"priceCents": 999}, "active"),
        ({"category": "other"}, "active"),
        ({"title": "Clay face bricks"}, "active"),
    ],
)
def test_new_text_or_photos_of_an_unverified_seller_make_the_listing_pending(
    seller: Person, admin: Person, changes: dict[str, Any], status: str
) -> None:
    # given an approved listing
    given(*changes.get("photos", []))
    listing_id = list_materials(seller)
    moderate(admin, listing_id)
    # when its seller edits it
    answer = seller.patch(f"/listings/{listing_id}", changes)
    # then new text or photos make it pending
    assert (answer.status, answer.body["status"]) == (200, status)
    assert public_ids() == ([listing_id] if status == "active" else [])


def test_a_verified_sellers_edit_keeps_the_listing_active(trusted: Person) -> None:
    listing_id = list_materials(trusted)
    answer = trusted.patch(f"/listings/{listing_id}", {"title": "Red clay face bricks"})
    assert (answer.body["status"], answer.body["version"], answer.headers["ETag"]) == ("active", 2, '"2"')


def test_deactivating_and_reactivating_does_not_bypass_moderation(seller: Person, admin: Person) -> None:
    # given a listing that was never approved, and an approved one
    never = list_materials(seller)
    changed = list_materials(seller)
    moderate(admin, changed)
    # when their seller deactivates both, edits the approved one, and reactivates both
    for listing_id in (never, changed):
        assert seller.patch(f"/listings/{listing_id}", {"active": False}).body["status"] == "inactive"
    assert seller.patch(f"/listings/{changed}", {"title": "Something unseen"}).body["status"] == "inactive"
    back = [seller.patch(f"/listings/{listing_id}", {"active": True}).body["status"] for listing_id in (never, changed)]
    # then both are pending
    assert back == ["pending", "pending"]


def test_a_reactivated_approved_listing_is_active(seller: Person, admin: Person) -> None:
    listing_id = list_materials(seller)
    moderate(admin, listing_id)
    assert seller.delete(f"/listings/{listing_id}").status == 204
    assert (VISITOR.get(f"/listings/{listing_id}").status, public_ids()) == (404, [])
    assert seller.patch(f"/listings/{listing_id}", {"active": True}).body["status"] == "active"


def test_deleting_twice_is_idempotent(seller: Person) -> None:
    listing_id = list_materials(seller)
    answers = [seller.delete(f"/listings/{listing_id}") for _ in range(2)]
    assert [(answer.status, answer.text) for answer in answers] == [(204, ""), (204, "")]
    assert seller.get(f"/listings/{listing_id}").body["version"] == 2


def test_given_twenty_listings_when_a_seller_posts_another_then_409(trusted: Person, clock: Clock) -> None:
    # given a seller with twenty listings
    listings = [list_materials(trusted) for _ in range(20)]
    clock.tick(minutes=1)
    # then another needs one to be deactivated
    refused = trusted.post("/listings", OFFERING)
    assert refused.status == 409
    assert "20" in refused.body["detail"]
    trusted.delete(f"/listings/{listings[0]}")
    list_materials(trusted)
    assert trusted.patch(f"/listings/{listings[0]}", {"active": True}).status == 409
    assert trusted.get(f"/listings/{listings[0]}").body["status"] == "inactive"


def test_a_rejected_listing_does_not_count_towards_the_limit(seller: Person, admin: Person, clock: Clock) -> None:
    listings = [list_materials(seller) for _ in range(20)]
    clock.tick(minutes=1)
    assert seller.post("/listings", OFFERING).status == 409
    moderate(admin, listings[0], "reject", "This is not for sale here.")
    assert seller.post("/listings", OFFERING).status == 201
    # and the rejected one cannot become pending again above the limit
    assert seller.patch(f"/listings/{listings[0]}", {"title": "Quite another title"}).status == 409


def test_stock_changes_by_a_delta_and_never_falls_below_zero(trusted: Person) -> None:
    path = f"/listings/{list_materials(trusted, stock=5)}"
    assert trusted.post(f"{path}/stock", {"delta": -5}).body["stock"] == 0
    refused = trusted.post(f"{path}/stock", {"delta": -1})
    assert (refused.status, trusted.get(path).body["stock"]) == (409, 0)
    assert trusted.post(f"{path}/stock", {"delta": 12}).body["stock"] == 12
    assert trusted.post(f"{path}/stock", {"delta": 1.5}).fields == {"delta"}
    assert trusted.patch(path, {"stock": 99}).fields == {"stock"}


def test_a_repeated_stock_movement_is_applied_once(trusted: Person) -> None:
    path = f"/listings/{list_materials(trusted, stock=5)}/stock"
    answers = [trusted.post(path, {"delta": -2}, headers={"Idempotency-Key": "sale-7"}) for _ in range(2)]
    assert [answer.body["stock"] for answer in answers] == [3, 3]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_only_the_seller_changes_a_listing(trusted: Person, seller: Person) -> None:
    path = f"/listings/{list_materials(trusted)}"
    assert seller.patch(path, {"priceCents": 1}).status == 403
    assert seller.delete(path).status == 403
    assert seller.post(f"{path}/stock", {"delta": 1}).status == 403


def test_given_a_newer_version_when_a_seller_edits_with_if_match_then_412(trusted: Person) -> None:
    path = f"/listings/{list_materials(trusted)}"
    trusted.patch(path, {"priceCents": 900})
    assert trusted.patch(path, {"priceCents": 800}, headers={"If-Match": '"1"'}).status == 412
    assert trusted.patch(path, {"priceCents": 800}, headers={"If-Match": '"2"'}).status == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "Four"}, "title"),
        ({"description": "Too short."}, "description"),
        ({"category": "flowers"}, "category"),
        ({"priceCents": 0}, "priceCents"),
        ({"priceCents": 10**30}, "priceCents"),
        ({"unit": ""}, "unit"),
        ({"stock": -1}, "stock"),
        ({"stock": 10**40}, "stock"),
        ({"location": "D"}, "location"),
        ({"photos": ["uploads/seller-1/listing/01ARZ3NDEKTSV4RRFFQ69G5FAV.jpg"] * 6}, "photos"),
        ({"photos": ["uploads/another/listing/01ARZ3NDEKTSV4RRFFQ69G5FAV.jpg"]}, "photos"),
        ({"photos": ["uploads/seller-1/profile/01ARZ3NDEKTSV4RRFFQ69G5FAV.jpg"]}, "photos"),
        ({"status": "active"}, "status"),
    ],
)
def test_an_invalid_field_is_refused_and_named(seller: Person, wrong: dict[str, Any], field: str) -> None:
    answer = seller.post("/listings", {**OFFERING, **wrong})
    assert (answer.status, answer.fields) == (422, {field})


def test_the_feed_is_filtered_by_category_and_location(trusted: Person) -> None:
    list_materials(trusted, title="Bricks in Durban")
    list_materials(trusted, title="Cement in Durban", category="cement")
    list_materials(trusted, title="Bricks in Pinetown", location="Pinetown")
    assert titles(VISITOR.get("/listings")) == ["Bricks in Pinetown", "Cement in Durban", "Bricks in Durban"]
    assert titles(VISITOR.get("/listings", query={"category": "bricks"})) == ["Bricks in Pinetown", "Bricks in Durban"]
    assert titles(VISITOR.get("/listings", query={"location": " DURBAN "})) == ["Cement in Durban", "Bricks in Durban"]
    both = {"category": "bricks", "location": "durban"}
    assert titles(VISITOR.get("/listings", query=both)) == ["Bricks in Durban"]


def test_pages_of_the_feed_are_full_and_complete(trusted: Person) -> None:
    made = [list_materials(trusted) for _ in range(5)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        page = VISITOR.get("/listings", query={"limit": "2", **cursor}).body
        sizes.append(len(page["items"]))
        found += [item["id"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert (found, sizes) == (made[::-1], [2, 2, 1])


def test_a_seller_lists_their_own_listings_with_any_status(seller: Person, admin: Person) -> None:
    ids = [list_materials(seller) for _ in range(4)]
    list_materials(Person("other", ("seller",)))
    moderate(admin, ids[0])
    moderate(admin, ids[1], "reject", "This is not for sale here.")
    seller.delete(f"/listings/{ids[2]}")
    found = seller.get("/listings/mine").body["items"]
    assert [(item["id"], item["status"]) for item in found] == list(
        zip(ids[::-1], ["pending", "inactive", "rejected", "active"], strict=True)
    )


def test_the_count_of_a_seller_is_not_served_as_a_listing(seller: Person) -> None:
    list_materials(seller)
    assert Person("admin-1", ("admin",)).get("/listings/seller%23seller-1").status == 404


def test_a_photo_is_shown_by_a_link_to_what_was_written_anew(trusted: Person) -> None:
    key = "uploads/trusted/listing/01ARZ3NDEKTSV4RRFFQ69G5FAV.jpg"
    given(key)
    listing_id = list_materials(trusted, photos=[key])
    follow("pictures")
    (photo,) = VISITOR.get(f"/listings/{listing_id}").body["photos"]
    assert "/pictures/trusted/01ARZ3NDEKTSV4RRFFQ69G5FAV/160.webp?" in photo["url"]
    assert "X-Amz-Expires=900" in photo["url"]
