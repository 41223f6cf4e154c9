"""Twenty listings a seller and stock that never goes below zero, while many processes try at the same moment."""

from __future__ import annotations

from collections import Counter

from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.records import OFFERING, list_materials, profile

TRUSTED = Person("trusted", ("seller",))
SELLER = Person("seller", ("seller",))
ADMIN = Person("admin", ("admin",))


def states(seller: Person) -> Counter[str]:
    """How many listings a seller has in each state, whatever any count says."""
    found: Counter[str] = Counter()
    query: dict[str, str] = {"limit": "50"}
    while True:
        page = seller.get("/listings/mine", query=query).body
        found.update(item["status"] for item in page["items"])
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


def test_twenty_of_forty_simultaneous_listings(engine: None) -> None:
    # given a verified seller, and when forty listings are made at once
    profile(TRUSTED.user_id, verified=True)
    answers = at_once([Call(TRUSTED, "POST", "/listings", OFFERING) for _ in range(40)])
    # then twenty are on the market and the others were refused
    assert Counter(answers) == {201: 20, 409: 20}
    assert states(TRUSTED) == {"active": 20}


def test_twenty_of_creates_and_reactivations_together(engine: None) -> None:
    # given a verified seller with fifteen listings on the market and fifteen off it
    profile(TRUSTED.user_id, verified=True)
    off = [list_materials(TRUSTED) for _ in range(15)]
    for listing in off:
        TRUSTED.delete(f"/listings/{listing}")
    for _ in range(15):
        list_materials(TRUSTED)
    # when all that are off come back while twenty-five more are made
    calls = [Call(TRUSTED, "PATCH", f"/listings/{listing}", {"active": True}) for listing in off]
    answers = at_once(calls + [Call(TRUSTED, "POST", "/listings", OFFERING) for _ in range(25)])
    # then there was room for five
    counted = Counter(answers)
    assert counted[200] + counted[201] == 5
    assert counted[409] == 35
    assert states(TRUSTED)["active"] == 20


def test_never_more_than_twenty_while_admins_decide_and_sellers_take_off_and_put_back(engine: None) -> None:
    # given an unverified seller whose twenty listings wait
    waiting = [list_materials(SELLER) for _ in range(20)]
    # when half are approved and half rejected, while new ones are made and old ones taken off and put back
    calls = []
    for number, listing in enumerate(waiting):
        decision = {"decision": "approve" if number % 2 else "reject", "reason": "Seen by an admin."}
        calls += [
            Call(ADMIN, "POST", f"/listings/{listing}/moderation", decision),
            Call(SELLER, "PATCH", f"/listings/{listing}", {"active": False}),
            Call(SELLER, "PATCH", f"/listings/{listing}", {"active": True}),
            Call(SELLER, "POST", "/listings", OFFERING),
        ]
    answers = at_once(calls)
    # then nothing broke, and the seller may hold exactly as many more as twenty lacks
    assert set(answers) <= {200, 201, 409}
    found = states(SELLER)
    held = found["active"] + found["pending"]
    assert held <= 20
    more = at_once([Call(SELLER, "POST", "/listings", OFFERING) for _ in range(25)])
    assert Counter(more)[201] == 20 - held
    assert sum(states(SELLER)[state] for state in ("active", "pending")) == 20


def test_stock_is_sold_once(engine: None) -> None:
    # given thirty in stock
    profile(TRUSTED.user_id, verified=True)
    listing = list_materials(TRUSTED, stock=30)
    # when forty are taken out one by one, at once
    answers = at_once([Call(TRUSTED, "POST", f"/listings/{listing}/stock", {"delta": -1}) for _ in range(40)])
    # then thirty were there to take
    assert Counter(answers) == {200: 30, 409: 10}
    assert TRUSTED.get(f"/listings/{listing}").body["stock"] == 0


def test_one_decision_on_a_listing(engine: None) -> None:
    # given a listing that waits, and sixteen admins who decide on it at once
    listing = list_materials(SELLER)
    calls = [
        Call(
            Person(f"admin-{number}", ("admin",)),
            "POST",
            f"/listings/{listing}/moderation",
            {"decision": "approve" if number % 2 else "reject", "reason": f"Decided by {number}."},
        )
        for number in range(16)
    ]
    answers = at_once(calls)
    # then one decision stands, and state, reason and admin belong together
    assert Counter(answers) == {200: 1, 409: 15}
    shown = ADMIN.get(f"/listings/{listing}").body
    number = answers.index(200)
    assert shown["moderation"]["moderatorId"] == f"admin-{number}"
    assert shown["status"] == ("active" if number % 2 else "rejected")
