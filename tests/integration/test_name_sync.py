"""Copies of display names in other tables."""

from __future__ import annotations

from tests.support.client import VISITOR
from tests.support.lives import MEMBER, NAME, OTHER, live, traces
from tests.support.stand_in import stored
from tests.support.streams import follow


def test_when_a_person_changes_their_name_then_all_copies_change() -> None:
    # given a person whose name is copied to many items
    ids = live()
    follow("name_sync")
    # when they change their name
    assert MEMBER.patch("/profiles/me", {"displayName": "Zodwa Ngcobo", "bio": None}).status == 200
    follow("name_sync")
    # then all copies change
    assert VISITOR.get(f"/jobs/{ids['posted']}").body["buyerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/bids/{ids['bid']}").body["workerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/reviews/{ids['review']}").body["reviewerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/stories/{ids['story']}").body["authorName"] == "Zodwa Ngcobo"
    assert MEMBER.get(f"/listings/{ids['listing']}").body["sellerName"] == "Zodwa Ngcobo"
    assert OTHER.get(f"/jobs/{ids['worked']}").body["contact"]["displayName"] == "Zodwa Ngcobo"
    names = {row["id"].partition("#")[0]: row for row in stored("referrals") if row["id"] != "referral#member-1"}
    assert names["referral"]["referrerName"] == "Zodwa Ngcobo"
    assert traces(f'"S": "{NAME}"') == []


def test_when_a_profile_changes_without_the_name_then_no_copy_is_written() -> None:
    live()
    follow("name_sync")
    before = stored("jobs")
    assert MEMBER.patch("/profiles/me", {"bio": "Another."}).status == 200
    follow("name_sync")
    assert stored("jobs") == before
