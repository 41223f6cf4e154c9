"""The page of the demo's people signs in as the app does: by a cookie that no script reads."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from local.people import BONGANI, PEOPLE, THANDI
from tests.support.marketplace import Marketplace
from tests.web.conftest import SignIn

REFRESH = """async () => {
  const answer = await fetch("/api/auth/tokens", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({refreshCookie: true}),
  });
  return {status: answer.status, body: await answer.json(), readable: document.cookie};
}"""


def refreshed(page: Page) -> Any:
    """What the API answers to the page that asks for tokens by its cookie."""
    return page.evaluate(REFRESH)


def user_id(marketplace: Marketplace, name: str) -> str:
    (found,) = [one["userId"] for one in marketplace.run["users"] if one["name"] == name]
    return str(found)


def test_given_nobody_signed_in_then_everybody_of_the_demo_stands_there_with_roles(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/demo")
    for person in PEOPLE:
        expect(page.get_by_role("button", name=person.name)).to_contain_text(person.roles[0])
    # and nobody gets tokens
    page.goto("/")
    assert refreshed(page)["status"] == 401


def test_given_the_page_when_a_name_is_pressed_then_the_app_opens_and_its_cookie_brings_that_persons_tokens(
    sign_in_as: SignIn, marketplace: Marketplace
) -> None:
    # when
    page = sign_in_as(THANDI)
    # then
    (cookie,) = [one for one in page.context.cookies(f"{marketplace.web}/api/auth") if one["name"] == "khaya_refresh"]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (
        True,
        True,
        "Strict",
        "/api/auth",
    )
    found = refreshed(page)
    assert (found["status"], found["readable"]) == (200, "")
    assert found["body"]["userId"] == user_id(marketplace, THANDI.name)
    assert found["body"]["refreshToken"] is None


def test_given_two_phones_then_each_is_signed_in_as_its_own_person(
    sign_in_as: SignIn, marketplace: Marketplace
) -> None:
    pages = {person: sign_in_as(person) for person in (THANDI, BONGANI)}
    for person, page in pages.items():
        assert refreshed(page)["body"]["userId"] == user_id(marketplace, person.name)
