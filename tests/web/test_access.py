"""Every screen in both languages and both colour schemes: axe's rules, small and large text, one heading, real words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.marketplace import Marketplace
from tests.support.template import ROOT
from tests.web.conftest import SCREEN, SMALLEST, Open, Phones
from tests.web.phone_numbers import code_for, new_number
from tests.web.screens import SCREENS, Screen, admin_pages, routes
from tests.web.words import LANGUAGES, Language, Words

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) => (await axe.run(document, {runOnly: rules})).violations.map((found) =>
  [found.id, ...found.nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + " " + (node.any[0]?.message ?? ""))])"""
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth + 1) return [];
  const wide = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  return ["the page", ...wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 160))];
}"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  return ["hidden", "clip"].includes(style.overflowX) && !one.closest(".visually-hidden, svg") && one.innerText?.trim()
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2);
}).slice(0, 3).map((one) => one.outerHTML.slice(0, 160))"""
BROKEN_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement.closest(".visually-hidden, noscript")) continue;
    for (const word of walker.currentNode.textContent.matchAll(/(?<![\\p{L}\\p{N}])[\\p{L}]{4,16}(?![\\p{L}\\p{N}])/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
DOUBLE_TEXT = """() => {
  const root = document.documentElement;
  root.style.fontSize = root.style.fontSize ? "" : 2 * parseFloat(getComputedStyle(root).fontSize) + "px";
}"""
SHOWN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const box = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text && box.checkVisibility() && !box.closest("[lang=en], code")) texts.push(text);
  }
  return texts;
}"""
TELLING = 12
"""So many letters of a text are its own, or people of the demo could have written it."""
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")


def violations(page: Page) -> Any:
    """What axe finds. It runs by `evaluate`, because the page's policy allows no script of others."""
    page.evaluate(AXE.read_text())
    return page.evaluate(VIOLATIONS, RULES)


def english_texts() -> re.Pattern[str]:
    """Matches a text that is an English one of the client and no isiZulu one."""
    english, zulu = Words("en"), Words("zu")
    own = sorted({text for name, text in english.texts() if text not in zulu.values(name)})
    parts = [re.split(r"\{\w+\}", text) for text in own]
    telling = [one for one in parts if len(one) == 1 or len("".join(one)) >= TELLING]
    return re.compile("|".join(".{1,40}".join(map(re.escape, one)) for one in telling))


ENGLISH = english_texts()
NAMES = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in Words("en").names()))


def test_given_the_client_then_each_of_its_addresses_is_in_the_table() -> None:
    assert {screen.route for screen in SCREENS} == routes()
    named = {screen.address.split("/")[2] for screen in SCREENS if screen.route == "/admin/:page/:id?"}
    assert named == admin_pages()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "screen", [pytest.param(one, id=str(one), marks=() if one.sampled else pytest.mark.slow) for one in SCREENS]
)
def test_given_a_screen_then_everybody_can_read_and_use_it(
    open_screen: Open, screen: Screen, language: Language
) -> None:
    # given
    page = open_screen(screen, language)
    # when it is looked at in each colour scheme, on the smallest screen, and with letters of twice the size
    found: dict[str, Any] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[f"axe, {scheme}"] = violations(page)
    found["cut off"] = page.evaluate(CUT_OFF)
    found["words broken in two"] = page.evaluate(BROKEN_WORDS)
    page.set_viewport_size(SMALLEST)
    found["wider than 320 px"] = page.evaluate(TOO_WIDE)
    page.set_viewport_size(SCREEN)
    page.evaluate(DOUBLE_TEXT)
    found["wide at 200 %"] = page.evaluate(TOO_WIDE)
    found["cut off at 200 %"] = page.evaluate(CUT_OFF)
    page.evaluate(DOUBLE_TEXT)
    shown = page.evaluate(SHOWN)
    found["names of words"] = [text for text in shown if NAMES.fullmatch(text)]
    found["codes"] = [text for text in shown if CODE.search(text)]
    found["English"] = [text for text in shown if language == "zu" and ENGLISH.fullmatch(text)]
    # then
    assert page.locator("h1").count() == 1
    assert not {name: what for name, what in found.items() if what}, json.dumps(found, indent=1, ensure_ascii=False)


def press_until(page: Page, there: Callable[[], bool], key: str = "Tab") -> None:
    """Press a key until something is so; a form that the keyboard cannot reach ends the test."""
    for _ in range(60):
        if there():
            return
        page.keyboard.press(key)
    raise AssertionError(f"{page.url}: 60 times {key} did not lead there; the focus is at {focused(page)}")


def focused(page: Page) -> str:
    """What has the focus: its id, or its text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def fill(page: Page, field: str, text: str) -> None:
    """Go to a field by Tab, and type."""
    expect(page.locator(f"#{field}")).to_be_visible()
    press_until(page, lambda: focused(page) == field)
    page.keyboard.type(text)


def go_on(page: Page, text: str) -> None:
    """Go to a button by Tab, and press it."""
    expect(page.get_by_role("button", name=text, exact=True)).to_be_visible()
    press_until(page, lambda: focused(page) == text)
    # a focus that nobody sees is of no use
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")


@pytest.mark.slow
def test_given_only_a_keyboard_when_somebody_signs_in_and_posts_a_job_then_it_is_posted(
    phones: Phones, marketplace: Marketplace
) -> None:
    # given
    words = Words("en")
    number = new_number()
    page = phones("en").new_page()
    page.goto("/sign-in")
    # when
    fill(page, "contact", f"0{number}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code*")
    fill(page, "code", code_for(marketplace, f"+27{number}"))
    fill(page, "displayName", "Nandi Khoza")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path not in ("/code", "/name", "/sign-in"))
    page.goto("/post")
    go_on(page, words("category.plumbing"))
    fill(page, "title", f"Mend the shower {number}")
    fill(page, "description", "The shower is cold and drips all night.")
    go_on(page, words("buyer.go_on"))
    fill(page, "location", "Umlazi")
    page.keyboard.press("Escape")  # the list of places
    go_on(page, words("buyer.go_on"))
    fill(page, "budgetCents", "450")
    go_on(page, words("buyer.go_on"))
    go_on(page, words("buyer.post_now"))
    # then
    expect(page.get_by_text(words("buyer.posted"))).to_be_visible()
    newest = marketplace.call("GET", "/jobs?limit=20").json()["items"]
    assert [one["title"] for one in newest].count(f"Mend the shower {number}") == 1
