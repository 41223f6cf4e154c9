"""Concurrent requests: at most twenty listings per seller, and no negative stock."""

from __future__ import annotations

from collections import Counter

from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.records import OFFERING, list_materials, profile

TRUSTED = Person("trusted", ("seller",))
SELLER = Person("seller", ("seller",))
ADMIN = Person("admin", ("admin",))


def states(seller: Person) -> Counter[str]:
    """The number of a seller's listings by status, counted from the listings themselves."""
    found: Counter[str] = Counter()
    query: dict[str, str] = {"limit": "50"}
    while True:
        page = seller.get("/listings/mine", query=query).body
        found.update(item["status"] for item in page["items"])
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


def test_twenty_of_forty_concurrent_listings_are_posted(engine: None) -> None:
    # given a verified seller, when forty listings are posted concurrently
    profile(TRUSTED.user_id, verified=True)
    answers = at_once([Call(TRUSTED, "POST", "/listings", OFFERING) for _ in range(40)])
    # then twenty are active and the others were refused
    assert Counter(answers) == {201: 20, 409: 20}
    assert states(TRUSTED) == {"active": 20}


def test_concurrent_posts_and_reactivations_stop_at_twenty(engine: None) -> None:
    # given a verified seller with fifteen active and fifteen inactive listings
    profile(TRUSTED.user_id, verified=True)
    off = [list_materials(TRUSTED) for _ in range(15)]
    for listing in off:
        TRUSTED.delete(f"/listings/{listing}")
    for _ in range(15):
        list_materials(TRUSTED)
    # when the inactive ones are reactivated while twenty-five more are posted
    calls = [Call(TRUSTED, "PATCH", f"/listings/{listing}", {"active": True}) for listing in off]
    answers = at_once(calls + [Call(TRUSTED, "POST", "/listings", OFFERING) for _ in range(25)])
    # then five succeed
    counted = Counter(answers)
    assert counted[200] + counted[201] == 5
    assert counted[409] == 35
    assert states(TRUSTED)["active"] == 20


def test_concurrent_moderations_and_edits_never_exceed_twenty(engine: None) -> None:
    # given an unverified seller with twenty pending listings
    waiting = [list_materials(SELLER) for _ in range(20)]
    # when half are approved and half rejected, while others are posted, deactivated and reactivated
    calls = []
    for number, listing in enumerate(waiting):
        decision = {"decision": "approve" if number % 2 else "reject", "reason": "Seen by an admin.", "version": 1}
        calls += [
            Call(ADMIN, "POST", f"/listings/{listing}/moderation", decision),
            Call(SELLER, "PATCH", f"/listings/{listing}", {"active": False}),
            Call(SELLER, "PATCH", f"/listings/{listing}", {"active": True}),
            Call(SELLER, "POST", "/listings", OFFERING),
        ]
    answers = at_once(calls)
    # then the seller may post exactly as many more as are missing to twenty
    assert set(answers) <= {200, 201, 409, 412}
    found = states(SELLER)
    held = found["active"] + found["pending"]
    assert held <= 20
    more = at_once([Call(SELLER, "POST", "/listings", OFFERING) for _ in range(25)])
    assert Counter(more)[201] == 20 - held
    assert sum(states(SELLER)[state] for state in ("active", "pending")) == 20


def test_concurrent_stock_movements_never_make_stock_negative(engine: None) -> None:
    # given thirty in stock
    profile(TRUSTED.user_id, verified=True)
    listing = list_materials(TRUSTED, stock=30)
    # when forty are taken out one by one, concurrently
    answers = at_once([Call(TRUSTED, "POST", f"/listings/{listing}/stock", {"delta": -1}) for _ in range(40)])
    # then thirty requests succeed
    assert Counter(answers) == {200: 30, 409: 10}
    assert TRUSTED.get(f"/listings/{listing}").body["stock"] == 0


def test_one_of_many_concurrent_moderations_succeeds(engine: None) -> None:
    # given a pending listing, when sixteen admins moderate it concurrently
    listing = list_materials(SELLER)
    calls = [
        Call(
            Person(f"admin-{number}", ("admin",)),
            "POST",
            f"/listings/{listing}/moderation",
            {"decision": "approve" if number % 2 else "reject", "reason": f"Decided by {number}.", "version": 1},
        )
        for number in range(16)
    ]
    answers = at_once(calls)
    # then one moderation succeeds, and status, reason and moderator agree
    assert Counter(answers) == {200: 1, 412: 15}
    shown = ADMIN.get(f"/listings/{listing}").body
    number = answers.index(200)
    assert shown["moderation"]["moderatorId"] == f"admin-{number}"
    assert shown["status"] == ("active" if number % 2 else "rejected")
