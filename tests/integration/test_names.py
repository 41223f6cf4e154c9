"""People are called by their present name wherever it is repeated."""

from __future__ import annotations

from tests.support.client import VISITOR
from tests.support.lives import MEMBER, NAME, OTHER, live, traces
from tests.support.stand_in import stored
from tests.support.streams import follow


def test_every_copy_follows_the_name() -> None:
    # given somebody whose name stands in many places
    ids = live()
    follow("names")
    # when they go by another one
    assert MEMBER.patch("/profiles/me", {"displayName": "Zodwa Ngcobo", "bio": None}).status == 200
    follow("names")
    # then all say so
    assert VISITOR.get(f"/jobs/{ids['posted']}").body["buyerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/bids/{ids['bid']}").body["workerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/reviews/{ids['review']}").body["reviewerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/stories/{ids['story']}").body["authorName"] == "Zodwa Ngcobo"
    assert MEMBER.get(f"/listings/{ids['listing']}").body["sellerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/jobs/{ids['worked']}").body["contact"]["displayName"] == "Zodwa Ngcobo"
    names = {row["id"].partition("#")[0]: row for row in stored("referrals") if row["id"] != "referral#member-1"}
    assert names["referral"]["referrerName"] == "Zodwa Ngcobo"
    assert traces(f'"S": "{NAME}"') == []


def test_an_edit_that_keeps_the_name_is_nobody_elses_business() -> None:
    live()
    follow("names")
    before = stored("jobs")
    assert MEMBER.patch("/profiles/me", {"bio": "Another."}).status == 200
    follow("names")
    assert stored("jobs") == before
