"""What admins do in their queues, and what the people hear of it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones
from tests.web.newcomers import Newcomer
from tests.web.phone_numbers import new_number
from tests.web.test_admin import decide, notices, open_queue
from tests.web.words import Language, Words

TABLET = {"width": 820, "height": 1180}
REASON = "We looked into it, and both sides agree."


def new_admin(marketplace: Marketplace, name: str = "Lwazi") -> Newcomer:
    """Somebody new whom the admin of the demo makes one too."""
    person = Newcomer(marketplace, f"{name} {new_number()}")
    make_admin(marketplace, person)
    return person


def make_admin(marketplace: Marketplace, person: Newcomer) -> None:
    """Have the admin of the demo make somebody one too."""
    change = {"admin": True, "reason": "They help with the queues this week."}
    answer = marketplace.call("PATCH", f"/admin/users/{person.user_id}", change, token=marketplace.token("admin"))
    assert answer.ok, answer.text


def card_in(admin: Page, words: Words, queue: str, text: str) -> Locator:
    """Open a queue by its tile, and read it again until the one thing with this text is in it."""
    open_queue(admin, words, queue)
    card = admin.locator("li.card", has_text=text)

    def is_there() -> bool:
        admin.get_by_role("button", name=words("admin.refresh")).tap()
        admin.wait_for_load_state("networkidle")
        return card.count() == 1

    assert eventually(is_there), f"nothing in the queue {queue} says {text}"
    return card


def counted(admin: Page, words: Words, queue: str) -> int:
    """How many things the tile of a queue counts."""
    admin.goto("/admin")
    tile = admin.get_by_role("link", name=words(f"admin.queue_{queue}")).first
    expect(tile.locator(".amount")).to_have_text(re.compile(r"\d"))
    return int(re.sub(r"\D", "", tile.locator(".amount").inner_text()))


def says(card: Locator, *texts: str | re.Pattern[str]) -> None:
    """A card has all these texts, whatever blanks stand in its amounts."""
    for text in texts:
        expect(card).to_contain_text(text)


def fact(card: Locator, name: str) -> Locator:
    """The line of a card with a name and its value."""
    return card.locator(".facts > div", has_text=name)


def decided_and_gone(admin: Page, words: Words, queue: str, text: str, choice: str) -> None:
    """Decide with a reason about what has this text; it leaves the queue, and the count of the tile falls."""
    card_in(admin, words, queue, text)
    waiting = admin.locator("li.card").count()
    assert eventually(lambda: counted(admin, words, queue) == waiting)
    card = card_in(admin, words, queue, text)
    refused_without_a_reason(card, words, choice)
    decide(card, words, choice, REASON)
    expect(card).to_have_count(0)
    expect(admin.get_by_role("status").filter(has_text=words(choice)).first).to_be_visible()
    assert eventually(lambda: counted(admin, words, queue) == waiting - 1)


def refused_without_a_reason(card: Locator, words: Words, choice: str) -> None:
    """Nothing is decided without a reason; the field says so itself."""
    decide(card, words, choice)
    expect(card.get_by_role("textbox").last).to_have_attribute("aria-invalid", "true")
    expect(card.get_by_text(words.pattern("admin.reason_missing"))).to_be_visible()


def only_looks_on(card: Locator, words: Words, why: str) -> None:
    """Nothing can be decided on a card, and it says why."""
    expect(card.get_by_text(words(why))).to_be_visible()
    expect(card.get_by_role("radio")).to_have_count(0)
    expect(card.get_by_role("textbox")).to_have_count(0)


def hears(who: Newcomer, phones: Phones, language: Language, kind: str) -> None:
    """Somebody gets a notice, and reads it in the inbox on their phone, in the language of the phone."""
    assert eventually(lambda: kind in notices(who)), f"{who.name} got {notices(who)} and no {kind}"
    page = who.sign_in(phones, language)

    def is_read() -> bool:
        title = next(one["title"] for one in who.call("GET", "/notifications")["items"] if one["kind"] == kind)
        page.goto("/inbox")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        return page.get_by_text(title).count() > 0

    assert eventually(is_read), f"the inbox of {who.name} shows no {kind}"
