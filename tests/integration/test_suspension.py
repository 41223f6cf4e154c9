"""Suspension: it hides what is public of a person, nothing new is agreed with them, and its end restores everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khaya.admin import service
from khaya.platform.base import clock
from khaya.platform.data import unit_of_work
from khaya.profiles import store
from khaya.users.model import UserChanges
from tests.support import stand_in
from tests.support.client import VISITOR, Answer, Person
from tests.support.money import apply, code_of
from tests.support.records import OFFER, accept, known, list_materials, place_bid, post_job, profile, version_of
from tests.support.stories import approve_story, approved_story
from tests.support.streams import follow

ADMIN = Person("admin-1", ("admin",))
OTHER_ADMIN = Person("admin-2", ("admin",))
THANDI = Person("thandi", ("buyer", "worker", "seller"))
SIPHO = Person("sipho", ("buyer", "worker", "seller"))
ROLES = ["buyer", "worker", "seller"]


@pytest.fixture(autouse=True)
def people() -> None:
    stand_in.pool_with(ADMIN, OTHER_ADMIN, THANDI, SIPHO)
    for admin in (ADMIN, OTHER_ADMIN):
        profile(admin.user_id or "", display_name="Admin", roles=["admin"])
    profile("thandi", display_name="Thandi", roles=ROLES, verified=True, trades=["tiling"], location="Durban")
    profile("sipho", display_name="Sipho", roles=ROLES, verified=True)


def decide(status: str, *, by: Person = ADMIN, about: str = "thandi") -> Answer:
    return by.patch(f"/admin/users/{about}", {"status": status, "reason": "Invented jobs, again."})


def suspend(about: str = "thandi") -> None:
    assert decide("suspended", about=about).status == 200
    follow("account_changes", "search")


def reinstate(about: str = "thandi") -> None:
    assert decide("active", about=about).status == 200
    follow("account_changes", "search")


def items(path: str, **query: str) -> list[Any]:
    answer = VISITOR.get(path, query=query)
    assert answer.status == 200, answer.text
    found: list[Any] = answer.body["items"]
    return found


def live() -> dict[str, str]:
    """Everything that is public of Thandi, and her pending bid on a job of Sipho's."""
    ids = {
        "job": post_job(THANDI, title="Tile the veranda"),
        "listing": list_materials(THANDI, title="Blue floor tiles"),
        "story": approved_story(THANDI),
        "featured": approved_story(THANDI, title="Another story"),
        "sought": post_job(SIPHO, title="Paint the gate"),
    }
    approve_story(ids["featured"], featured=True)
    ids["bid"] = place_bid(THANDI, ids["sought"])
    follow("account_changes", "search")
    return ids


PUBLIC_LISTS: list[tuple[str, dict[str, str]]] = [
    ("/profiles", {"role": "worker"}),
    ("/profiles", {"role": "worker", "trade": "tiling"}),
    ("/profiles", {"role": "worker", "location": "durban"}),
    ("/profiles", {"role": "buyer"}),
    ("/profiles", {"role": "seller", "trade": "tiling", "location": "Durban"}),
    ("/jobs", {}),
    ("/jobs", {"category": "plumbing"}),
    ("/jobs", {"location": "durban"}),
    ("/jobs", {"category": "plumbing", "location": "Durban"}),
    ("/jobs", {"q": "veranda"}),
    ("/jobs", {"q": "tile veranda", "location": "Durban"}),
    ("/listings", {}),
    ("/listings", {"category": "bricks"}),
    ("/listings", {"location": "Durban"}),
    ("/listings", {"q": "blue tiles"}),
    ("/stories", {}),
    ("/stories", {"type": "success"}),
    ("/stories/featured", {}),
]


def public_of(ids: dict[str, str]) -> dict[str, Any]:
    """All that a visitor sees, by request."""
    found: dict[str, Any] = {f"{path} {query}": items(path, **query) for path, query in PUBLIC_LISTS}
    for path in paths_of(ids):
        answer = VISITOR.get(path)
        assert answer.status == 200, path
        found[path] = answer.body
    return found


def paths_of(ids: dict[str, str]) -> list[str]:
    return [
        "/profiles/thandi",
        "/profiles/thandi/resume",
        f"/jobs/{ids['job']}",
        f"/listings/{ids['listing']}",
        f"/stories/{ids['story']}",
        f"/stories/{ids['featured']}",
    ]


def is_of_thandi(item: dict[str, Any]) -> bool:
    return "thandi" in [item.get(name) for name in ("userId", "buyerId", "sellerId", "authorId")]


def test_when_a_person_is_suspended_then_all_that_is_public_of_them_is_hidden_from_others() -> None:
    ids = live()
    suspend()
    for path, query in PUBLIC_LISTS:
        assert [item for item in items(path, **query) if is_of_thandi(item)] == [], (path, query)
    for path in paths_of(ids):
        for visitor in (VISITOR, Person("stranger", ("buyer", "worker", "seller")), SIPHO):
            answer = visitor.get(path)
            assert answer.status == 404, (path, visitor.user_id)
            assert answer.headers["Content-Type"] == "application/problem+json"
        if "resume" not in path:
            assert ADMIN.get(path).status == 200, path
    # and what others published is still public
    assert VISITOR.get(f"/jobs/{ids['sought']}").status == 200
    assert VISITOR.get("/profiles/sipho").status == 200


def test_when_a_suspension_ends_then_everything_is_back_exactly_as_it_was() -> None:
    ids = live()
    before = public_of(ids)
    for _ in range(2):
        suspend()
        reinstate()
        assert public_of(ids) == before


def test_a_suspended_person_is_hidden_from_profile_and_directory_before_any_consumer_runs() -> None:
    live()
    assert decide("suspended").status == 200
    assert VISITOR.get("/profiles/thandi").status == 404
    assert [row["userId"] for row in items("/profiles", role="worker")] == ["sipho"]


def test_pages_stay_full_when_items_in_between_are_hidden() -> None:
    # given jobs of two people by turns
    mine = [post_job(person) for _ in range(4) for person in (THANDI, SIPHO)]
    suspend()
    # when the feed is read by pages, then each is full and holds the other's jobs only
    first = VISITOR.get("/jobs", query={"limit": "3"}).body
    rest = VISITOR.get("/jobs", query={"limit": "3", "cursor": first["nextCursor"]}).body
    assert [job["id"] for job in first["items"] + rest["items"]] == mine[1::2][::-1]
    assert (len(first["items"]), rest["nextCursor"]) == (3, None)


def test_reviews_that_a_suspended_person_wrote_stay() -> None:
    job = post_job(THANDI)
    accept(THANDI, place_bid(SIPHO, job))
    assert THANDI.post(f"/jobs/{job}/completion").status == 200
    review = THANDI.post(f"/jobs/{job}/reviews", {"rating": 5, "comment": "Neat work."}).body["id"]
    suspend()
    assert VISITOR.get(f"/reviews/{review}").body["comment"] == "Neat work."
    assert [one["id"] for one in items("/profiles/sipho/reviews")] == [review]
    assert VISITOR.get("/profiles/sipho").body["rating"] == {"average": 5.0, "count": 1}


def test_a_pending_bid_of_a_suspended_person_cannot_be_accepted_until_the_suspension_ends() -> None:
    ids = live()
    assert decide("suspended").status == 200
    refused = SIPHO.post(f"/bids/{ids['bid']}/acceptance")
    assert (refused.status, refused.body["detail"]) == (409, "The worker is suspended.")
    assert SIPHO.get(f"/jobs/{ids['sought']}").body["status"] == "open"
    follow("account_changes")
    assert SIPHO.post(f"/bids/{ids['bid']}/acceptance").status == 409
    reinstate()
    assert SIPHO.post(f"/bids/{ids['bid']}/acceptance").status == 200


@pytest.mark.parametrize("followed", [False, True], ids=["at once", "after the consumers"])
def test_the_job_of_a_suspended_buyer_takes_no_bid(followed: bool) -> None:
    ids = live()
    assert decide("suspended").status == 200
    if followed:
        follow("account_changes")
    assert SIPHO.post(f"/jobs/{ids['job']}/bids", OFFER).status == 409
    assert next(job for job in stand_in.stored("jobs") if job["id"] == ids["job"])["bidCount"] == 0
    reinstate()
    assert SIPHO.post(f"/jobs/{ids['job']}/bids", OFFER).status == 201


def test_a_bidder_can_withdraw_from_the_job_of_a_suspended_buyer() -> None:
    job = post_job(THANDI)
    bid = place_bid(SIPHO, job)
    suspend()
    assert SIPHO.get(f"/jobs/{job}").status == 200
    assert SIPHO.post(f"/bids/{bid}/withdrawal").status == 200
    reinstate()
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 0


def test_what_is_under_way_with_a_suspended_person_stays_and_the_other_party_ends_it() -> None:
    ids = live()
    accept(SIPHO, ids["bid"])
    suspend()
    assert SIPHO.get(f"/jobs/{ids['sought']}").body["contact"]["displayName"] == "Thandi"
    assert SIPHO.post(f"/jobs/{ids['sought']}/completion").status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/stories/{story}/like", None),
        ("/reports", {"kind": "profile", "id": "thandi", "reason": "They are rude to everybody."}),
        ("/reports", {"kind": "story", "id": "{story}", "reason": "They are rude to everybody."}),
        ("/reports", {"kind": "listing", "id": "{listing}", "reason": "They are rude to everybody."}),
        ("/reports", {"kind": "job", "id": "{job}", "reason": "They are rude to everybody."}),
    ],
)
def test_what_is_hidden_cannot_be_liked_or_reported(path: str, body: dict[str, str] | None) -> None:
    ids = live()
    suspend()
    filled = body and {name: value.format_map(ids) for name, value in body.items()}
    answer = SIPHO.call("PUT" if body is None else "POST", path.format_map(ids), filled)
    assert answer.status == 404


def test_listings_and_stories_that_are_decided_during_a_suspension_stay_hidden_until_its_end() -> None:
    # given an unverified seller with a pending listing and story
    seller = Person("zanele", ("seller",))
    profile("zanele", roles=["seller"])
    listing = list_materials(seller)
    story = seller.post("/stories", {"title": "My story", "content": "It is long enough.....", "type": "tip"}).body[
        "id"
    ]
    suspend("zanele")
    # when an admin approves both
    decision = {"decision": "approve", "reason": "Fine.", "version": version_of("listings", listing)}
    assert ADMIN.post(f"/listings/{listing}/moderation", decision).status == 200
    approve_story(story)
    follow("account_changes", "search")
    # then neither is public
    assert (items("/listings"), items("/stories")) == ([], [])
    assert [VISITOR.get(path).status for path in (f"/listings/{listing}", f"/stories/{story}")] == [404, 404]
    # until the suspension ends
    reinstate("zanele")
    assert [one["id"] for one in items("/listings")] == [listing]
    assert [one["id"] for one in items("/stories")] == [story]


def test_an_item_made_by_a_request_that_overlaps_with_the_suspension_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a suspension between the account guard and the use case of requests
    read = store.read

    def suspended_meanwhile(item: Any, user_id: str) -> Any:
        found = read(item, user_id)
        return found.model_copy(update={"hidden": True}) if user_id == "thandi" else found

    monkeypatch.setattr(store, "read", suspended_meanwhile)
    makers: list[Callable[[], str]] = [
        lambda: f"/jobs/{post_job(THANDI)}",
        lambda: f"/listings/{list_materials(THANDI)}",
    ]
    for make in makers:
        assert VISITOR.get(make()).status == 404
    assert (items("/jobs"), items("/listings")) == ([], [])


def test_given_a_suspended_person_when_their_profile_or_ranks_are_derived_again_then_they_stay_hidden() -> None:
    live()
    suspend()
    follow()
    assert [row["userId"] for row in items("/profiles", role="worker")] == ["sipho"]


@pytest.mark.parametrize("status", ["suspended", "active"])
def test_the_same_decision_by_two_admins_is_recorded_and_counted_once(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given another admin who decides between the first one's read and write
    if status == "active":
        assert decide("suspended").status == 200
    read, rivals = unit_of_work.read_together, ["admin-2"]
    changes = UserChanges.model_validate({"status": status, "reason": "Invented jobs, again."})

    def read_before_rival(keys: Any) -> Any:
        found = read(keys)
        if rivals:
            rival = unit_of_work.UnitOfWork()
            service.change("thandi", changes, admin_id=rivals.pop(), now=clock.now(), unit_of_work=rival)
            rival.commit()
        return found

    monkeypatch.setattr(service, "read_together", read_before_rival)
    assert decide(status).status == 200
    follow("statistics")
    # then there is one decision, and the statistics count it once
    decisions = [item for item in stand_in.stored("users") if item.get("decidedBy") and item.get("status") == status]
    assert len(decisions) == 1
    expected = 1 if status == "suspended" else 0
    assert ADMIN.get("/admin/statistics").body["people"]["suspended"] == expected


@pytest.mark.parametrize("verified", [True, False])
def test_an_erased_person_cannot_be_verified_or_suspended(verified: bool) -> None:
    assert THANDI.delete("/profiles/me").status == 204
    body = {"verified": verified, "reason": "The paper was forged."}
    refused = ADMIN.put("/profiles/thandi/verification", body)
    assert (refused.status, refused.body["detail"]) == (409, "The account was erased.")
    assert decide("suspended").status == 409


@pytest.mark.parametrize("status", ["suspended", "erased"])
def test_the_code_of_somebody_suspended_or_erased_is_unknown(status: str) -> None:
    code = code_of(THANDI)
    known("thandi", status=status)
    refused = apply(Person("newcomer", ("worker",)), code)
    assert (refused.status, refused.body["code"]) == (404, "no_such_code")
    assert [item for item in stand_in.stored("referrals") if item["id"].startswith("referral#")] == []
    # until the suspension ends
    known("thandi", status="active")
    assert apply(Person("newcomer", ("worker",)), code).status == 201
