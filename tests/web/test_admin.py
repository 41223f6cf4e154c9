"""An admin works off what waits by the screen alone; what two admins must agree on is decided by two."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from local.people import AYANDA
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones, SignIn
from tests.web.newcomers import Newcomer, job_through_khaya
from tests.web.phone_numbers import new_number
from tests.web.words import EACH_LANGUAGE, Language, Words

REASON = "The photos and the words show it."


def decide(card: Locator, words: Words, choice: str, reason: str = "") -> None:
    """Choose on a card, read what it does, give a reason, and do it."""
    card.locator("label.choice", has_text=words(choice)).first.tap()
    if reason:
        card.get_by_role("textbox").last.fill(reason)
    card.get_by_role("button", name=words(choice), exact=True).last.tap()


def until_shown(admin: Page, words: Words, title: str) -> None:
    """Go on to the next thing of a queue until it is this one."""
    heading = admin.get_by_role("heading", name=title)
    expect(admin.get_by_role("button", name=words("admin.next"))).to_be_visible()
    for _ in range(20):
        if heading.count():
            return
        admin.get_by_role("button", name=words("admin.next")).tap()
    expect(heading).to_be_visible()


def open_queue(admin: Page, words: Words, queue: str) -> None:
    """Open a queue by its tile; something waits in it."""
    tile = admin.get_by_role("link", name=words(f"admin.queue_{queue}")).first

    def is_counted() -> bool:
        admin.goto("/admin")
        expect(tile).to_have_text(re.compile(r"\d"))
        return re.search(r"\D0\b", tile.inner_text()) is None

    assert eventually(is_counted)
    tile.tap()
    expect(admin.get_by_role("heading", level=1)).to_be_visible()


def notices(who: Newcomer) -> list[str]:
    """The kinds of the notices that somebody got."""
    return [str(one["kind"]) for one in who.call("GET", "/notifications")["items"]]


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_story_an_application_and_a_report_then_an_admin_decides_each_and_the_people_hear_of_it(
    sign_in_as: SignIn, marketplace: Marketplace, language: Language
) -> None:
    # given
    words, name = Words(language), f"Zodwa {new_number()}"
    zodwa = Newcomer(marketplace, name, "worker")
    title = f"How {name} built a wall"
    content = "Two days, eighty bricks, and a neighbour who carried the sand."
    zodwa.call("POST", "/stories", {"title": title, "content": content, "type": "experience"})
    zodwa.call("POST", "/profiles/me/verification", {"note": f"I am a bricklayer, {name}."})
    job = marketplace.call("GET", "/jobs?limit=1").json()["items"][0]["id"]
    complaint = f"This was posted twice, says {name}."
    zodwa.call("POST", "/reports", {"kind": "job", "id": job, "reason": complaint})
    admin = sign_in_as(AYANDA, language)
    # when the story is shown
    assert eventually(lambda: title in [one["title"] for one in waiting(marketplace, "/stories/pending")])
    open_queue(admin, words, "stories")
    until_shown(admin, words, title)
    expect(admin.get_by_role("article")).to_contain_text(content)
    decide(admin.get_by_role("article"), words, "admin.approve")
    expect(admin.get_by_role("heading", name=title)).to_have_count(0)
    # and the worker is confirmed
    open_queue(admin, words, "verifications")
    card = admin.get_by_role("listitem").filter(has_text=f"I am a bricklayer, {name}.")
    decide(card, words, "admin.verify", REASON)
    expect(card).to_have_count(0)
    # and the report is dismissed
    open_queue(admin, words, "reports")
    card = admin.get_by_role("listitem").filter(has_text=complaint)
    decide(card, words, "admin.dismiss", REASON)
    expect(card).to_have_count(0)
    # then it stands with the resolved ones
    admin.get_by_role("link", name=words("admin.resolved")).tap()
    expect(admin.get_by_role("listitem").filter(has_text=complaint)).to_contain_text(REASON)
    # and everybody reads the story, the profile says that Khaya checked them, and the reporter hears of it
    assert eventually(lambda: title in [one["title"] for one in marketplace.call("GET", "/stories").json()["items"]])
    assert zodwa.call("GET", "/profiles/me")["verified"]
    assert eventually(lambda: {"storyApproved", "verified", "reportResolved"} <= set(notices(zodwa)))


def waiting(marketplace: Marketplace, path: str) -> list[dict[str, object]]:
    """What waits for an admin."""
    items: list[dict[str, object]] = marketplace.call("GET", path, token=marketplace.token("admin")).json()["items"]
    return items


@pytest.mark.parametrize("language", EACH_LANGUAGE)
@pytest.mark.slow
def test_given_much_money_then_two_admins_share_it_and_book_credits_and_the_first_only_looks_on(
    sign_in_as: SignIn, phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given a problem about R6 300
    words, title = Words(language), f"Tile the stairs {new_number()}"
    buyer, worker = Newcomer(marketplace, "Nandi", "buyer"), Newcomer(marketplace, "Musa", "worker")
    job = job_through_khaya(buyer, worker, title, 6000, "deposit", "balance")
    buyer.call("POST", f"/jobs/{job}/escrow/dispute", {"reason": "Half of the tiles are broken."})
    first = sign_in_as(AYANDA, language)
    # and somebody whom the first admin makes one too
    helper = Newcomer(marketplace, f"Thabo {new_number()}")
    first.goto("/admin/people")
    first.locator("#contact").fill(f"0{helper.number}")
    first.get_by_role("button", name=words("admin.search")).tap()
    first.get_by_role("link", name=helper.name).tap()
    decide(first.get_by_role("main"), words, "admin.make_admin", REASON)
    expect(first.get_by_text(words("admin.end_admin"), exact=True)).to_be_visible()
    second = helper.sign_in(phones, language)
    # when the first shares the money
    share(first, words, job)
    # then it waits for the second
    expect(first.get_by_text(words("admin.second_needed"))).to_be_visible()
    expect(first.get_by_text(words.pattern("admin.first_decision"))).to_be_visible()
    # and who decides the same ends it
    second.goto(f"/admin/disputes/{job}")
    expect(second.get_by_text(words.pattern("admin.first_decision"))).to_be_visible()
    second.get_by_role("button", name=words("admin.same_as_first")).tap()
    explain(second, words)
    expect(second.get_by_role("button", name=words("admin.decide_now"))).to_have_count(0)
    assert buyer.call("GET", f"/jobs/{job}/escrow")["refundedCents"] == 630_000
    # when the first gives the worker many credits
    first.goto("/admin/adjustments")
    first.get_by_text(words("admin.new_adjustment")).tap()
    first.locator("#userId").fill(worker.user_id)
    first.locator("#amountCents").fill("6000")
    first.locator("#reason").fill("For ten days of teaching others.")
    first.get_by_role("button", name=words("admin.book"), exact=True).tap()
    card = first.get_by_role("listitem").filter(has_text=worker.user_id)
    expect(card).to_contain_text(words("admin.own_affair"))
    # and the second approves them
    second.goto("/admin/adjustments")
    card = second.get_by_role("listitem").filter(has_text=worker.user_id)
    decide(card, words, "admin.approve", REASON)
    expect(card).to_have_count(0)
    assert worker.call("GET", "/credits/balance")["balanceCents"] == 600_000
    # and at the end the first ends the second as admin
    first.goto(f"/admin/people/{helper.user_id}")
    decide(first.get_by_role("main"), words, "admin.end_admin", REASON)
    expect(first.get_by_text(words("admin.make_admin"), exact=True)).to_be_visible()
    second.goto("/admin/disputes")
    expect(second.get_by_role("button", name=words("admin.refresh"))).to_have_count(0)


def share(admin: Page, words: Words, job: str) -> None:
    """Decide that all that is held goes back to the buyer."""
    admin.goto(f"/admin/disputes/{job}")
    admin.get_by_role("button", name=words("admin.all_to_buyer")).tap()
    explain(admin, words)


def explain(admin: Page, words: Words) -> None:
    """Say why, decide, and confirm it where the parts are read back."""
    admin.locator("#note").fill("The photos show broken tiles.")
    admin.get_by_role("button", name=words("admin.decide_now")).tap()
    question = admin.get_by_role("dialog", name=words("admin.split_question"))
    expect(question).to_contain_text(words("admin.khaya_keeps"))
    question.get_by_role("button", name=words("admin.split_confirm")).tap()
    expect(question).to_have_count(0)
