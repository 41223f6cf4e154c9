"""Who may ask about which listing, and how an enquiry ends."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from khaya.enquiries.model import AnswerRequest, Enquiry, EnquiryRequest, new_enquiry
from khaya.listings.model import Listing, ListingOffer, new_listing
from khaya.platform.base.errors import Conflict, Forbidden
from tests.support.records import OFFERING

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"
REQUEST = EnquiryRequest(text="Do you deliver to Umlazi?")
ANSWER = AnswerRequest(text="Yes.")


def listing(**fields: Any) -> Listing:
    offer = ListingOffer(**OFFERING)
    made = new_listing(offer, seller_id="seller", seller_name="Sipho", verified=True, now=NOW)
    return made.model_copy(update=fields)


def enquiry() -> Enquiry:
    return new_enquiry(REQUEST, listing(), buyer_id="buyer", now=NOW)


def test_a_new_enquiry_is_open_and_between_two_people() -> None:
    made = enquiry()
    assert (made.status, made.buyer_id, made.seller_id, made.quantity) == ("open", "buyer", "seller", None)
    assert [made.visible_to(person) for person in ("buyer", "seller", "other")] == [True, True, False]


def test_nobody_asks_about_their_own_listing() -> None:
    with pytest.raises(Forbidden) as refused:
        new_enquiry(REQUEST, listing(), buyer_id="seller", now=NOW)
    assert refused.value.code == "own_listing"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "pending"}, "listing_status"),
        ({"status": "inactive"}, "listing_status"),
        ({"status": "rejected"}, "listing_status"),
        ({"hidden": True}, "listing_hidden"),
    ],
)
def test_a_listing_that_is_not_public_takes_no_enquiries(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Conflict) as refused:
        new_enquiry(REQUEST, listing(**fields), buyer_id="buyer", now=NOW)
    assert refused.value.code == code


def test_an_enquiry_ends_once() -> None:
    # given an answered and a closed enquiry
    answered, closed = enquiry().answered(ANSWER, LATER), enquiry().closed(LATER)
    assert (answered.status, answered.answer and answered.answer.text, answered.closed_at) == ("answered", "Yes.", None)
    assert (closed.status, closed.answer, closed.closed_at) == ("closed", None, LATER)
    # when either is answered or closed again, then that is refused with the present state
    for ended in (answered, closed):
        for end in (lambda one: one.answered(ANSWER, LATER), lambda one: one.closed(LATER)):
            with pytest.raises(Conflict) as refused:
                end(ended)
            assert refused.value.params == {"status": ended.status}


@pytest.mark.parametrize("text", ["x" * 9, "x" * 501, "\u200b" * 20, " " * 12])
def test_an_enquiry_has_ten_to_five_hundred_characters(text: str) -> None:
    with pytest.raises(ValidationError):
        EnquiryRequest(text=text)
    assert EnquiryRequest(text="x" * 10).text == "x" * 10
    assert EnquiryRequest(text="x" * 500).text == "x" * 500
