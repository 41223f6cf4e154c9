"""A write as somebody makes it, and the taps and sentences that the tables are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Page, expect

from tests.web.faults.cast import Cast
from tests.web.words import Words

PHOTO = Path(__file__).parents[3] / "web" / "public" / "icon-512.png"
WORDS = Words("en")


class Member(Protocol):
    """Somebody of the marketplace who has a phone."""

    name: str


@dataclass(frozen=True)
class Scene:
    """What is there before a write.

    Attributes:
        who: the person who makes it.
        about: the id, or the words, of what it is about.
        count: how often the API has it.
    """

    who: Member
    about: str
    count: Callable[[], int]


@dataclass(frozen=True)
class Write:
    """A write of the client.

    Attributes:
        route: method and path as `client.writes()` names it.
        given: makes the scene, by the API.
        fill: opens the page, and does everything but the last tap.
        send: the last tap.
        done: waits until the page says that it is done.
        silent: whether the page says nothing of its own while it waits, as after a like.
    """

    route: str
    given: Callable[[Cast], Scene]
    fill: Callable[[Page, Scene], None]
    send: Callable[[Page], None]
    done: Callable[[Page], None]
    silent: bool = False

    def is_at(self, path: str) -> bool:
        """Whether a path of the API is that of this write."""
        pattern = re.escape(self.route.partition(" ")[2]).replace(re.escape("{}"), "[^/]+")
        return re.fullmatch(f"/api{pattern}", path) is not None


def tap(page: Page, name: str) -> None:
    """Tap a button by the name of its word."""
    page.get_by_role("button", name=WORDS(name), exact=True).first.tap()


def button(name: str) -> Callable[[Page], None]:
    """A tap on a button."""
    return lambda page: tap(page, name)


def sheet_button(page: Page) -> None:
    """A tap on the first button of the sheet that lies over the page."""
    page.get_by_role("dialog").get_by_role("button").first.tap()


def says(*names: str) -> Callable[[Page], None]:
    """Waits until the page says one of these texts."""
    pattern = re.compile("|".join(WORDS.pattern(name).pattern for name in names))
    return lambda page: expect(page.get_by_text(pattern).first).to_be_visible()


def opens(pattern: str) -> Callable[[Page], None]:
    """Waits until the page of an address is open."""
    return lambda page: page.wait_for_url(re.compile(pattern))


def has_sheet(page: Page) -> None:
    """Wait for the sheet that asks."""
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_visible()


def choice(page: Page, name: str) -> None:
    """Tap a choice by the name of its word."""
    page.locator("label.choice", has_text=WORDS(name)).first.tap()
