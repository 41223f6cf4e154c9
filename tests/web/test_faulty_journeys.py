"""Whole journeys on which each write meets another fault: all is there once at the end, and people were told the truth."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.faulty_proxy import FAULTS, Fault, faulty_proxy
from tests.support.marketplace import Marketplace, eventually
from tests.web.faults import queued
from tests.web.faults.cast import Cast
from tests.web.faults.deals import choose, find_good, may_hand_in
from tests.web.faults.stage import Stage
from tests.web.faults.write import WORDS, Scene, button, opens, says, sheet_button, tap
from tests.web.newcomers import Newcomer
from tests.web.test_faulty_network import SAID

pytestmark = pytest.mark.slow
SEEDS = (1, 2, 3)
PAY = WORDS.pattern("deal.act.pay")


class Dice:
    """Gives each write the next fault of a sequence that is the same for the same seed, and knows which it gave."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.given: dict[str, list[Fault]] = {}

    def __call__(self, path: str) -> Fault:
        fault = self._random.choice(FAULTS)
        self.given.setdefault(path, []).append(fault)
        return fault


@pytest.fixture(scope="module")
def stage(browser: Browser, marketplace: Marketplace) -> Iterator[Stage]:
    """The people and their phones, behind one faulty network."""
    with faulty_proxy(marketplace.web) as network:
        found = Stage(browser, network, Cast(marketplace))
        yield found
        found.close()


def until_done(page: Page, dice: Dice, path: str, send: Callable[[Page], None]) -> None:
    """Tap; read what the page says of the fault that the write met, and tap again where it did not get through."""
    before = len(dice.given.get(path, []))
    send(page)
    assert eventually(lambda: len(dice.given.get(path, [])) > before)
    fault = dice.given[path][before]
    if fault != "slow":
        says(SAID[fault])(page)
        send(page)


@pytest.mark.parametrize("seed", SEEDS)
def test_given_a_fault_at_each_write_when_a_cash_job_goes_from_its_first_word_to_both_reviews_then_all_is_there_once(
    stage: Stage, seed: int
) -> None:
    # given
    dice, buyer, worker = Dice(seed), stage.cast.buyer, stage.cast.worker
    title = f"Clean the gutters {uuid4().hex[:8]}"
    with stage.page_of(buyer) as hers, stage.page_of(worker) as his:
        stage.network.next_fault = dice
        # when
        queued.fill_job(hers, Scene(buyer, title, int))
        tap(hers, "buyer.post_now")
        says("buyer.posted")(hers)
        found = [one for one in buyer.call("GET", "/jobs/mine?as=buyer&limit=20")["items"] if one["title"] == title]
        assert len(found) == 1
        job = str(found[0]["id"])
        scene = Scene(buyer, job, int)
        queued.fill_bid(his, scene)
        tap(his, "worker.send_bid")
        says("worker.bid_sent")(his)
        bids = buyer.call("GET", f"/jobs/{job}/bids")["items"]
        assert len(bids) == 1
        choose(hers, scene)
        until_done(hers, dice, f"/api/bids/{bids[0]['id']}/acceptance", sheet_button)
        opens(f"/deals/{job}$")(hers)
        queued.fill_hand_in(his, scene)
        tap(his, "worker.hand_in")
        says("worker.handed_in")(his)
        find_good(hers, scene)
        until_done(hers, dice, f"/api/jobs/{job}/completion", sheet_button)
        opens(f"/deals/{job}/review$")(hers)
        for page in (hers, his):
            queued.fill_review(page, scene)
            tap(page, "deals.send_review")
            says("deals.review_sent")(page)
        # then
        now = buyer.call("GET", f"/jobs/{job}")
        assert (now["status"], len(now["submission"]["photos"])) == ("completed", 1)
        assert len(buyer.call("GET", f"/jobs/{job}/reviews")["items"]) == 2
        nothing_left(hers, his)


@pytest.mark.parametrize("seed", SEEDS)
def test_given_a_fault_at_each_write_when_khaya_keeps_the_money_then_it_is_paid_once_and_released_once(
    stage: Stage, seed: int
) -> None:
    # given
    dice, buyer, worker = Dice(seed), stage.cast.payer(), stage.cast.worker
    job = _posted(buyer)
    scene = Scene(buyer, job, int)
    with stage.page_of(buyer) as hers, stage.page_of(worker) as his:
        stage.network.next_fault = dice
        # when
        queued.fill_bid(his, scene)
        tap(his, "worker.send_bid")
        says("worker.bid_sent")(his)
        bids = buyer.call("GET", f"/jobs/{job}/bids")["items"]
        assert len(bids) == 1
        choose(hers, scene)
        until_done(hers, dice, f"/api/bids/{bids[0]['id']}/acceptance", sheet_button)
        _pay(hers, dice, job)
        assert eventually(lambda: buyer.call("GET", f"/jobs/{job}/escrow")["status"] == "held")
        his.goto(f"/deals/{job}")
        until_done(his, dice, f"/api/jobs/{job}/start", button("deal.act.start"))
        may_hand_in(his)
        queued.fill_hand_in(his, scene)
        tap(his, "worker.hand_in")
        says("worker.handed_in")(his)
        find_good(hers, scene)
        until_done(hers, dice, f"/api/jobs/{job}/completion", sheet_button)
        opens(f"/deals/{job}/review$")(hers)
        # then
        escrow = buyer.call("GET", f"/jobs/{job}/escrow")
        assert (escrow["status"], len(escrow["checkouts"]), escrow["refundedCents"]) == ("released", 1, 0)
        assert escrow["paidCents"] == escrow["buyerTotalCents"]
        earned = worker.call("GET", "/earnings/mine")["items"]
        assert sum(one["jobId"] == job for one in earned) == 1
        nothing_left(hers, his)


def _posted(buyer: Newcomer) -> str:
    body = {
        "title": f"Tile the porch {uuid4().hex[:8]}",
        "description": "Twelve square metres of outdoor tiles.",
        "category": "tiling",
        "budgetCents": 45_000,
        "location": "Durban",
        "payment": "escrow",
    }
    return str(buyer.call("POST", "/jobs", body)["id"])


def _pay(page: Page, dice: Dice, job: str) -> None:
    """Pay on the provider's page, which the choice of a bid opens unless the network fails just then."""
    path = f"/api/jobs/{job}/escrow/checkouts"
    assert eventually(lambda: path in dice.given)
    if dice.given[path][0] != "slow":
        opens(f"/deals/{job}/pay$")(page)
        until_done(page, dice, path, lambda shown: shown.get_by_role("button", name=PAY).first.tap())
    opens("/checkout/")(page)
    page.get_by_role("button", name="Pay", exact=True).click()
    opens(f"/deals/{job}/paid")(page)
    page.goto(f"/deals/{job}/paid")  # the provider leads to the address without the faults
    expect(page.get_by_text(WORDS.pattern("buyer.was_paid")).first).to_be_visible()


def nothing_left(*pages: Page) -> None:
    """No phone keeps a draft or an unsent thing."""
    for page in pages:
        expect(page.locator("a.unsent")).to_have_count(0)
        page.goto("/outbox")
        says("outbox.empty")(page)
