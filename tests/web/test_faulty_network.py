"""Writes while the network or the service fails: each takes effect once, and the page says what is true.

web/tests/faultyNetwork.test.tsx goes through every kind of write; here some of each kind meet the real API.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from local.people import BONGANI, SIPHO, THANDI, Person
from tests.support.faulty_proxy import FAULTS, Fault, FaultyProxy
from tests.web.conftest import SignIn
from tests.web.deals import PROPOSAL, Deals
from tests.web.words import Words

PHOTO = Path(__file__).parents[2] / "web" / "public" / "icon-512.png"
WORDS = Words("en")
SAMPLED = ("bid", "completion")
"""What `make test` sends, too, and loses the answer of: the fault that doubles writes. The rest is for the long run."""


@pytest.fixture
def web(network: FaultyProxy) -> str:
    """The address of the web client, behind the faulty network."""
    return network.url


@dataclass(frozen=True)
class Write:
    """A write as somebody makes it.

    Attributes:
        who: the person who makes it.
        given: makes what it is about, through the API, and returns its id.
        fill: opens the page, and does everything but the last tap.
        send: the last tap.
        path: where it is written.
        count: how often the API has it.
        done: whether the page says that it is done.
    """

    who: Person
    given: Callable[[Deals], str]
    fill: Callable[[Page, str], None]
    send: Callable[[Page], None]
    path: str
    count: Callable[[Deals, str], int]
    done: Callable[[Page], None]


def button(name: str) -> Callable[[Page], None]:
    """A tap on a button."""
    return lambda page: page.get_by_role("button", name=WORDS(name), exact=True).first.tap()


def sheet_button(page: Page) -> None:
    """A tap on the first button of the sheet that lies over the page."""
    page.get_by_role("dialog").get_by_role("button").first.tap()


def says(name: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_text(WORDS.pattern(name)).first).to_be_visible()


def opens(pattern: str) -> Callable[[Page], None]:
    return lambda page: page.wait_for_url(re.compile(pattern))


def fill_job(page: Page, title: str) -> None:
    page.goto("/post")
    page.get_by_role("button", name=WORDS("category.cleaning")).tap()
    page.locator("#title").fill(title)
    page.locator("#description").fill("Leaves and sand on the whole yard.")
    button("buyer.go_on")(page)
    page.locator("#location").fill("Durban")
    button("buyer.go_on")(page)
    page.locator("#budgetCents").fill("450")
    button("buyer.go_on")(page)
    expect(page.get_by_text(title)).to_be_visible()


def fill_bid(page: Page, job: str) -> None:
    page.goto(f"/jobs/{job}/bid")
    page.locator("#amountCents").fill("400")
    page.locator(".choice", has=page.locator('[name=timelineDays][value="3"]')).click()
    page.locator("#proposal").fill(PROPOSAL)


def fill_hand_in(page: Page, job: str) -> None:
    page.goto(f"/deals/{job}/submit")
    page.locator("#photos").set_input_files(PHOTO)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page.locator("#note").fill("Finished, and the place is clean.")


def fill_review(page: Page, job: str) -> None:
    page.goto(f"/deals/{job}/review")
    page.locator("label.choice", has_text=WORDS("deals.star_5")).first.tap()
    page.locator("#comment").fill("On time, friendly and clean.")


def fill_enquiry(page: Page, listing: str) -> None:
    page.goto(f"/materials/{listing}?ask=1")
    page.locator("#text").fill("Do you bring them to Umlazi on Friday?")


def choose(page: Page, job: str) -> None:
    page.goto(f"/deals/{job}/bids")
    page.get_by_role("button", name=WORDS("buyer.choose", worker=BONGANI.name)).first.tap()
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_visible()


def find_good(page: Page, job: str) -> None:
    page.goto(f"/deals/{job}/check")
    button("buyer.good")(page)
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_visible()


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name=WORDS.pattern("deal.act.pay")).first


def own_jobs(deals: Deals, title: str) -> int:
    found = deals.call(THANDI, "GET", "/jobs/mine?as=buyer&limit=20")["items"]
    return sum(one["title"] == title for one in found)


def enquiries(deals: Deals, listing: str) -> int:
    found = deals.call(THANDI, "GET", "/enquiries/mine?as=buyer")["items"]
    return sum(one["listingId"] == listing for one in found)


QUEUED = {
    "job": Write(
        THANDI,
        lambda _: f"Clean the gutters {uuid4().hex[:8]}",
        fill_job,
        button("buyer.post_now"),
        "/jobs",
        own_jobs,
        says("buyer.posted"),
    ),
    "bid": Write(
        BONGANI,
        lambda deals: deals.job(),
        fill_bid,
        button("worker.send_bid"),
        "/jobs/{id}/bids",
        lambda deals, job: len(deals.call(SIPHO, "GET", f"/jobs/{job}/bids")["items"]),
        says("worker.bid_sent"),
    ),
    "hand-in": Write(
        BONGANI,
        lambda deals: deals.given(),
        fill_hand_in,
        button("worker.hand_in"),
        "/jobs/{id}/submission",
        lambda deals, job: len((deals.call(SIPHO, "GET", f"/jobs/{job}")["submission"] or {"photos": []})["photos"]),
        says("worker.handed_in"),
    ),
    "review": Write(
        SIPHO,
        lambda deals: deals.done(),
        fill_review,
        button("deals.send_review"),
        "/jobs/{id}/reviews",
        lambda deals, job: len(deals.call(SIPHO, "GET", f"/jobs/{job}/reviews")["items"]),
        says("deals.review_sent"),
    ),
    "enquiry": Write(
        THANDI,
        lambda deals: deals.listing(),
        fill_enquiry,
        button("public.enquiry.send"),
        "/listings/{id}/enquiries",
        enquiries,
        says("public.enquiry.sent"),
    ),
}
AT_ONCE = {
    "acceptance": Write(
        SIPHO,
        lambda deals: (job := deals.job(), deals.bid(job))[0],
        choose,
        sheet_button,
        "",
        lambda deals, job: int(deals.call(SIPHO, "GET", f"/jobs/{job}")["acceptedBidId"] is not None),
        opens(r"/deals/[^/]+$"),
    ),
    "completion": Write(
        SIPHO,
        lambda deals: deals.handed_in(),
        find_good,
        sheet_button,
        "/jobs/{id}/completion",
        lambda deals, job: int(deals.call(SIPHO, "GET", f"/jobs/{job}")["status"] == "completed"),
        opens(r"/deals/[^/]+/review$"),
    ),
}


def each(writes: dict[str, Write]) -> list[Any]:
    """Every write under every fault."""
    return [
        pytest.param(kind, fault, marks=[] if fault == "lost answer" and kind in SAMPLED else pytest.mark.slow)
        for kind in writes
        for fault in FAULTS
    ]


SAID = {
    "off": "failure.unreachable",
    "429": "problem.too_many_requests",
    "503": "problem.unavailable",
    "lost answer": "failure.unreachable",
}


@pytest.mark.parametrize(("kind", "fault"), each(QUEUED))
def test_given_a_fault_when_something_that_may_wait_is_sent_then_it_waits_and_arrives_once(
    sign_in_as: SignIn, network: FaultyProxy, deals: Deals, kind: str, fault: Fault
) -> None:
    # given
    write = QUEUED[kind]
    about = write.given(deals)
    page = sign_in_as(write.who)
    write.fill(page, about)
    network.fault = fault
    # when
    write.send(page)
    # then
    if fault != "slow":
        says("outbox.kept")(page)
        assert write.count(deals, about) == (1 if fault == "lost answer" else 0)
    network.fault = None
    write.done(page)
    assert write.count(deals, about) == 1
    assert len({one.key for one in network.writes(write.path.format(id=about))}) == 1
    expect(page.locator("a.unsent")).to_have_count(0)
    page.goto("/outbox")
    says("outbox.empty")(page)  # and no draft of it is left


@pytest.mark.parametrize(
    "fault", [one if one == "lost answer" else pytest.param(one, marks=pytest.mark.slow) for one in FAULTS]
)
def test_given_a_fault_at_the_payment_then_it_is_told_and_the_next_tap_opens_the_only_checkout(
    phone: BrowserContext, network: FaultyProxy, deals: Deals, fault: Fault
) -> None:
    # given
    page = phone.new_page()
    buyer = deals.new_buyer(page)
    job = deals.to_pay(buyer)
    page.goto(f"/deals/{job}/pay")
    expect(pay_button(page)).to_be_visible()
    network.fault = fault
    # when
    pay_button(page).tap()
    # then
    if fault != "slow":
        says(SAID[fault])(page)
        network.fault = None
        pay_button(page).tap()
    page.wait_for_url(re.compile("/checkout/"))
    assert len(deals.call(buyer, "GET", f"/jobs/{job}/escrow")["checkouts"]) == 1


@pytest.mark.parametrize(("kind", "fault"), each(AT_ONCE))
def test_given_a_fault_when_something_is_sent_that_may_not_wait_then_it_is_told_and_the_next_tap_does_it_once(
    sign_in_as: SignIn, network: FaultyProxy, deals: Deals, kind: str, fault: Fault
) -> None:
    # given
    write = AT_ONCE[kind]
    about = write.given(deals)
    page = sign_in_as(write.who)
    write.fill(page, about)
    network.fault = fault
    # when
    write.send(page)
    # then
    if fault != "slow":
        says(SAID[fault])(page)
        expect(page.locator("a.unsent")).to_have_count(0)
        network.fault = None
        write.send(page)
    write.done(page)
    assert write.count(deals, about) == 1
