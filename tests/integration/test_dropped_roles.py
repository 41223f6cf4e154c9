"""A dropped role leaves what goes with it: bids are withdrawn, listings inactive; what is under way stays."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.account_changes import service
from khaya.platform.base import clock as khaya_clock
from khaya.users import store as users
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.records import OFFER, accept, list_materials, place_bid, post_job, profile
from tests.support.streams import follow

THANDI = Person("thandi", ("buyer", "worker", "seller"))
SIPHO = Person("sipho", ("buyer", "worker", "seller"))
ROLES = ["buyer", "worker", "seller"]


@pytest.fixture(autouse=True)
def people() -> None:
    stand_in.pool_with(THANDI, SIPHO)
    for person in (THANDI, SIPHO):
        profile(person.user_id or "", roles=ROLES, verified=True)


def keep_roles(*roles: str, followed: bool = True) -> None:
    assert THANDI.put("/profiles/me/roles", {"roles": list(roles)}).status == 200
    if followed:
        follow("account_changes", "search")


def status_of(table: str, item_id: str) -> str:
    found: str = next(item["status"] for item in stand_in.stored(table) if item["id"] == item_id)
    return found


@pytest.mark.parametrize("kept", [("buyer", "seller"), ("buyer",), ("seller",), ()])
def test_when_a_worker_drops_the_role_then_their_pending_bids_are_withdrawn(kept: tuple[str, ...]) -> None:
    # given a pending bid, an accepted one and a rejected one
    jobs = [post_job(SIPHO) for _ in range(3)]
    bids = [place_bid(THANDI, job) for job in jobs]
    accept(SIPHO, bids[1])
    assert SIPHO.post(f"/bids/{bids[2]}/rejection", {}).status == 200
    # when they drop the role
    keep_roles(*kept)
    # then only the pending one is withdrawn, and the job's count follows
    assert [status_of("bids", bid) for bid in bids] == ["withdrawn", "accepted", "rejected"]
    assert VISITOR.get(f"/jobs/{jobs[0]}").body["bidCount"] == 0
    # and what is under way stays, and the buyer ends it
    assert SIPHO.post(f"/jobs/{jobs[1]}/completion").status == 200


def test_a_bid_of_a_person_who_dropped_the_role_cannot_be_accepted_before_it_is_withdrawn() -> None:
    job = post_job(SIPHO)
    bid = place_bid(THANDI, job)
    keep_roles("buyer", "seller", followed=False)
    refused = SIPHO.post(f"/bids/{bid}/acceptance")
    assert (refused.status, refused.body["detail"]) == (409, "The worker has given up that role.")
    follow("account_changes")
    assert status_of("bids", bid) == "withdrawn"


def test_a_worker_who_takes_the_role_up_again_may_bid_again() -> None:
    job = post_job(SIPHO)
    place_bid(THANDI, job)
    keep_roles("buyer")
    keep_roles("worker")
    assert status_of("bids", place_bid(THANDI, job)) == "pending"


@pytest.mark.parametrize("kept", [("buyer", "worker"), ("worker",), ()])
def test_when_a_seller_drops_the_role_then_their_listings_become_inactive(kept: tuple[str, ...], clock: Clock) -> None:
    listings = [list_materials(THANDI), list_materials(THANDI)]
    keep_roles(*kept)
    assert {status_of("listings", listing) for listing in listings} == {"inactive"}
    assert VISITOR.get("/listings").body["items"] == []
    assert {VISITOR.get(f"/listings/{listing}").status for listing in listings} == {404}
    # and they count no longer towards the limit, so a seller again has all of it
    keep_roles("seller")
    clock.tick(minutes=1)
    assert [list_materials(THANDI) for _ in range(20)]


def test_a_pending_listing_of_a_dropped_seller_leaves_the_admins_queue() -> None:
    seller, admin = Person("new", ("seller",)), Person("admin-1", ("admin",))
    stand_in.pool_with(seller)
    profile("new", roles=["seller"])
    list_materials(seller)
    assert seller.put("/profiles/me/roles", {"roles": ["buyer"]}).status == 200
    follow("account_changes")
    assert admin.get("/listings/pending").body["items"] == []


def test_a_dropped_seller_can_take_a_listing_down_and_change_nothing_else() -> None:
    listing = list_materials(THANDI)
    keep_roles("buyer", followed=False)
    assert THANDI.patch(f"/listings/{listing}", {"priceCents": 900}).status == 403
    assert THANDI.post(f"/listings/{listing}/stock", {"delta": 5}).status == 403
    assert SIPHO.delete(f"/listings/{listing}").status == 403
    assert THANDI.delete(f"/listings/{listing}").status == 204
    assert status_of("listings", listing) == "inactive"
    # also with a token that never had the role, after the consumers have run
    follow("account_changes")
    assert Person("thandi", ("buyer",)).delete(f"/listings/{listing}").status == 204


def test_the_open_jobs_of_a_person_who_is_no_buyer_any_more_are_hidden_until_they_are_one_again() -> None:
    job = post_job(THANDI)
    follow("account_changes", "search")
    before = VISITOR.get(f"/jobs/{job}").body
    keep_roles("worker", followed=False)
    assert SIPHO.post(f"/jobs/{job}/bids", OFFER).status == 409
    follow("account_changes", "search")
    assert VISITOR.get(f"/jobs/{job}").status == 404
    assert VISITOR.get("/jobs", query={"q": "leaking"}).body["items"] == []
    keep_roles("buyer")
    assert VISITOR.get(f"/jobs/{job}").body == before
    assert SIPHO.post(f"/jobs/{job}/bids", OFFER).status == 201


def test_given_a_role_that_was_kept_when_others_change_then_nothing_that_goes_with_it_changes() -> None:
    job, listing = post_job(THANDI), list_materials(THANDI)
    bid = place_bid(THANDI, post_job(SIPHO))
    assert THANDI.patch("/profiles/me", {"displayName": "Thandi Ngcobo"}).status == 200
    follow("account_changes")
    assert (status_of("bids", bid), status_of("listings", listing)) == ("pending", "active")
    assert VISITOR.get(f"/jobs/{job}").status == 200


def test_applying_a_change_again_does_nothing() -> None:
    list_materials(THANDI)
    place_bid(THANDI, post_job(SIPHO))
    keep_roles("buyer")
    before = stand_in.contents()
    assert list(service.apply("thandi", khaya_clock.now())) == []
    assert stand_in.contents() == before


def test_given_more_bids_than_a_page_when_the_role_is_dropped_then_all_are_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = users.settings()
    monkeypatch.setattr("khaya.users.store.settings", lambda: here.model_copy(update={"writes_per_minute": 0}))
    bids: list[Any] = [place_bid(THANDI, post_job(SIPHO)) for _ in range(55)]
    keep_roles("buyer")
    assert {status_of("bids", bid) for bid in bids} == {"withdrawn"}
