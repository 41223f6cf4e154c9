"""Concurrent requests about enquiries: one end of each, one open enquiry per buyer and listing, ten in a day."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from khaya.enquiries.model import ENQUIRIES_PER_DAY
from khaya.platform.base import clock
from tests.contention.clients import Call, at_once
from tests.support import stand_in
from tests.support.client import Person
from tests.support.records import ENQUIRY, ask, list_materials, profile

SELLER = Person("seller", ("seller",))
BUYER = Person("buyer", ("buyer",))


@pytest.fixture
def listing(engine: None) -> str:
    """A listing of a verified seller."""
    profile("seller", roles=["seller"], verified=True)
    return list_materials(SELLER)


def state(listing_id: str) -> tuple[list[dict[str, Any]], int, int]:
    """The enquiries as the seller sees them, the open ones that the listing counts, and the slots that are taken."""
    shown = SELLER.get("/enquiries/mine", query={"as": "seller", "limit": "50"}).body["items"]
    (count,) = [item["openEnquiries"] for item in stand_in.stored("listings") if item["id"] == listing_id]
    return shown, count, sum("enquiryId" in item for item in stand_in.stored("enquiries"))


def test_one_of_many_concurrent_answers_and_closings_stands(listing: str) -> None:
    for number in range(8):
        # given an open enquiry
        enquiry = ask(Person(f"buyer-{number}", ("buyer",)), listing)
        # when it is answered and closed by sixteen requests at once
        answers = [Call(SELLER, "POST", f"/enquiries/{enquiry}/answer", {"text": f"Answer {one}."}) for one in range(8)]
        answers += [Call(SELLER, "POST", f"/enquiries/{enquiry}/closing") for _ in range(8)]
        assert Counter(at_once(answers)) == {200: 1, 409: 15}
        # then the enquiry has the one end, and nothing waits any more
        shown, count, slots = state(listing)
        assert shown[0]["id"] == enquiry
        assert (shown[0]["answer"] is None, shown[0]["closedAt"] is None) in ((True, False), (False, True))
        assert shown[0]["status"] == ("closed" if shown[0]["answer"] is None else "answered")
        assert (count, slots) == (0, 0)


def test_one_of_many_concurrent_enquiries_of_a_buyer_about_a_listing_is_made(listing: str) -> None:
    answers = at_once([Call(BUYER, "POST", f"/listings/{listing}/enquiries", ENQUIRY) for _ in range(24)])
    assert Counter(answers) == {201: 1, 409: 23}
    shown, count, slots = state(listing)
    assert (len(shown), count, slots) == (1, 1, 1)


def test_the_concurrent_enquiries_of_many_buyers_are_all_counted_on_the_listing(listing: str) -> None:
    people = [Person(f"buyer-{number}", ("buyer",)) for number in range(24)]
    answers = at_once([Call(one, "POST", f"/listings/{listing}/enquiries", ENQUIRY) for one in people])
    made = Counter(answers)[201]
    assert {*answers} <= {201, 503}, "contended too long, so to be sent again"
    assert made > 0
    shown, count, slots = state(listing)
    assert (len(shown), count, slots) == (made, made, made)


def test_ten_of_twenty_concurrent_enquiries_of_a_person_are_made(engine: None) -> None:
    # given twenty listings, and a day that does not end during the test
    profile("seller", roles=["seller"], verified=True)
    listings = [list_materials(SELLER) for _ in range(20)]
    day = clock.local_day(clock.now())
    # when a person asks about all at once
    answers = at_once([Call(BUYER, "POST", f"/listings/{one}/enquiries", ENQUIRY) for one in listings])
    # then a day's number is made, and the others may be sent tomorrow
    if clock.local_day(clock.now()) == day:
        assert Counter(answers) == {201: ENQUIRIES_PER_DAY, 429: len(listings) - ENQUIRIES_PER_DAY}
        assert (
            sum(item["openEnquiries"] for item in stand_in.stored("listings") if "title" in item) == ENQUIRIES_PER_DAY
        )
