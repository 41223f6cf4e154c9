"""Enquiries about listings: made by buyers, answered or closed by sellers, and read by both."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.enquiries.model import ENQUIRIES_PER_DAY
from khaya.enquiries.store import find
from khaya.platform.data.unit_of_work import commit_now
from khaya.users import store as users
from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.lives import leave
from tests.support.records import ENQUIRY, ask, known, list_materials, profile
from tests.support.stand_in import pool_with, stored
from tests.support.streams import follow

BUYER, OTHER_BUYER = Person("buyer-1", ("buyer",)), Person("buyer-2", ("buyer",))
SELLER = Person("seller-1", ("seller",))
ADMIN = Person("admin-1", ("admin",))
BUYER_AND_ADMIN = Person("admin-2", ("buyer", "admin"))
ANSWER = {"text": "Yes, we deliver on Fridays."}


@pytest.fixture
def listing(tables: None) -> str:
    """An active listing of `seller-1`."""
    profile("seller-1", display_name="Sipho", phone="+27712345679", roles=["seller"], verified=True)
    profile("buyer-1", display_name="Thandi", phone="+27712345678", roles=["buyer"])
    return list_materials(SELLER)


def waiting(listing_id: str) -> int:
    """The number of open enquiries that the listing counts."""
    (count,) = [item["openEnquiries"] for item in stored("listings") if item["id"] == listing_id]
    return int(count)


def mine(person: Person, side: str) -> list[str]:
    answer = person.get("/enquiries/mine", query={"as": side})
    assert answer.status == 200, answer.text
    return [one["id"] for one in answer.body["items"]]


# Making one.


def test_an_enquiry_tells_the_seller_the_buyers_name_and_phone(listing: str) -> None:
    # given an enquiry
    made = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    # then its buyer sees it
    assert (made.status, "Location" in made.headers) == (201, False)
    assert made.body == {
        "id": made.body["id"],
        "listingId": listing,
        "listingTitle": "Clay face bricks",
        "sellerId": "seller-1",
        "sellerName": "Sipho",
        "buyerId": "buyer-1",
        "buyerName": "Thandi",
        "contact": {"displayName": "Thandi", "phone": "+27712345678"},
        "text": "Do you deliver to Umlazi?",
        "quantity": 500,
        "status": "open",
        "answer": None,
        "closedAt": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
    }
    # and its seller sees the same
    assert SELLER.get("/enquiries/mine", query={"as": "seller"}).body["items"] == [made.body]
    # and nobody else does, nor each of them on the other side
    assert mine(OTHER_BUYER, "buyer") == mine(OTHER_BUYER, "seller") == mine(BUYER, "seller") == []
    assert mine(SELLER, "buyer") == []
    assert "openEnquiries" not in VISITOR.get(f"/listings/{listing}").body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "Too short"}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": None}, "text"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": "5"}, "quantity"),
        ({"quantity": 1_000_000_001}, "quantity"),
        ({"status": "answered"}, "status"),
    ],
)
def test_an_invalid_field_is_refused_and_named(listing: str, change: dict[str, Any], field: str) -> None:
    answer = BUYER.post(f"/listings/{listing}/enquiries", {**ENQUIRY, **change})
    assert (answer.status, answer.fields) == (422, {field})


def test_an_answer_needs_text_and_a_closing_takes_no_body(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    for body, field in (({"text": " "}, "text"), ({"text": "x" * 501}, "text"), ({**ANSWER, "more": 1}, "more")):
        answer = SELLER.post(f"/enquiries/{enquiry}/answer", body)
        assert (answer.status, answer.fields) == (422, {field})
    assert SELLER.post(f"/enquiries/{enquiry}/closing", {"text": "No."}).status == 422


def test_an_unknown_or_invisible_listing_is_not_found(listing: str) -> None:
    assert BUYER.post("/listings/nothing/enquiries", ENQUIRY).status == 404
    assert SELLER.delete(f"/listings/{listing}").status == 204
    assert BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY).status == 404
    # who sees it is told its state
    refused = BUYER_AND_ADMIN.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"], refused.body["params"]) == (
        409,
        "listing_status",
        {"status": "inactive"},
    )


def test_nobody_asks_about_their_own_listing() -> None:
    both = Person("both-1", ("buyer", "seller"))
    profile("both-1", roles=["buyer", "seller"], verified=True)
    refused = both.post(f"/listings/{list_materials(both)}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (403, "own_listing")


def test_a_buyer_has_one_open_enquiry_per_listing(listing: str) -> None:
    # given an open enquiry
    first = ask(BUYER, listing)
    # when the buyer asks again, then that is refused, and another buyer may ask
    again = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (again.status, again.body["code"]) == (409, "already_enquired")
    ask(OTHER_BUYER, listing)
    assert waiting(listing) == 2
    # and once it is answered, or closed, the buyer may ask again
    assert SELLER.post(f"/enquiries/{first}/answer", ANSWER).status == 200
    second = ask(BUYER, listing)
    assert SELLER.post(f"/enquiries/{second}/closing").status == 200
    ask(BUYER, listing)
    assert waiting(listing) == 2


def test_a_person_makes_ten_enquiries_in_a_day(listing: str, clock: Clock) -> None:
    # given as many enquiries as a day allows, all ended
    for _ in range(ENQUIRIES_PER_DAY):
        assert SELLER.post(f"/enquiries/{ask(BUYER, listing)}/closing").status == 200
    # when one more is made, then it is refused until the day ends in South Africa
    refused = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (429, "too_many_enquiries")
    assert refused.headers["Retry-After"] == str(14 * 3600)
    assert waiting(listing) == 0
    ask(OTHER_BUYER, listing)
    # and the next day another one may be made
    clock.tick(hours=14)
    ask(BUYER, listing)


def test_a_repeated_request_makes_one_enquiry(listing: str) -> None:
    key = {"Idempotency-Key": "enquiry-1"}
    first, again = (BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY, headers=key) for _ in range(2))
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert waiting(listing) == 1


# The seller's part.


def test_an_answer_ends_the_enquiry_for_both(listing: str, clock: Clock) -> None:
    enquiry = ask(BUYER, listing)
    clock.tick(minutes=5)
    # when the seller answers
    answered = SELLER.post(f"/enquiries/{enquiry}/answer", ANSWER)
    # then both see the answer, and the listing counts no open enquiry
    assert answered.status == 200
    assert answered.body["answer"] == {**ANSWER, "at": "2026-11-21T08:05:00.000Z"}
    assert (answered.body["status"], answered.body["contact"]["phone"]) == ("answered", "+27712345678")
    assert BUYER.get("/enquiries/mine").body["items"] == [answered.body]
    assert waiting(listing) == 0
    # and it ends once
    for path, body in (("answer", ANSWER), ("closing", None)):
        again = SELLER.post(f"/enquiries/{enquiry}/{path}", body)
        assert (again.status, again.body["code"], again.body["params"]) == (
            409,
            "enquiry_status",
            {"status": "answered"},
        )


def test_a_closing_ends_the_enquiry_without_an_answer(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    closed = SELLER.post(f"/enquiries/{enquiry}/closing")
    assert (closed.status, closed.body["status"], closed.body["answer"]) == (200, "closed", None)
    assert closed.body["closedAt"] == "2026-11-21T08:00:00.000Z"
    assert SELLER.post(f"/enquiries/{enquiry}/answer", ANSWER).status == 409


def test_only_the_seller_ends_an_enquiry(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    for path, body in (("answer", ANSWER), ("closing", None)):
        refused = BUYER.post(f"/enquiries/{enquiry}/{path}", body)
        assert (refused.status, refused.body["code"]) == (403, "not_the_seller")
        for stranger in (OTHER_BUYER, ADMIN):
            assert stranger.post(f"/enquiries/{enquiry}/{path}", body).status == 404
        assert SELLER.post(f"/enquiries/nothing/{path}", body).status == 404


def test_items_of_the_table_that_are_no_enquiries_are_not_found(listing: str) -> None:
    ask(BUYER, listing)
    ids = [item["id"] for item in stored("enquiries") if "text" not in item]
    assert sorted(ids) == [f"{listing}#buyer-1", "made#buyer-1#2026-11-21"]
    assert [find(one) for one in ids] == [None, None]


# Lists.


def test_a_list_is_paged_newest_first_and_its_cursor_is_bound_to_the_side(listing: str, clock: Clock) -> None:
    # given five enquiries of five buyers
    made = []
    for number in range(5):
        made.append(ask(Person(f"person-{number}", ("buyer",)), listing))
        clock.tick(seconds=1)
    # when the seller reads them by two
    found: list[str] = []
    query = {"as": "seller", "limit": "2"}
    sizes = []
    while True:
        page = SELLER.get("/enquiries/mine", query=query).body
        found += [one["id"] for one in page["items"]]
        sizes.append(len(page["items"]))
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    # then each comes once, newest first, on full pages
    assert (found, sizes) == (made[::-1], [2, 2, 1])
    # and the cursor is of no use for the other side, or for somebody else
    assert SELLER.get("/enquiries/mine", query={**query, "as": "buyer"}).status == 400
    assert BUYER.get("/enquiries/mine", query=query).status == 400


def test_an_unknown_side_is_refused_and_named(listing: str) -> None:
    refused = BUYER.get("/enquiries/mine", query={"as": "worker"})
    assert (refused.status, refused.fields) == (422, {"as"})


def test_names_phone_and_title_are_the_present_ones(listing: str) -> None:
    # given an enquiry, when name, phone and title change
    ask(BUYER, listing)
    known("buyer-1", displayName="Thandiwe", phone="+27712340000")
    assert SELLER.patch(f"/listings/{listing}", {"title": "Red clay bricks"}).status == 200
    # then the enquiry shows what is true now
    (shown,) = SELLER.get("/enquiries/mine", query={"as": "seller"}).body["items"]
    assert shown["contact"] == {"displayName": "Thandiwe", "phone": "+27712340000"}
    assert (shown["buyerName"], shown["listingTitle"]) == ("Thandiwe", "Red clay bricks")


def test_what_the_seller_has_to_do_names_the_listing_with_open_enquiries(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    (item,) = SELLER.get("/me/actions").body["items"]
    assert (item["kind"], item["action"], item["listingId"]) == ("seller", "answer_enquiry", listing)
    assert SELLER.post(f"/enquiries/{enquiry}/answer", ANSWER).status == 200
    assert SELLER.get("/me/actions").body["items"] == []


# Edits of the listing.


def test_an_edit_of_the_listing_keeps_the_count_and_an_enquiry_keeps_the_version(listing: str) -> None:
    ask(BUYER, listing)
    edited = SELLER.patch(f"/listings/{listing}", {"priceCents": 500}, headers={"If-Match": '"1"'})
    assert (edited.status, edited.body["version"]) == (200, 2)
    assert waiting(listing) == 1


def test_an_enquiry_about_a_listing_that_became_inactive_can_be_answered(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    assert SELLER.delete(f"/listings/{listing}").status == 204
    assert SELLER.post(f"/enquiries/{enquiry}/answer", ANSWER).status == 200


# Suspension, roles and erasure.


def test_given_a_suspended_seller_when_the_listing_is_not_hidden_yet_then_an_enquiry_is_refused(listing: str) -> None:
    # given a suspension whose consumer has not run
    suspended = {"status": "suspended", "reason": "Sold what was not there."}
    assert ADMIN.patch("/admin/users/seller-1", suspended).status == 200
    # when somebody asks, then nothing new is agreed with the seller
    refused = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (409, "party_suspended")
    # and once it has run, the listing is not visible, but to admins
    follow()
    assert BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY).status == 404
    refused = BUYER_AND_ADMIN.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (409, "listing_hidden")


def test_given_an_open_enquiry_when_a_side_is_suspended_then_it_stays_and_the_other_side_sees_it(listing: str) -> None:
    enquiry = ask(BUYER, listing)
    suspended = {"status": "suspended", "reason": "Insults."}
    assert ADMIN.patch("/admin/users/buyer-1", suspended).status == 200
    follow()
    assert BUYER.get("/enquiries/mine").status == 403
    assert mine(SELLER, "seller") == [enquiry]
    assert SELLER.post(f"/enquiries/{enquiry}/closing").status == 200


def test_whoever_dropped_the_role_seller_still_ends_what_is_open(listing: str) -> None:
    pool_with(SELLER)
    enquiry = ask(BUYER, listing)
    assert SELLER.put("/profiles/me/roles", {"roles": ["buyer"]}).status == 200
    former = Person("seller-1", ("buyer",))
    assert mine(former, "seller") == [enquiry]
    assert former.post(f"/enquiries/{enquiry}/answer", ANSWER).status == 200
    # and nothing new is agreed with them, also before their listings are inactive
    assert "seller" in users.get("seller-1").lost_roles
    refused = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (409, "party_dropped_role")


def test_when_a_buyer_is_erased_then_their_words_and_contact_go_and_the_open_enquiry_is_closed(
    listing: str, clock: Clock
) -> None:
    # given an answered and an open enquiry
    pool_with(BUYER)
    assert SELLER.post(f"/enquiries/{ask(BUYER, listing)}/answer", ANSWER).status == 200
    ask(BUYER, listing)
    # when the buyer is erased
    assert leave(BUYER).status == 204
    clock.tick(minutes=1)
    follow()
    # then the seller's own words are left, and the listing waits for nobody
    first, second = SELLER.get("/enquiries/mine", query={"as": "seller"}).body["items"][::-1]
    assert (first["status"], first["answer"]["text"], second["status"]) == ("answered", ANSWER["text"], "closed")
    for shown in (first, second):
        assert shown["text"] == "Removed with the account of whoever wrote it."
        assert shown["contact"] == {"displayName": "Former member", "phone": None}
    assert waiting(listing) == 0
    assert [item["id"] for item in stored("enquiries") if item["id"] == f"{listing}#buyer-1"] == []


def test_when_a_seller_is_erased_then_the_answer_goes_and_the_buyer_is_told_of_the_closing(
    listing: str, clock: Clock
) -> None:
    # given an answered enquiry, and an open one of another buyer
    pool_with(SELLER)
    assert SELLER.post(f"/enquiries/{ask(BUYER, listing)}/answer", ANSWER).status == 200
    ask(OTHER_BUYER, listing)
    # when the seller is erased
    assert leave(SELLER).status == 204
    clock.tick(minutes=1)
    follow()
    # then the buyers keep their own words
    (shown,) = BUYER.get("/enquiries/mine").body["items"]
    assert (shown["text"], shown["sellerName"]) == (ENQUIRY["text"], "Former member")
    assert shown["answer"]["text"] == "Removed with the account of whoever wrote it."
    assert shown["listingTitle"] == "Removed listing"
    (shown,) = OTHER_BUYER.get("/enquiries/mine").body["items"]
    assert shown["status"] == "closed"
    assert "enquiryClosed" in [one["kind"] for one in OTHER_BUYER.get("/notifications").body["items"]]


def test_an_account_that_was_erased_meanwhile_gets_no_enquiry(listing: str) -> None:
    commit_now(users.set_subject("seller-1", None))
    known("seller-1", status="erased")
    refused = BUYER.post(f"/listings/{listing}/enquiries", ENQUIRY)
    assert (refused.status, refused.body["code"]) == (409, "party_left")


# Notices.


def test_the_seller_is_told_of_an_enquiry_and_the_buyer_of_its_end(listing: str, clock: Clock) -> None:
    # given two enquiries, of which one is answered and one closed
    first, second = ask(BUYER, listing), ask(OTHER_BUYER, listing)
    assert SELLER.post(f"/enquiries/{first}/answer", ANSWER).status == 200
    assert SELLER.post(f"/enquiries/{second}/closing").status == 200
    follow()
    # then the seller has one notice with the count
    (notice,) = SELLER.get("/notifications").body["items"]
    assert (notice["kind"], notice["title"]) == ("enquiryReceived", "2 new questions")
    assert notice["text"].startswith('Your material "Clay face bricks" has 2 new questions.')
    # and each buyer has one of their own, which holds nothing that the seller typed
    for buyer, enquiry, kind in ((BUYER, first, "enquiryAnswered"), (OTHER_BUYER, second, "enquiryClosed")):
        (notice,) = buyer.get("/notifications").body["items"]
        assert (notice["kind"], notice["data"]) == (kind, {"listingId": listing, "enquiryId": enquiry})
        assert "Clay" not in notice["title"] + notice["text"]
    # and the trail says who did what
    rows = ADMIN.get("/admin/audit", query={"object": f"enquiries/{first}"}).body["items"]
    assert {(row["action"], row["actorId"]) for row in rows} == {
        ("enquiry.answered", "seller-1"),
        ("enquiry.made", "buyer-1"),
    }
