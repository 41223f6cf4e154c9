"""Every screen in the states that are not its usual one: nothing there, no network, and each refusal of the API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from local.people import Person
from tests.web.conftest import PATIENCE, SCREEN, SMALLEST
from tests.web.screens import SCREENS, Objects, Screen
from tests.web.test_access import BROKEN_WORDS, CODE, CUT_OFF, NAMES, SHOWN, TOO_WIDE, violations
from tests.web.words import LANGUAGES, Language, Words

KEPT_GOING = ("/auth/", "/config", "/health")
"""What must be answered for the app to know who is there."""


@dataclass(frozen=True)
class State:
    """A state of the API, and what a screen that reads it has to say and to offer.

    Attributes:
        name: what it is called.
        status: what it answers; None if there is no answer, 200 for empty lists.
        code: its code.
        says: the names of words of which each must be read.
    """

    name: str
    status: int | None
    code: str = ""
    says: tuple[str, ...] = ()


STATES = (
    State("offline", None, says=("state.offline_nothing_saved", "try_again")),
    State("error", 500, "internal_error", says=("try_again",)),
    State("unavailable", 503, "unavailable", says=("state.retries_by_itself",)),
    State("too many", 429, "too_many_requests", says=("try_again",)),
    State("gone", 404, "not_found", says=("state.not_found",)),
    State("forbidden", 403, "forbidden", says=("try_again",)),
    State("suspended", 403, "suspended", says=("state.suspended_help", "state.suspended_export")),
    State("empty", 200),
)
REQUEST = "request-7f3a"


def answer(state: State, route: Route) -> None:
    """Answer a read as the API does in a state."""
    path = urlsplit(route.request.url).path.removeprefix("/api")
    if route.request.method != "GET" or path.startswith(KEPT_GOING):
        route.continue_()
    elif state.status is None:
        route.abort()
    elif state.status == 200:
        found = route.fetch()
        body = found.json() if found.ok and "json" in found.headers.get("content-type", "") else None
        if isinstance(body, dict) and isinstance(body.get("items"), list):
            route.fulfill(response=found, json=body | {"items": [], "nextCursor": None})
        else:
            route.fulfill(response=found)
    else:
        problem = {
            "type": "about:blank",
            "title": "Refused",
            "status": state.status,
            "code": state.code,
            "detail": "Refused.",
            "requestId": REQUEST,
            "params": {"reason": "Three reports"},
        }
        headers = {"Retry-After": "30"} if state.status in (429, 503) else {}
        route.fulfill(
            status=state.status, headers=headers, content_type="application/problem+json", body=json.dumps(problem)
        )


def handler(state: State, read: list[str]) -> Callable[[Route], None]:
    """Answers as in a state, and notes which paths the screen itself reads."""

    def handle(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if not path.removeprefix("/api").startswith((*KEPT_GOING, *SIDELINES)):
            read.append(path)
        answer(state, route)

    return handle


def found_on(page: Page, language: Language, schemes: tuple[Literal["light", "dark"], ...]) -> dict[str, Any]:
    """What a person could not read or use."""
    found: dict[str, Any] = {}
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found[f"axe, {scheme}"] = violations(page)
    page.set_viewport_size(SMALLEST)
    found["wider than 320 px"] = page.evaluate(TOO_WIDE)
    page.set_viewport_size(SCREEN)
    found["cut off"] = page.evaluate(CUT_OFF)
    found["words broken in two"] = page.evaluate(BROKEN_WORDS)
    shown = page.evaluate(SHOWN)
    found["names of words"] = [text for text in shown if NAMES.fullmatch(text)]
    found["codes"] = [text for text in shown if CODE.search(text)]
    found["headings"] = [] if page.locator("h1").count() == 1 else page.locator("h1").count()
    found["language"] = [] if page.locator("html").get_attribute("lang") == language else ["another"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", [pytest.param(one, id=str(one)) for one in SCREENS])
def test_given_the_api_in_another_state_then_the_screen_says_what_to_do(
    people: Callable[[Person | None], Page], objects: Objects, screen: Screen, language: Language
) -> None:
    page, address, words = people(screen.who), objects.address(screen), Words(language)
    page.evaluate("(language) => localStorage.setItem('khaya-language', language)", language)
    wrong: dict[str, Any] = {}
    for state in STATES:
        # given nothing kept on the device, and the API in a state
        page.goto("/data-use")
        page.evaluate(FORGET)
        read: list[str] = []

        page.route(re.compile(r"/api/"), handler(state, read))
        # when the screen opens
        page.goto(address)
        page.wait_for_load_state("networkidle", timeout=PATIENCE)
        expect(page.locator(".skeleton")).to_have_count(0, timeout=PATIENCE)
        # then everybody can read it
        found = found_on(page, language, ("light", "dark") if state.name == "error" else ("light",))
        # and it says what to do, if it reads the API at all
        shown = page.get_by_role("main").inner_text()
        if state.name == "offline" and screen.route in USABLE_OFFLINE:
            expect(page.locator(USABLE_OFFLINE[screen.route])).to_be_editable()
        elif read:
            found["not said"] = [words(name) for name in state.says if words(name) not in shown]
        if read and state.status == 500 and REQUEST not in shown:
            found["not said "] = [REQUEST]
        page.unroute(re.compile(r"/api/"))
        wrong |= {f"{state.name}: {name}": what for name, what in found.items() if what}
    page.emulate_media(color_scheme="light")
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


FORGET = """async () => {
  for (const {name} of await indexedDB.databases()) await new Promise((done) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => {
      const database = opening.result;
      if (!database.objectStoreNames.contains("saved")) { database.close(); done(); return; }
      const writing = database.transaction("saved", "readwrite");
      writing.objectStore("saved").clear();
      writing.oncomplete = () => { database.close(); done(); };
    };
  });
}"""
"""Empties what the app saved of what it read."""
SIDELINES = ("/profiles/me", "/me/actions", "/notifications/unread", "/notifications", "/places")
"""What the frame of each screen and the field for a place read; without them the screen goes on."""
USABLE_OFFLINE = {"/deals/:id/submit": "form textarea"}
"""Routes whose form is there without a network and without a saved copy, with what is then there to fill in."""
