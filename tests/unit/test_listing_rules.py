"""The states of a listing after any sequence of edits and moderations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from khaya.listings.model import (
    MAX_STOCK,
    Listing,
    ListingChanges,
    ListingOffer,
    new_listing,
)
from khaya.moderation.model import Decision, ModerationRequest
from khaya.platform.base.errors import Conflict, Forbidden
from tests.support.records import OFFERING

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"
OFFER = ListingOffer.model_validate({**OFFERING, "stock": 10})


def listing(*, verified: bool = False) -> Listing:
    return new_listing(OFFER, seller_id="seller", seller_name="Lindiwe", verified=verified, now=NOW)


def changes(**fields: Any) -> ListingChanges:
    return ListingChanges.model_validate(fields)


def test_an_edit_without_a_difference_keeps_the_version() -> None:
    before = listing()
    assert before.edited(changes(title=OFFER.title, active=True), verified=False, now=LATER) is before
    assert before.restocked(0, LATER) is before
    off = before.deactivated(LATER)
    assert off.deactivated(LATER) is off


def test_an_edit_of_several_fields_increases_the_version_by_one() -> None:
    edited = listing().edited(changes(title="Something else", active=False), verified=False, now=LATER)
    assert (edited.version, edited.status, edited.updated_at) == (2, "inactive", LATER)


def test_an_edit_of_a_pending_listing_keeps_its_position_in_the_queue() -> None:
    edited = listing().edited(changes(title="Something else"), verified=False, now=LATER)
    assert edited.pending_since == NOW


def test_given_a_pending_listing_when_its_seller_is_verified_then_the_next_edit_makes_it_active() -> None:
    assert listing().edited(changes(title="Something else"), verified=True, now=LATER).status == "active"


@pytest.mark.parametrize("delta", [-11, MAX_STOCK])
def test_stock_below_zero_or_above_the_maximum_is_refused(delta: int) -> None:
    with pytest.raises(Conflict):
        listing().restocked(delta, LATER)


ACTIONS = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(["Clay bricks", "Red bricks", "Old bricks"])),
    st.tuples(st.just("price"), st.integers(1, 1000)),
    st.tuples(st.just("active"), st.booleans()),
    st.tuples(st.just("moderate"), st.sampled_from(["approve", "reject"])),
    st.tuples(st.just("delete"), st.none()),
)


@given(st.lists(ACTIONS, max_size=25))
def test_an_unverified_sellers_text_is_public_only_after_an_admin_approved_it(actions: list[tuple[str, Any]]) -> None:
    now_listing = listing()
    decisions: dict[str, Decision] = {}
    for step, (what, value) in enumerate(actions):
        before, now = now_listing, f"2026-11-22T08:{step:02}:00.000Z"
        try:
            now_listing = _do(before, what, value, now)
        except Conflict:
            now_listing = before
        else:
            if what == "moderate":
                decisions[before.title] = value
        assert now_listing.version - before.version in (0, 1)
        assert now_listing.counts_towards_limit == (now_listing.status in ("active", "pending"))
        assert (now_listing.pending_since is not None) == (now_listing.status == "pending")
        if now_listing.status == "active":
            assert decisions[now_listing.title] == "approve"


def _do(before: Listing, what: str, value: Any, now: str) -> Listing:
    match what:
        case "moderate":
            request = ModerationRequest(decision=value, reason="Seen by an admin.", version=before.version)
            return before.moderated(request, moderator_id="admin", now=now)
        case "delete":
            return before.deactivated(now)
        case "price":
            return before.edited(changes(priceCents=value), verified=False, now=now)
    return before.edited(changes(**{what: value}), verified=False, now=now)


def test_an_admin_cannot_moderate_their_own_listing() -> None:
    request = ModerationRequest(decision="approve", version=1)
    with pytest.raises(Forbidden):
        listing().moderated(request, moderator_id="seller", now=LATER)


def test_a_rejection_without_a_reason_is_refused() -> None:
    for body in ({"decision": "reject", "version": 1}, {"decision": "reject", "reason": None, "version": 1}):
        with pytest.raises(ValidationError) as refused:
            ModerationRequest.model_validate(body)
        assert refused.value.errors()[0]["loc"] == ("reason",)
    assert ModerationRequest.model_validate({"decision": "approve", "version": 1}).reason is None
