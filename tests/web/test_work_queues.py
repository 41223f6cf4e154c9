"""An admin works off stuck jobs, rewards and people to check by the screen alone, and the people hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from local.ageing import age_one
from local.people import AYANDA
from tests.support.marketplace import Marketplace, eventually
from tests.web.admins import TABLET, card_in, decided_and_gone, fact, hears, make_admin, only_looks_on, says
from tests.web.conftest import Phones, SignIn
from tests.web.newcomers import Newcomer, agreed_job
from tests.web.phone_numbers import new_number
from tests.web.test_admin import decide
from tests.web.test_money_queues import name_account, released_job
from tests.web.words import EACH_LANGUAGE, Language, Words

REWARDED = 5
"""From so many rewarded invitations on there is a bonus."""


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_forgotten_job_when_an_admin_closes_it_then_both_sides_hear_of_it_and_read_why(
    sign_in_as: SignIn, phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given a job that was given to somebody long ago
    words, number = Words(language), new_number()
    buyer = Newcomer(marketplace, f"Nandi {number}", "buyer")
    worker = Newcomer(marketplace, f"Musa {number}", "worker")
    title = f"Sweep the chimney {number}"
    job = agreed_job(buyer, worker, title, 500, "cash")
    age_one(marketplace.port, "jobs", job, timedelta(days=30))
    admin = sign_in_as(AYANDA, language)
    # when an admin opens it, then both can be called, and it says how far it came
    card = card_in(admin, words, "stuck_jobs", title)
    says(card, buyer.name, worker.name, "R500", words("admin.not_handed_in"), words("admin.last_change"))
    expect(card.locator(f"a[href='tel:+27{buyer.number}']")).to_be_visible()
    # when it is closed
    decided_and_gone(admin, words, "stuck_jobs", title, "admin.close_completed")
    # then both hear of it
    for person in (buyer, worker):
        hears(person, phones, language, "jobClosedAsDone")
    assert buyer.call("GET", f"/jobs/{job}")["status"] == "completed"


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_five_rewarded_invitations_when_an_admin_decides_about_the_bonus_then_who_invited_hears_of_it(
    sign_in_as: SignIn, phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given somebody whose five friends have each earned enough
    words, number = Words(language), new_number()
    referrer = Newcomer(marketplace, f"Zinhle {number}")
    name_account(referrer, ending=7)
    code = referrer.call("GET", "/referrals/code")["code"]
    for friend in range(REWARDED):
        worker = Newcomer(marketplace, f"Friend {friend} of {number}", "worker")
        worker.call("POST", "/referrals/applications", {"code": code})
        name_account(worker, ending=7)
        buyer = Newcomer(marketplace, f"Buyer {friend} of {number}", "buyer")
        released_job(buyer, worker, f"Tile room {friend} of {number}", 2500, "deposit", "balance", card=worker.number)
    assert eventually(lambda: "referralRewarded" in [one["kind"] for one in heard(referrer)])
    # and who has become an admin meanwhile, and may not decide about it
    make_admin(marketplace, referrer)
    own = card_in(referrer.sign_in(phones, language), words, "referrals", referrer.name)
    only_looks_on(own, words, "admin.own_affair")
    # when another admin reads what it is for, and who gets what
    admin = sign_in_as(AYANDA, language)
    admin.set_viewport_size(TABLET)
    card = card_in(admin, words, "referrals", referrer.name)
    says(card, "R250", words("admin.bonus_for", count=str(REWARDED)))
    choice = "admin.pay" if language == "en" else "admin.refuse"
    card.locator("label.choice", has_text=words("admin.pay")).first.tap()
    says(card, words("admin.pay_effect", who=referrer.name, amount="R250"))
    decided_and_gone(admin, words, "referrals", referrer.name, choice)
    # then who invited hears of it
    hears(referrer, phones, language, "creditsReceived" if language == "en" else "rewardRefused")


def heard(who: Newcomer) -> list[dict[str, object]]:
    """The notices that somebody got."""
    items: list[dict[str, object]] = who.call("GET", "/notifications")["items"]
    return items


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_somebody_who_was_refused_before_when_they_ask_again_then_an_admin_sees_who_they_are_and_that(
    sign_in_as: SignIn, phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given a worker who has done a job, and was refused once
    words, number = Words(language), new_number()
    buyer = Newcomer(marketplace, f"Nandi {number}", "buyer")
    worker = Newcomer(marketplace, f"Musa {number}", "worker")
    profile = {"bio": "I lay tiles and mend roofs.", "trades": ["tiling"], "location": "KwaMashu", "yearsExperience": 7}
    worker.call("PATCH", "/profiles/me", profile)
    job = agreed_job(buyer, worker, f"Paint the door {number}", 300, "cash")
    worker.call("POST", f"/jobs/{job}/submission", {"note": "Finished."})
    buyer.call("POST", f"/jobs/{job}/completion")
    worker.call("POST", "/profiles/me/verification", {"note": "Please check me."})
    admin = sign_in_as(AYANDA, language)
    decided_and_gone(admin, words, "verifications", worker.name, "admin.refuse")
    hears(worker, phones, language, "verificationRefused")
    # when they ask again
    note = f"I have worked for {buyer.name} since."
    worker.call("POST", "/profiles/me/verification", {"note": note})
    card = card_in(admin, words, "verifications", note)
    # then it says what they have done, and what was decided before
    says(card, profile["bio"], words("category.tiling"), "KwaMashu", words("admin.jobs_done_of", all="1", paid="0"))
    says(card, words("admin.no_certificates"), words("admin.event_verification_refused"))
    expect(fact(card, words("admin.years"))).to_contain_text("7")
    decide(card, words, "admin.verify")
    says(card, words("admin.verify_effect"))
    # and they are told that they are checked now
    decided_and_gone(admin, words, "verifications", note, "admin.verify")
    hears(worker, phones, language, "verified")
