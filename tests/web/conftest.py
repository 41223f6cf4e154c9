"""The running marketplace, and phones to meet it with. Without Chromium the tests are skipped, and say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from local import CannotRun
from local.chromium import ARGUMENTS, chromium
from local.people import Person
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy
from tests.support.marketplace import Marketplace, running
from tests.web.deals import Deals
from tests.web.screens import Objects, Screen
from tests.web.words import Language

ON_THE_WAY = ("/demo", "/demo/sign-in", "/signed-in")
"""Where a sign-in passes before the app stands at a screen."""
SCREEN = {"width": 360, "height": 640}
SMALLEST = {"width": 320, "height": 640}
PATIENCE = 40_000
"""Milliseconds; the stand-in starts functions late on a busy machine."""

expect.set_options(timeout=PATIENCE)

Phones = Callable[..., BrowserContext]
SignIn = Callable[..., Page]
Open = Callable[[Screen, Language], Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the operating system."""
    try:
        path = chromium()
    except CannotRun as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def marketplace(browser: Browser) -> Iterator[Marketplace]:
    """The application, with fresh tokens. It is not started where there is no browser to meet it with."""
    yield from running()


@pytest.fixture
def web(marketplace: Marketplace) -> str:
    """The address of the web client."""
    return marketplace.web


@pytest.fixture
def network(marketplace: Marketplace) -> Iterator[FaultyProxy]:
    """A way to the web client and its API that can be told to fail."""
    with faulty_proxy(marketplace.web) as proxy:
        yield proxy


@pytest.fixture
def deals(marketplace: Marketplace) -> Deals:
    """Makes jobs between people of the demo, by the API."""
    return Deals(marketplace)


@pytest.fixture
def phones(browser: Browser, web: str) -> Iterator[Phones]:
    """Makes phones that share nothing. At the end, none may have reported a breach of the page's security policy."""
    with ExitStack() as stack:
        yield lambda language="en": stack.enter_context(a_phone(browser, web, language))


@pytest.fixture
def phone(phones: Phones) -> BrowserContext:
    """A phone on which nobody has signed in."""
    return phones()


@pytest.fixture
def sign_in_as(phones: Phones) -> SignIn:
    """Signs a person of the demo in, on a phone of their own, and returns its page."""

    def signed_in(person: Person, language: str = "en") -> Page:
        page = phones(language).new_page()
        page.goto("/demo")
        page.get_by_role("button", name=person.name).tap()
        page.wait_for_url(lambda url: urlsplit(url).path not in ON_THE_WAY)
        return page

    return signed_in


@contextmanager
def a_phone(browser: Browser, web: str, language: str | None = None) -> Iterator[BrowserContext]:
    """A touch screen of 360 by 640, and the check of what it reports.

    Without a language it is a new phone, on which the app asks for one first.
    """
    context = browser.new_context(
        base_url=web, viewport=SCREEN, screen=SCREEN, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    context.set_default_timeout(PATIENCE)
    if language:
        settled = {"khaya-language": language, "khaya-shared-phone": "no"}
        lines = (
            f"localStorage.getItem({name!r}) ?? localStorage.setItem({name!r}, {value!r});"
            for name, value in settled.items()
        )
        context.add_init_script("\n".join(lines))
    reported: list[str] = []
    context.on("console", lambda said: reported.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        yield context
    finally:
        context.close()
    assert reported == [], "the page broke its own security policy"


@pytest.fixture(scope="module")
def people(browser: Browser, marketplace: Marketplace) -> Iterator[Callable[[Person | None], Page]]:
    """Gives the page of a person, who signs in once."""
    pages: dict[Person | None, Page] = {}
    with ExitStack() as stack:

        def page_of(person: Person | None) -> Page:
            if person not in pages:
                page = stack.enter_context(a_phone(browser, marketplace.web, "en")).new_page()
                page.goto("/demo")
                if person:
                    page.get_by_role("button", name=person.name).tap()
                    page.wait_for_url(lambda url: urlsplit(url).path not in ON_THE_WAY)
                pages[person] = page
            return pages[person]

        yield page_of


@pytest.fixture(scope="module")
def objects(marketplace: Marketplace) -> Objects:
    """The objects of the demo that stand in addresses."""
    return Objects(marketplace)


@pytest.fixture
def open_screen(people: Callable[[Person | None], Page], objects: Objects) -> Iterator[Open]:
    """Opens a screen in a language, and waits until all of it is there."""
    opened: list[Page] = []

    def opening(screen: Screen, language: Language) -> Page:
        page = people(screen.who)
        opened.append(page)
        page.evaluate("(language) => localStorage.setItem('khaya-language', language)", language)
        page.goto(objects.address(screen))
        page.wait_for_load_state("networkidle", timeout=PATIENCE)
        expect(page.locator(".skeleton")).to_have_count(0, timeout=PATIENCE)
        expect(page.locator("html")).to_have_attribute("lang", language)
        return page

    yield opening
    for page in opened:
        page.set_viewport_size(SCREEN)
        page.emulate_media(color_scheme="light")
