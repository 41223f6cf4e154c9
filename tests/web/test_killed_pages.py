"""A phone short of memory ends the page: at each step, in the gallery, at the code, while sending, at the payment.

No word is lost, the page opens where it was, and nothing is sent twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from local.people import BONGANI, SIPHO
from tests.support.faulty_proxy import FaultyProxy
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import SignIn
from tests.web.deals import PROPOSAL, Deals
from tests.web.phone_numbers import code_for, new_number
from tests.web.test_journeys import titles
from tests.web.words import Words

PHOTO = Path(__file__).parents[2] / "web" / "public" / "icon-512.png"
WORDS = Words("en")
STUCK = """() => {
  const read = IDBObjectStore.prototype.getAll;
  IDBObjectStore.prototype.getAll = function (...values) {
    if (this.name !== "drafts" || this.transaction.db.name !== "khaya") return read.apply(this, values);
    const silent = { value: () => undefined };
    return Object.create(IDBRequest.prototype, { addEventListener: silent, removeEventListener: silent });
  };
}"""
"""Holds a page up where it reads what a visitor has written, so that it ends before that is the person's."""
KILLED_AFTER = 100
"""Milliseconds that the phone has to keep the last key."""


@pytest.fixture
def web(network: FaultyProxy) -> str:
    """The address of the web client, behind a network that can be slow."""
    return network.url


def killed(page: Page) -> Page:
    """The page that the phone opens in the place of one that it ended."""
    page.wait_for_timeout(KILLED_AFTER)
    context, address = page.context, page.url
    page.close()
    fresh = context.new_page()
    fresh.goto(address)
    return fresh


def killed_in_the_gallery(page: Page) -> Page:
    """The same, while the person chooses a photo."""
    with page.expect_file_chooser():
        page.locator("label.file").tap()
    return killed(page)


def killed_while_sending(page: Page, network: FaultyProxy, path: str, send: Callable[[], None]) -> Page:
    """The same, when the request has gone out and its answer has not come."""
    network.fault = "slow"
    send()
    assert eventually(lambda: bool(network.writes(path)))
    fresh = killed(page)
    network.fault = None
    return fresh


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=WORDS(name), exact=True).first.tap()


def nothing_left(page: Page) -> None:
    """The phone keeps neither a draft nor an unsent item."""
    page.goto("/outbox")
    expect(page.get_by_text(WORDS("outbox.empty"))).to_be_visible()


def test_given_a_page_that_ends_at_each_step_of_a_job_and_at_the_code_then_no_word_is_lost_and_it_is_posted_once(
    phone: BrowserContext, marketplace: Marketplace
) -> None:
    # given
    number = new_number()
    title = f"Fix the kitchen tap {number}"
    page = phone.new_page()
    page.goto("/post")
    # when
    page.get_by_role("button", name=WORDS("category.plumbing")).tap()
    page.wait_for_url(re.compile("/post/work"))
    page = killed(page)
    page.locator("#title").fill(title)
    page = killed(page)
    expect(page.locator("#title")).to_have_value(title)
    page.locator("#description").fill("The tap drips all night and wastes water.")
    page = killed_in_the_gallery(page)
    page.locator("#photos").set_input_files(PHOTO)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page = killed(page)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    expect(page.locator("#description")).to_have_value("The tap drips all night and wastes water.")
    tap(page, "buyer.go_on")
    page.locator("#location").fill("Umlazi")
    page = killed(page)
    expect(page.locator("#location")).to_have_value("Umlazi")
    tap(page, "buyer.go_on")
    page.locator("#budgetCents").fill("450")
    page = killed(page)
    expect(page.locator("#budgetCents")).to_have_value("450")
    tap(page, "buyer.go_on")
    page.wait_for_url(re.compile("/post/check"))
    page = killed(page)
    tap(page, "buyer.post_now")
    page.locator("#contact").fill(f"0{number}")
    page = killed(page)
    expect(page.locator("#contact")).to_have_value(f"0{number}")
    tap(page, "sign_in.send_code")
    page.wait_for_url(re.compile("/code"))
    page = killed(page)  # while the message is read
    page.locator("#code").fill(code_for(marketplace, f"+27{number}"))
    page.locator("#displayName").fill("Zanele Nkosi")
    page.get_by_role("button", name=WORDS("step_up.go_on"), exact=True).tap()
    # then
    expect(page.get_by_text(WORDS("buyer.posted"))).to_be_visible()
    assert eventually(lambda: title in titles(marketplace, title))
    assert titles(marketplace, title).count(title) == 1
    nothing_left(page)


@pytest.mark.slow
def test_given_a_page_that_ends_while_a_job_is_sent_then_it_is_posted_once_and_one_thing_is_seen(
    sign_in_as: SignIn, network: FaultyProxy, deals: Deals
) -> None:
    # given
    title = f"Clean the gutters {uuid4().hex[:8]}"
    page = sign_in_as(SIPHO)
    page.goto("/post")
    page.get_by_role("button", name=WORDS("category.cleaning")).tap()
    page.locator("#title").fill(title)
    page.locator("#description").fill("Leaves and sand in all the gutters.")
    tap(page, "buyer.go_on")
    page.locator("#location").fill("Durban")
    tap(page, "buyer.go_on")
    page.locator("#budgetCents").fill("450")
    tap(page, "buyer.go_on")
    # when
    page = killed_while_sending(page, network, "/jobs", lambda: tap(page, "buyer.post_now"))
    # then
    expect(page.get_by_text(WORDS("buyer.posted"))).to_be_visible()
    found = deals.call(SIPHO, "GET", "/jobs/mine?as=buyer&limit=20")["items"]
    assert sum(one["title"] == title for one in found) == 1
    nothing_left(page)


@pytest.mark.slow
def test_given_a_page_that_ends_at_each_step_of_a_bid_then_no_word_is_lost_and_one_bid_is_there(
    sign_in_as: SignIn, network: FaultyProxy, deals: Deals
) -> None:
    # given
    job = deals.job()
    page = sign_in_as(BONGANI)
    page.goto(f"/jobs/{job}/bid")
    # when
    page.locator("#amountCents").fill("400")
    page = killed(page)
    expect(page.locator("#amountCents")).to_have_value("400")
    page.locator(".choice", has=page.locator('[name=timelineDays][value="3"]')).click()
    page.locator("#proposal").fill(PROPOSAL)
    page = killed(page)
    expect(page.locator("#proposal")).to_have_value(PROPOSAL)
    page = killed_while_sending(page, network, f"/jobs/{job}/bids", lambda: tap(page, "worker.send_bid"))
    # then
    expect(
        page.get_by_text(WORDS("worker.bid_sent")).or_(page.get_by_text(WORDS("worker.see_bids")))
    ).not_to_have_count(0)
    expect(page.locator("#proposal")).to_have_count(0)
    assert len(deals.call(SIPHO, "GET", f"/jobs/{job}/bids")["items"]) == 1
    nothing_left(page)


@pytest.mark.slow
def test_given_a_page_that_ends_at_each_step_of_a_hand_in_then_photos_and_words_stay_and_it_is_there_once(
    sign_in_as: SignIn, network: FaultyProxy, deals: Deals
) -> None:
    # given
    job = deals.given()
    page = sign_in_as(BONGANI)
    page.goto(f"/deals/{job}/submit")
    # when
    page = killed_in_the_gallery(page)
    page.locator("#photos").set_input_files(PHOTO)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page = killed(page)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page.locator("#note").fill("Finished, and the place is clean.")
    page = killed_in_the_gallery(page)
    expect(page.locator("#note")).to_have_value("Finished, and the place is clean.")
    page = killed_while_sending(page, network, "/uploads", lambda: tap(page, "worker.hand_in"))
    # then
    assert eventually(lambda: deals.call(SIPHO, "GET", f"/jobs/{job}")["submission"] is not None)
    submission = deals.call(SIPHO, "GET", f"/jobs/{job}")["submission"]
    assert (submission["note"], len(submission["photos"])) == ("Finished, and the place is clean.", 1)
    expect(page.locator("#note")).to_have_count(0)
    nothing_left(page)


@pytest.mark.slow
def test_given_a_page_that_ends_at_the_payment_then_the_next_tap_opens_the_same_link(
    phone: BrowserContext, network: FaultyProxy, deals: Deals
) -> None:
    # given
    page = phone.new_page()
    buyer = deals.new_buyer(page)
    job = deals.to_pay(buyer)
    address = f"/deals/{job}/pay"
    path = f"/jobs/{job}/escrow/checkouts"
    page.goto(address)
    pay = WORDS.pattern("deal.act.pay")
    # when
    page = killed_while_sending(page, network, path, page.get_by_role("button", name=pay).first.tap)
    page.get_by_role("button", name=pay).first.tap()
    page.wait_for_url(re.compile("/checkout/"))
    link = page.url
    page.close()  # while the bank asks for its own code
    page = phone.new_page()
    page.goto(address)
    page.get_by_role("button", name=pay).first.tap()
    # then
    page.wait_for_url(re.compile("/checkout/"))
    assert page.url == link
    assert len(deals.call(buyer, "GET", f"/jobs/{job}/escrow")["checkouts"]) == 1


@pytest.mark.slow
def test_given_a_page_that_ends_right_after_the_sign_in_then_the_next_one_gives_the_person_what_they_wrote_before(
    phone: BrowserContext, marketplace: Marketplace
) -> None:
    # given a visitor's words
    number, title = new_number(), f"Carry the piano {uuid4().hex[:8]}"
    page = phone.new_page()
    page.goto("/post/work")
    page.locator("#title").fill(title)
    page.goto("/sign-in")
    page.locator("#contact").fill(f"0{number}")
    tap(page, "sign_in.send_code")
    page.wait_for_url(re.compile("/code"))
    # when the page ends between the sign-in and the moving of the drafts
    page.evaluate(STUCK)
    page.locator("#code").fill(code_for(marketplace, f"+27{number}"))
    assert eventually(lambda: page.evaluate("localStorage.getItem('khaya-person') !== null"))
    page = killed(page)
    # then the next page has them, for this person alone
    page.goto("/post/work")
    expect(page.locator("#title")).to_have_value(title)
    page.goto("/me/settings")
    page.locator("#sign-out").get_by_role("button").tap()
    page.wait_for_url(lambda url: url.endswith("/"))
    page.goto("/post/work")
    expect(page.locator("#title")).to_have_value("")


@pytest.mark.slow
def test_given_a_page_that_ends_while_the_session_is_renewed_then_the_next_one_is_signed_in(
    sign_in_as: SignIn, network: FaultyProxy
) -> None:
    # given
    page = sign_in_as(SIPHO)
    network.heal()
    network.fault, network.loses = "lost answer", lambda path: path == "/api/auth/tokens"
    # when the API has replaced the token, and its answer with the new cookie does not arrive
    page.goto("/me/settings/sessions")
    assert eventually(lambda: bool(network.writes("/auth/tokens")))
    page = killed(page)
    network.heal()
    # then
    page.goto("/me/settings/sessions")
    expect(page.get_by_text(WORDS("settings.this_device")).first).to_be_visible()
    page.reload()
    expect(page.get_by_text(WORDS("settings.this_device")).first).to_be_visible()
