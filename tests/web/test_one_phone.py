"""One phone with several tabs, several people, a wrong clock, no room, or a new version of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from local.people import AYANDA, BONGANI, LINDIWE, SIPHO, THANDI, Person
from tests.support.faulty_proxy import FaultyProxy
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import ON_THE_WAY, SignIn, a_phone
from tests.web.deals import Deals
from tests.web.words import Words

WORDS = Words("en")
FULL = """
const keep = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...values) {
  if (this.name === "saved") return keep.apply(this, values);
  throw new DOMException("no room", "QuotaExceededError");
};
"""
"""The phone has no room for what somebody writes."""
CLOCK = """
const ahead = {milliseconds};
const Before = Date;
globalThis.Date = class extends Before {{
  constructor(...values) {{ super(...(values.length ? values : [Before.now() + ahead])); }}
  static now() {{ return Before.now() + ahead; }}
}};
"""
"""The phone's clock is wrong by so much."""
WAITING = "navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))"
NAMES = "indexedDB.databases().then((all) => all.map((one) => one.name))"
KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture
def web(network: FaultyProxy) -> str:
    """The address of the web client, whose service worker can become a newer one."""
    return network.url


@pytest.fixture
def shared_phone(browser: Browser, web: str) -> Iterator[BrowserContext]:
    """A phone that several people use."""
    with a_phone(browser, web) as context:
        context.add_init_script(
            'localStorage.setItem("khaya-language", "en"); localStorage.setItem("khaya-shared-phone", "yes");'
        )
        yield context


def sign_in(page: Page, person: Person) -> Page:
    """Sign a person of the demo in on a phone that is there."""
    page.goto("/demo")
    page.get_by_role("button", name=person.name).tap()
    page.wait_for_url(lambda url: not url.endswith(ON_THE_WAY))
    return page


def is_loaded_anew(page: Page) -> bool:
    """Whether the mark on the document is gone."""
    try:
        return bool(page.evaluate("document.before === undefined"))
    except Error:  # it is being loaded
        return False


def is_signed_in(page: Page, person: Person) -> None:
    page.goto("/me")
    expect(page.get_by_text(person.name).first).to_be_visible()


def test_given_two_tabs_that_renew_the_session_at_once_then_both_stay_signed_in(sign_in_as: SignIn) -> None:
    # given
    first = sign_in_as(THANDI)
    second = first.context.new_page()
    second.goto("/me")
    # when
    for _ in range(4):
        for tab in (first, second):
            tab.evaluate("setTimeout(() => location.reload(), 50)")
        for tab in (first, second):
            tab.wait_for_timeout(400)
    # then
    for tab in (first, second):
        is_signed_in(tab, THANDI)


def test_given_a_visitors_tab_when_somebody_signs_in_in_another_then_it_is_theirs_without_a_reload(
    phone: BrowserContext,
) -> None:
    visitor = phone.new_page()
    visitor.goto("/me")
    expect(visitor.get_by_text(WORDS("gate.sign_in_why"))).to_be_visible()
    sign_in(phone.new_page(), THANDI)
    expect(visitor.get_by_text(THANDI.name).first).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("days", [-1, 1])
def test_given_a_clock_that_is_a_day_off_then_the_code_works_the_deadline_is_right_and_nobody_is_signed_out(
    phone: BrowserContext, deals: Deals, days: int
) -> None:
    # given
    phone.add_init_script(CLOCK.format(milliseconds=days * 86_400_000))
    page = phone.new_page()
    buyer = deals.new_buyer(page)
    job = deals.to_pay(buyer)
    # when
    page.goto(f"/deals/{job}")
    # then
    due = deals.call(buyer, "GET", f"/jobs/{job}")["escrow"]["dueAt"]
    there = datetime.fromisoformat(due).astimezone(UTC) + timedelta(hours=2)
    expect(page.get_by_text(f"{there:%A} {there.day} {there:%B}, {there:%H:%M}").first).to_be_visible()
    # and what is written and sent arrives as ever
    page.goto("/me/reminders")
    page.locator("#text").fill("Buy paint")
    page.locator("#dueAt").fill(f"{there + timedelta(days=9):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name=WORDS("reminders.set"), exact=True).tap()
    expect(page.get_by_text(WORDS("reminders.saved"))).to_be_visible()
    is_signed_in(page, buyer)


@pytest.mark.slow
def test_given_a_shared_phone_when_its_clock_is_set_then_the_session_goes_on(shared_phone: BrowserContext) -> None:
    # given
    page = sign_in(shared_phone.new_page(), THANDI)
    is_signed_in(page, THANDI)
    page.get_by_text(THANDI.name).first.tap()
    # when
    page.evaluate(f"() => {{ {CLOCK.format(milliseconds=20 * 60_000)} }}")
    with page.expect_response(re.compile("/api/config")):  # the server is asked what time it is
        page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    # then
    page.wait_for_timeout(500)
    expect(page.get_by_text(THANDI.name).first).to_be_visible()


FORMS: list[tuple[str, Person, str, str]] = [
    ("job", THANDI, "/post/work", "#title"),
    ("change of a job", SIPHO, "/deals/{open}/edit", "#description"),
    ("bid", BONGANI, "/jobs/{open}/bid", "#proposal"),
    ("hand-in", BONGANI, "/deals/{given}/submit", "#note"),
    ("review", SIPHO, "/deals/{done}/review", "#comment"),
    ("cancellation", SIPHO, "/deals/{open}/cancel", "#reason"),
    ("enquiry", THANDI, "/materials/{listing}?ask=1", "#text"),
    ("report", THANDI, "/report/job/{open}", "#reason"),
    ("reminder", THANDI, "/me/reminders", "#text"),
    ("story", THANDI, "/me/stories/new", "#content"),
    ("profile", THANDI, "/me/edit", "#bio"),
    ("verification", THANDI, "/me/verification", "#note"),
    ("material", LINDIWE, "/me/materials/new", "#title"),
    ("change of a material", LINDIWE, "/me/materials/{own_listing}", "#description"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("form", "who", "address", "field"), FORMS, ids=[one[0] for one in FORMS])
def test_given_a_full_phone_when_something_is_written_then_each_form_says_so(
    sign_in_as: SignIn, deals: Deals, form: str, who: Person, address: str, field: str
) -> None:
    # given
    made = {"open": deals.job, "given": deals.given, "done": deals.done, "listing": deals.listing}
    made["own_listing"] = lambda: deals.listing(LINDIWE)
    hole = re.search(r"\{(\w+)\}", address)
    page = sign_in_as(who)
    page.context.add_init_script(FULL)
    page.goto(address.replace(hole[0], made[hole[1]]()) if hole else address)
    # when
    page.locator(field).fill(f"Words of a {form}")
    # then
    expect(page.get_by_text(WORDS("draft.full")).first).to_be_visible()
    expect(page.get_by_text(WORDS("draft.full")).first).to_be_in_viewport()


def test_given_a_full_phone_when_something_is_sent_then_it_arrives(sign_in_as: SignIn, deals: Deals) -> None:
    # given
    title = f"Clean the gutters {uuid4().hex[:8]}"
    page = sign_in_as(THANDI)
    page.context.add_init_script(FULL)
    page.goto("/post")
    page.get_by_role("button", name=WORDS("category.cleaning")).tap()
    page.locator("#title").fill(title)
    page.locator("#description").fill("Leaves and sand in all the gutters.")
    for field, value in (("#location", "Durban"), ("#budgetCents", "450")):
        page.get_by_role("button", name=WORDS("buyer.go_on"), exact=True).tap()
        page.locator(field).fill(value)
    page.get_by_role("button", name=WORDS("buyer.go_on"), exact=True).tap()
    # when
    page.get_by_role("button", name=WORDS("buyer.post_now"), exact=True).tap()
    # then
    expect(page.get_by_text(WORDS("buyer.posted"))).to_be_visible()
    found = deals.call(THANDI, "GET", "/jobs/mine?as=buyer&limit=20")["items"]
    assert sum(one["title"] == title for one in found) == 1


@pytest.mark.slow
def test_given_somebody_who_signs_out_when_another_signs_in_then_nothing_of_the_first_is_on_the_phone(
    sign_in_as: SignIn, marketplace: Marketplace, deals: Deals
) -> None:
    # given
    page = sign_in_as(THANDI)
    page.goto(f"/report/job/{deals.job()}")
    page.locator("#reason").fill("They ask for money before the work.")
    page.goto("/me/settings")
    # when
    page.get_by_role("button", name=WORDS("sign_out"), exact=True).first.tap()
    confirm = page.get_by_role("dialog").get_by_role("button").first
    if confirm.count():
        confirm.tap()
    expect(
        page.get_by_text(WORDS("gate.sign_in_why")).or_(page.get_by_role("link", name=WORDS("sign_in"))).first
    ).to_be_visible()
    sign_in(page, SIPHO)
    # then
    page.goto("/outbox")
    expect(page.get_by_text(WORDS("outbox.empty"))).to_be_visible()
    (thandi,) = [one["userId"] for one in marketplace.run["users"] if one["name"] == THANDI.name]
    assert eventually(lambda: not any(thandi in name for name in page.evaluate(NAMES)))
    kept = page.evaluate(KEPT)
    assert thandi not in kept
    assert THANDI.name not in kept


@pytest.mark.slow
def test_given_an_open_form_when_a_new_version_comes_then_it_waits_until_the_form_is_left(
    sign_in_as: SignIn, network: FaultyProxy
) -> None:
    # given
    page = sign_in_as(THANDI)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.goto("/post/work")
    page.evaluate("document.before = true")
    page.locator("#title").fill("Fix the kitchen tap")
    page.locator("#description").fill("The tap drips all night and wastes water.")
    # when
    network.newer_worker = True
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => undefined)")
    assert eventually(lambda: page.evaluate(WAITING))
    page.get_by_role("button", name=WORDS("buyer.go_on"), exact=True).tap()
    page.locator("#location").fill("Umlazi")
    # then
    page.wait_for_timeout(1_000)
    assert page.evaluate("document.before") is True
    # and once no form is open, the next navigation brings it
    page.get_by_role("link", name="Khaya", exact=True).tap()
    page.wait_for_url(re.compile(r"/$"))
    page.get_by_role("link", name=WORDS("help")).first.tap()
    assert eventually(lambda: is_loaded_anew(page))
    # and the words are still there
    page.goto("/post/work")
    expect(page.locator("#title")).to_have_value("Fix the kitchen tap")


def test_given_a_suspended_person_then_the_app_says_why_whom_to_ask_and_how_to_get_the_data(
    phone: BrowserContext, deals: Deals
) -> None:
    # given
    page = phone.new_page()
    buyer = deals.new_buyer(page)
    user = deals.call(buyer, "GET", "/profiles/me")["userId"]
    # when
    reason = "Several people say that they were not paid."
    deals.call(AYANDA, "PATCH", f"/admin/users/{user}", {"status": "suspended", "reason": reason})
    page.goto("/deals")
    # then
    expect(page.get_by_text(WORDS("problem.suspended")).first).to_be_visible()
    expect(page.get_by_text(reason).first).to_be_visible()
    expect(page.get_by_text(WORDS("failure.unreachable"))).to_have_count(0)
    page.get_by_role("link", name=WORDS("state.suspended_export")).first.tap()
    page.get_by_role("button", name=WORDS("settings.export_make"), exact=True).tap()
    expect(
        page.get_by_text(WORDS("settings.export_pending")).or_(page.get_by_text(WORDS("settings.export_get"))).first
    ).to_be_visible()
