"""A problem with paid work, from the first word to an agreement, on the phones of both sides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from local.people import AYANDA
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones
from tests.web.deals import Deals
from tests.web.newcomers import Newcomer, job_through_khaya
from tests.web.phone_numbers import new_number
from tests.web.test_journeys import PHOTO, Taps
from tests.web.words import EACH_LANGUAGE, Language, Words


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_bad_work_when_the_buyer_says_so_then_both_show_what_happened_and_agree(
    phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given paid work that has started
    words, title = Words(language), f"Paint the hall {new_number()}"
    nandi, musa = Newcomer(marketplace, "Nandi", "buyer"), Newcomer(marketplace, "Musa", "worker")
    job = job_through_khaya(nandi, musa, title, 450, "all")
    buyer, worker = nandi.sign_in(phones, language), musa.sign_in(phones, language)
    taps = Taps(buyer, words)
    # when the buyer says what is wrong
    buyer.goto(f"/deals/{job}")
    taps.link("deal.act.open_dispute")
    buyer.locator("#reason").fill("Too short.")
    buyer.locator("#reason").fill("The paint peels off already, and one wall is not done.")
    taps.button("deals.dispute_send")
    expect(buyer.get_by_text(words("deals.dispute_open"))).to_be_visible()
    # then the worker reads it first of all, and shows the other side of it
    worker.goto("/deals")
    worker.get_by_role("link", name=words("deal.act.add_evidence")).first.tap()
    expect(worker.get_by_text("The paint peels off already, and one wall is not done.")).to_be_visible()
    worker.locator("#text").fill("The wall was wet, as I said before.")
    worker.locator("#photos").set_input_files(PHOTO)
    expect(worker.get_by_role("img", name=re.compile("1")).first).to_be_visible()
    worker.get_by_role("button", name=words("deals.evidence_send"), exact=True).tap()
    expect(worker.get_by_text(words("deals.evidence_added"))).to_be_visible()
    # when the buyer reads that, then an amount is proposed
    buyer.reload()
    expect(buyer.get_by_text("The wall was wet, as I said before.")).to_be_visible()
    buyer.locator("#refundCents").fill("100")
    taps.button("deals.propose")
    expect(buyer.get_by_text(words("deals.other_accepts"))).to_be_visible()
    # and the worker, who sees what each gets, accepts it
    worker.reload()
    expect(worker.get_by_text(words("deals.other_proposes"))).to_be_visible()
    worker.get_by_role("button", name=words("deals.accept"), exact=True).tap()
    sheet = worker.get_by_role("dialog")
    expect(sheet).to_contain_text("R100")
    sheet.get_by_role("button", name=words("deals.accept"), exact=True).tap()
    # then both read that it is over, and the money went out as agreed
    for page in (worker, buyer):
        page.goto(f"/deals/{job}/dispute")
        expect(page.get_by_text(words("deals.decision_agreement"))).to_be_visible()
    assert nandi.call("GET", f"/jobs/{job}/escrow")["refundedCents"] == 10_000


@pytest.mark.slow
def test_given_an_admin_who_decides_then_both_phones_say_who_gets_what_and_why(
    phones: Phones, marketplace: Marketplace, deals: Deals
) -> None:
    # given a problem with paid work
    title, why = f"Paint the gate {new_number()}", "The photos show that half of the gate is painted."
    nandi, musa = Newcomer(marketplace, "Nandi", "buyer"), Newcomer(marketplace, "Musa", "worker")
    job = job_through_khaya(nandi, musa, title, 450, "all")
    nandi.call("POST", f"/jobs/{job}/escrow/dispute", {"reason": "Only half of the gate is painted."})
    # when an admin decides
    decided = {"workerCents": 20_000, "refundCents": 25_000, "platformCents": 2_250, "note": why}
    deals.call(AYANDA, "POST", f"/jobs/{job}/escrow/resolution", decided)
    # then each of both reads the amounts and the reason in the room and in a notice
    for person in (nandi, musa):
        page = person.sign_in(phones)
        page.goto(f"/deals/{job}")
        expect(page.get_by_text(why).first).to_be_visible()
        expect(page.get_by_text("R250").first).to_be_visible()
        assert eventually(lambda one=person: [text for text in texts_of(one) if why in text and "R200" in text])
        page.goto("/inbox")
        expect(page.get_by_text(why)).to_be_visible()


def texts_of(person: Newcomer) -> list[str]:
    """The texts of somebody's notices."""
    return [one["text"] for one in person.call("GET", "/notifications")["items"]]
