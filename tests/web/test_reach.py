"""Every screen by finger and by key: targets of 48 px, a focus that is seen, and a new screen that says its name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.web.conftest import PATIENCE, Open
from tests.web.screens import SCREENS, Screen
from tests.web.words import LANGUAGES, Language

TAPPED = "a[href], button, input, select, textarea, summary, [role=button], label.choice, label.button"
SMALL_TARGETS = """(tapped) => [...document.querySelectorAll(tapped)].filter((one) => {
  if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true}) || one.closest(".visually-hidden")) return false;
  if (one.matches(".skip")) return false;
  const label = one.labels?.[0];
  const target = ["radio", "checkbox", "file"].includes(one.type) && label ? label : one;
  // A link within a sentence is as high as its line, as WCAG allows.
  const sentence = one.parentElement.closest("p, li, dd, td");
  const inSentence = one.matches("a") && getComputedStyle(one).display === "inline"
    && sentence && sentence.textContent.trim().length > one.textContent.trim().length;
  if (inSentence || one.matches("a.cover")) return false;
  const box = target.getBoundingClientRect();
  return box.width > 0 && (box.height < 47.5 || box.width < 47.5);
}).slice(0, 5).map((one) => {
  const box = one.getBoundingClientRect();
  return `${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 160)}`;
})"""
MARK_TARGETS = """(tapped) => {
  const groups = new Set();
  let count = 0;
  for (const one of document.querySelectorAll(tapped)) {
    if (one.matches("label") || one.disabled || one.tabIndex < 0) continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    if (one.type === "radio") {
      if (groups.has(one.name)) continue;
      groups.add(one.name);
    }
    one.dataset.target = one.type === "radio" ? `radio ${one.name}` : String(++count);
  }
  document.body.tabIndex = -1; // Tab begins at the top, wherever the focus was
  document.body.focus();
  document.body.removeAttribute("tabindex");
  return [...new Set([...document.querySelectorAll("[data-target]")].map((one) => one.dataset.target))];
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const name = one.dataset.target ?? (one.type === "radio" ? `radio ${one.name}` : "other");
  const seen = one.closest("label.choice, label.button") ?? one;
  const box = seen.getBoundingClientRect();
  const bar = document.querySelector("nav.bottom");
  const limit = bar && !bar.contains(one) && !one.closest("dialog") ? bar.getBoundingClientRect().top : innerHeight;
  const shown = Math.min(box.bottom, limit) - Math.max(box.top, 0);
  const style = getComputedStyle(seen);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {name, hidden: shown < Math.min(box.height, 40) - 1, ring, html: one.outerHTML.slice(0, 160)};
}"""
UNREACHED = """(names) => [...document.querySelectorAll("[data-target]")].filter((one) => names.includes(one.dataset.target))
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 160))"""
FOLLOW = """(address) => {
  const link = document.createElement("a");
  link.href = address;
  document.querySelector("main").append(link);
  link.click();
  link.remove();
}"""
STEPS = 300
"""Presses of Tab; the choice of notices has more than two hundred targets."""


def tabbed(page: Page) -> dict[str, Any]:
    """What is wrong with going through a screen by Tab."""
    wanted = set(page.evaluate(MARK_TARGETS, TAPPED))
    hidden, without_ring = [], []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        wanted.discard(at["name"])
        if at["hidden"]:
            hidden.append(at["html"])
        if not at["ring"]:
            without_ring.append(at["html"])
    return {
        "not reached by Tab": page.evaluate(UNREACHED, sorted(wanted)),
        "focus not seen": hidden[:5],
        "focus without a ring": without_ring[:5],
    }


def followed(page: Page, address: str) -> dict[str, Any]:
    """What is wrong when a link of the app leads to an address."""
    title = page.title()
    page.evaluate(FOLLOW, address)
    page.wait_for_function("(before) => document.title !== before", arg=title, timeout=PATIENCE)
    try:
        page.wait_for_function("document.activeElement?.matches('h1, h1 *')", timeout=5_000)
    except Exception:  # noqa: BLE001
        return {f"focus at {address}": page.evaluate("document.activeElement.outerHTML.slice(0, 160)")}
    return {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "screen", [pytest.param(one, id=str(one), marks=() if one.sampled else pytest.mark.slow) for one in SCREENS]
)
def test_given_a_screen_then_fingers_and_keys_reach_all_of_it_and_it_says_its_name(
    open_screen: Open, screen: Screen, language: Language
) -> None:
    # given
    page = open_screen(screen, language)
    address = page.evaluate("location.pathname + location.search")
    found: dict[str, Any] = {"smaller than 48 px": page.evaluate(SMALL_TARGETS, TAPPED)}
    # when
    found |= tabbed(page)
    elsewhere = "/data-use" if address != "/data-use" else "/help"
    found |= followed(page, elsewhere)
    found |= followed(page, address)
    # then
    assert not {name: what for name, what in found.items() if what}, json.dumps(found, indent=1, ensure_ascii=False)
