"""A job from nothing to its review, as people do it on a phone, in each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from local.people import BONGANI, NOMVULA, THANDI
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones, SignIn
from tests.web.phone_numbers import code_for, new_number
from tests.web.words import EACH_LANGUAGE, Language, Words

PHOTO = Path(__file__).parents[2] / "web" / "public" / "icon-512.png"


class Taps:
    """Counts the taps of somebody on a page."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words, self.count = page, words, 0

    def tap(self, target: Locator) -> None:
        target.tap()
        self.count += 1

    def button(self, name: str | re.Pattern[str], **values: str) -> None:
        """Tap a button by the name of its word."""
        text = self.words(name, **values) if isinstance(name, str) else name
        self.tap(self.page.get_by_role("button", name=text, exact=isinstance(text, str)).first)

    def link(self, name: str | re.Pattern[str]) -> None:
        text = self.words(name) if isinstance(name, str) else name
        self.tap(self.page.get_by_role("link", name=text).first)

    def choice(self, name: str) -> None:
        self.tap(self.page.locator("label.choice", has_text=self.words(name)).first)


def titles(marketplace: Marketplace, search: str) -> list[str]:
    """The titles of the open jobs that a search finds, by the last words of it."""
    found = marketplace.call("GET", f"/jobs?q={search.rsplit(maxsplit=1)[-1]}").json()["items"]
    return [one["title"] for one in found]


def bid(page: Page, words: Words, job: str, amount: str) -> None:
    """Bid on a job as a worker who is on its page."""
    taps = Taps(page, words)
    page.goto(f"/jobs/{job}/bid")
    page.locator("#amountCents").fill(amount)
    taps.tap(page.locator("label.choice", has=page.locator("input[name=timelineDays]")).nth(2))
    page.locator("#proposal").fill("I come tomorrow morning with all my tools and finish by noon.")
    taps.button("worker.send_bid")
    expect(page.get_by_text(words("worker.bid_sent"))).to_be_visible()


def hand_in(page: Page, words: Words, job: str) -> None:
    """Hand in the work with a photo."""
    page.goto(f"/deals/{job}/submit")
    page.locator("#photos").set_input_files(PHOTO)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page.locator("#note").fill("Finished, and the place is clean.")
    page.get_by_role("button", name=words("worker.hand_in"), exact=True).tap()
    expect(page.get_by_text(words("worker.handed_in"))).to_be_visible()


def review(page: Page, words: Words, job: str) -> None:
    """Write a review of five stars."""
    page.goto(f"/deals/{job}/review")
    page.locator("label.choice", has_text=words("deals.star_5")).first.tap()
    page.locator("#comment").fill("On time, friendly and clean.")
    page.get_by_role("button", name=words("deals.send_review"), exact=True).tap()
    expect(page.get_by_text(words("deals.review_sent"))).to_be_visible()


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_new_phone_when_somebody_posts_a_job_then_nine_taps_and_five_fields_do_it(
    phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given
    words = Words(language)
    page = phones(language).new_page()
    number = new_number()
    title = f"Fix the kitchen tap {number}"
    taps = Taps(page, words)
    page.goto("/")
    # when
    taps.link("public.home.need_work")
    taps.button("category.plumbing")
    page.locator("#title").fill(title)
    page.locator("#description").fill("The tap drips all night and wastes water.")
    taps.button("buyer.go_on")
    page.locator("#location").fill("Umlazi")
    taps.button("buyer.go_on")
    page.locator("#budgetCents").fill("450")
    taps.button("buyer.go_on")
    taps.button("buyer.post_now")
    page.locator("#contact").fill(f"0{number}")
    taps.button("sign_in.send_code")
    page.locator("#code").fill(code_for(marketplace, f"+27{number}"))  # sent by itself at the sixth digit
    page.locator("#displayName").fill("Zanele Nkosi")
    # then
    page.get_by_role("button", name=words("step_up.go_on"), exact=True).tap()
    expect(page.get_by_text(words("buyer.posted"))).to_be_visible()
    assert taps.count <= 9
    assert eventually(lambda: title in titles(marketplace, title))  # the search follows within seconds


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_cash_job_then_bid_acceptance_work_and_both_reviews_go_on_phones(
    sign_in_as: SignIn, marketplace: Marketplace, language: Language
) -> None:
    # given
    words = Words(language)
    job = marketplace.call(
        "POST",
        "/jobs",
        {
            "title": "Sweep the yard",
            "description": "Leaves and sand on the whole yard.",
            "category": "cleaning",
            "budgetCents": 30000,
            "location": "Durban",
        },
        token=marketplace.token("buyer"),
    ).json()["id"]
    worker = sign_in_as(BONGANI, language)
    buyer = sign_in_as(THANDI, language)
    # when
    bid(worker, words, job, "280")
    buyer.goto(f"/deals/{job}/bids")
    taps = Taps(buyer, words)
    taps.button("buyer.choose", worker=BONGANI.name)
    buyer.get_by_role("dialog").get_by_role("button", name=words("buyer.choose", worker=BONGANI.name)).tap()
    buyer.wait_for_url(re.compile(f"/deals/{job}$"))
    hand_in(worker, words, job)
    buyer.goto(f"/deals/{job}/check")
    taps.button("buyer.good")
    taps.tap(buyer.get_by_role("dialog").get_by_role("button").first)
    # then
    expect(buyer.get_by_role("heading", name=words("deals.review_title"))).to_be_visible()
    review(buyer, words, job)
    review(worker, words, job)
    assert marketplace.call("GET", f"/jobs/{job}/reviews").json()["items"][0]["rating"] == 5


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_job_through_khaya_when_the_checkout_is_paid_then_the_work_is_released_and_the_pay_waits(
    sign_in_as: SignIn, marketplace: Marketplace, language: Language
) -> None:
    # given
    words = Words(language)
    job = marketplace.call(
        "POST",
        "/jobs",
        {
            "title": "Tile the porch",
            "description": "Twelve square metres of outdoor tiles.",
            "category": "tiling",
            "budgetCents": 60000,
            "location": "Durban",
            "payment": "escrow",
        },
        token=marketplace.token("buyer"),
    ).json()["id"]
    worker = sign_in_as(NOMVULA, language)
    buyer = sign_in_as(THANDI, language)
    bid(worker, words, job, "400")
    # when the buyer chooses, the provider's page opens in the same tab
    buyer.goto(f"/deals/{job}/bids")
    Taps(buyer, words).button("buyer.choose", worker=NOMVULA.name)
    buyer.get_by_role("dialog").get_by_role("button", name=words.pattern("buyer.choose_and_pay")).tap()
    buyer.wait_for_url(lambda url: url.startswith(marketplace.run["paymentProvider"]))
    buyer.get_by_role("button", name="Pay", exact=True).first.click()
    # then the app asks the API, and says that it is paid
    buyer.wait_for_url(re.compile(f"/deals/{job}/paid"))
    expect(buyer.get_by_text(words.pattern("buyer.was_paid")).first).to_be_visible()
    # and the work goes on to the release
    worker.goto(f"/deals/{job}")
    worker.get_by_role("button", name=words("deal.act.start"), exact=True).tap()
    expect(worker.get_by_role("link", name=words("deal.act.hand_in"), exact=True).first).to_be_visible()
    hand_in(worker, words, job)
    buyer.goto(f"/deals/{job}/check")
    Taps(buyer, words).button("buyer.good")
    buyer.get_by_role("dialog").get_by_role("button", name=words.pattern("buyer.release")).tap()
    expect(buyer.get_by_role("heading", name=words("deals.review_title"))).to_be_visible()
    worker.goto("/me/earnings")
    expect(worker.get_by_text("Tile the porch").first).to_be_visible()
    review(buyer, words, job)
