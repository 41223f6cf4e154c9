"""Changing what stands already: photos one by one, and a profile that two phones change."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from local.people import NOMVULA, SIPHO
from tests.support.marketplace import Marketplace
from tests.support.records import POSTING
from tests.web.conftest import SignIn
from tests.web.test_journeys import PHOTO
from tests.web.words import Words

WORDS = Words("en")


def test_given_a_job_with_photos_when_one_goes_and_one_comes_then_the_others_are_not_uploaded_anew(
    sign_in_as: SignIn, marketplace: Marketplace
) -> None:
    # given a job with two photos
    token = _token(marketplace, SIPHO.name)
    job = marketplace.call("POST", "/jobs", {**POSTING, "title": "Paint the gate twice"}, token=token).json()["id"]
    page = sign_in_as(SIPHO)
    uploads: list[str] = []
    page.on("request", lambda one: uploads.append(one.url) if one.url.endswith("/api/uploads") else None)
    _edit(page, job, add=2)
    keys = _keys(marketplace, job, token)
    assert (len(keys), len(uploads)) == (2, 2)
    # when the first one is removed and another is added
    uploads.clear()
    _edit(page, job, add=1, remove=1)
    # then the second one stays as it is, before the new one
    now = _keys(marketplace, job, token)
    assert (now[0], len(now), len(uploads)) == (keys[1], 2, 1)


def test_given_a_profile_when_two_phones_change_it_then_the_second_sees_both_values_and_its_choice_is_kept(
    sign_in_as: SignIn, marketplace: Marketplace
) -> None:
    token = _token(marketplace, NOMVULA.name)
    page = sign_in_as(NOMVULA)
    page.goto("/me/edit")
    mine, newer = f"I paint, and I tile: {time.time()}", f"I tile floors: {time.time()}"
    page.locator("#bio").fill(mine)
    # when another phone changes the same field meanwhile
    assert marketplace.call("PATCH", "/profiles/me", {"bio": newer}, token=token).ok
    page.get_by_role("button", name=WORDS("save"), exact=True).tap()
    # then both values are there
    expect(page.get_by_text(newer)).to_be_visible()
    page.locator("label.choice", has_text=mine).tap()
    page.get_by_role("button", name=WORDS("two_values.save"), exact=True).tap()
    expect(page.get_by_text(WORDS("me.saved"))).to_be_visible()
    assert marketplace.call("GET", "/profiles/me", token=token).json()["bio"] == mine


def _edit(page: Page, job: str, *, add: int, remove: int = 0) -> None:
    page.goto(f"/deals/{job}/edit")
    photos = page.locator(".photos figure")
    for _ in range(remove):
        photos.first.get_by_role("button").tap()
        expect(photos.first.get_by_text(WORDS("photos.goes"))).to_be_visible()
    before = photos.count()
    page.locator("#photos").set_input_files([PHOTO] * add)
    expect(photos).to_have_count(before + add)
    page.get_by_role("button", name=WORDS("save"), exact=True).tap()
    expect(page.get_by_text(WORDS("buyer.edited"))).to_be_visible()


def _token(marketplace: Marketplace, name: str) -> str:
    token: str = next(one["token"] for one in marketplace.run["users"] if one["name"] == name)
    return token


def _keys(marketplace: Marketplace, job: str, token: str) -> list[str]:
    return [one["key"] for one in marketplace.call("GET", f"/jobs/{job}", token=token).json()["photos"]]
