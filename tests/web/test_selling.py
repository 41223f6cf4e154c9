"""Materials from the seller's phone to a buyer's question and the last brick, by way of an admin."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from local.people import AYANDA, LINDIWE, THANDI
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import SignIn
from tests.web.phone_numbers import new_number
from tests.web.test_admin import decide, until_shown
from tests.web.test_journeys import PHOTO, Taps
from tests.web.words import EACH_LANGUAGE, Language, Words


def stock(page: Page, words: Words, title: str, sold: int) -> None:
    """Take some away from the stock of a listing, on the seller's own list."""
    card = page.get_by_role("article").filter(has_text=title)
    for _ in range(sold):
        card.get_by_role("button", name=words("seller.one_less")).tap()
    card.get_by_role("button", name=words.pattern("seller.save_stock")).tap()
    expect(card.get_by_text(words("seller.stock_saved"))).to_be_visible()


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_materials_when_an_admin_shows_them_then_a_buyer_asks_the_seller_answers_and_they_sell_out(
    sign_in_as: SignIn, marketplace: Marketplace, language: Language
) -> None:
    # given
    words = Words(language)
    title = f"Roof tiles {new_number()}"
    seller = sign_in_as(LINDIWE, language)
    taps = Taps(seller, words)
    # when the seller lists them
    seller.goto("/me/materials")
    taps.link("seller.new")
    taps.choice("material.roofing")
    seller.locator("#title").fill(title)
    seller.locator("#priceCents").fill("25,50")
    seller.locator("#unit").select_option("each")
    seller.locator("#stock").fill("2")
    seller.locator("#location").fill("Umlazi")
    seller.locator("#description").fill("Red clay tiles from a roof that was taken down with care.")
    seller.locator("#photos").set_input_files(PHOTO)
    expect(seller.get_by_role("img", name=re.compile("1"))).to_be_visible()
    taps.button("seller.list_it")
    # then they wait for an admin, and say so
    expect(seller.get_by_text(words("seller.listed_pending"))).to_be_visible()
    # when the admin approves them
    admin = sign_in_as(AYANDA, language)
    admin.goto("/admin/moderation")
    until_shown(admin, words, title)
    decide(admin.get_by_role("article"), words, "admin.approve")
    expect(admin.get_by_role("heading", name=title)).to_have_count(0)
    # then a buyer finds them and asks
    assert eventually(lambda: title in [one["title"] for one in marketplace.call("GET", "/listings").json()["items"]])
    buyer = sign_in_as(THANDI, language)
    buyer.goto("/materials")
    buyer.get_by_role("link", name=title).tap()
    buyer.get_by_role("link", name=words("public.material.ask")).tap()
    sheet = buyer.get_by_role("dialog")
    sheet.locator("#text").fill("Do you deliver to KwaMashu on Saturday?")
    sheet.locator("#quantity").fill("2")
    sheet.get_by_role("button", name=words("public.enquiry.send")).tap()
    expect(buyer.get_by_text(words("public.enquiry.sent_next"))).to_be_visible()
    # when the seller answers
    seller.goto("/me/enquiries?as=seller")
    question = seller.get_by_role("article").filter(has_text=title)
    expect(question).to_contain_text("Do you deliver to KwaMashu on Saturday?")
    question.get_by_role("textbox").fill("Yes, for R150.")
    question.get_by_role("button", name=words("enquiries.send_answer")).tap()
    expect(question).to_contain_text("Yes, for R150.")
    # then the buyer reads it
    buyer.goto("/me/enquiries?as=buyer")
    expect(buyer.get_by_role("article").filter(has_text=title)).to_contain_text("Yes, for R150.")
    # and when both tiles are sold, then the seller is told to have more, and buyers that none are left
    seller.goto("/me/materials")
    stock(seller, words, title, sold=2)
    seller.goto("/deals")
    expect(seller.get_by_role("main")).to_contain_text(words("deal.act.restock"))
    expect(seller.get_by_role("main")).to_contain_text(title)
    # and off sale, nobody sees them
    seller.goto("/me/materials")
    seller.get_by_role("article").filter(has_text=title).get_by_role("link", name=words("seller.edit")).tap()
    taps.button("seller.take_off")
    seller.get_by_role("dialog").get_by_role("button", name=words("seller.take_off")).tap()
    expect(seller.get_by_text(words("seller.off_sale_now"))).to_be_visible()
