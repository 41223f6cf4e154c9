"""What stays on a phone and at Khaya: a phone that others use too, a copy of one's data, and an account's end."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones
from tests.web.newcomers import Newcomer
from tests.web.phone_numbers import new_number
from tests.web.test_journeys import Taps
from tests.web.words import EACH_LANGUAGE, Language, Words

KEPT = """async (telling) => {
  const found = [];
  for (const store of [localStorage, sessionStorage])
    for (const key of Object.keys(store))
      if (telling.some((one) => (key + store.getItem(key)).includes(one))) found.push(key);
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
    });
    for (const store of database.objectStoreNames) {
      const all = await new Promise((done) => {
        const reading = database.transaction(store).objectStore(store).getAll();
        reading.onsuccess = () => done(reading.result);
      });
      if (telling.some((one) => JSON.stringify(all).includes(one) || name.includes(one))) found.push(`${name}/${store}`);
    }
    database.close();
  }
  return found;
}"""
"""The names of all that the browser keeps in which one of these texts stands."""
OLD_SIGN_IN = {
    "status": 403,
    "code": "recent_sign_in_required",
    "title": "Forbidden",
    "detail": "Sign in again.",
    "requestId": "request-1",
    "params": {},
}


def as_after_days(page: Page, method: str, path: str) -> Callable[[], int]:
    """Have the API answer the first request of a path as it does days after the sign-in; returns their count."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != method:
            route.fallback()
            return
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=403, content_type="application/problem+json", body=json.dumps(OLD_SIGN_IN))
        else:
            route.continue_()

    page.route(lambda url: urlsplit(url).path == f"/api{path}", answer)
    return lambda: len(asked)


def prove(page: Page, words: Words, who: Newcomer) -> None:
    """Type the code that comes into the sheet over the form."""
    before = len(who.codes())
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=words("step_up.title"))).to_be_visible()
    expect(sheet.locator("#code")).to_be_visible()
    assert eventually(lambda: len(who.codes()) > before)
    sheet.locator("#code").fill(who.codes()[0])
    expect(sheet).to_have_count(0)


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_a_shared_phone_when_nobody_touches_it_for_15_minutes_then_it_knows_nobody(
    phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given somebody who says that others use the phone too, and who has read and written on it
    words, zodwa = Words(language), Newcomer(marketplace, f"Zodwa {new_number()}", "buyer")
    page = zodwa.sign_in(phones, language)
    page.goto("/me/settings")
    page.locator("label.choice", has_text=words("shared.shared")).tap()
    expect(page.get_by_role("banner").get_by_role("link", name=words("sign_out"))).to_be_visible()
    page.goto("about:blank")  # the clock stands at 1970 while it is installed, and no page of ours should see that
    page.clock.install()
    page.goto("/me")
    expect(page.get_by_text(zodwa.name).first).to_be_visible()
    page.goto("/post/work")
    page.locator("#title").fill("Carry the piano upstairs")
    # when 14 minutes pass with one touch, then they are still there
    page.clock.fast_forward("14:00")
    page.locator("h1").first.tap()
    page.clock.fast_forward("05:00")
    expect(page.get_by_role("banner").get_by_role("link", name=words("sign_out"))).to_be_visible()
    # and when 15 pass without any
    page.clock.fast_forward("16:00")
    # then the app is a visitor's, and asks who is there
    expect(page.get_by_role("banner").get_by_role("link", name=words("sign_out"))).to_have_count(0)
    page.goto("/me")
    expect(page.get_by_role("link", name=words("sign_in")).first).to_be_visible()
    # and nothing of them is kept but what they were writing, which nobody else is shown
    assert page.evaluate(KEPT, [zodwa.name, zodwa.number]) == []
    assert all(name.endswith("/drafts") for name in page.evaluate(KEPT, ["Carry the piano upstairs"]))
    page.goto("/post/work")
    expect(page.locator("#title")).to_have_value("")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_an_old_sign_in_when_somebody_wants_their_data_then_a_code_proves_them_and_the_file_opens(
    phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given
    words, zodwa = Words(language), Newcomer(marketplace, f"Zodwa {new_number()}", "buyer")
    page = zodwa.sign_in(phones, language)
    asked = as_after_days(page, "POST", "/profiles/me/export")
    page.goto("/me/settings/export")
    # when
    Taps(page, words).button("settings.export_make")
    prove(page, words, zodwa)
    # then the same request went again, and the file comes
    assert asked() == 2
    link = page.get_by_role("link", name=words("settings.export_get"))
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.tap()
    content = download.value.path().read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    assert zodwa.name in content.decode(errors="replace")


@pytest.mark.parametrize("language", EACH_LANGUAGE)
def test_given_an_old_sign_in_when_somebody_deletes_their_account_then_a_code_proves_them_and_all_is_gone(
    phones: Phones, marketplace: Marketplace, language: Language
) -> None:
    # given
    words, zodwa = Words(language), Newcomer(marketplace, f"Zodwa {new_number()}", "buyer")
    page = zodwa.sign_in(phones, language)
    asked = as_after_days(page, "DELETE", "/profiles/me")
    page.goto("/me/settings/erasure")
    expect(page.get_by_text(words("settings.erasure_kept"))).to_be_visible()
    # when the word is missing, then nothing happens
    taps = Taps(page, words)
    taps.button("settings.erasure_do")
    expect(page.locator("#word")).to_have_attribute("aria-invalid", "true")
    assert asked() == 0
    # when it is typed
    page.locator("#word").fill(words("settings.erasure_word"))
    taps.button("settings.erasure_do")
    prove(page, words, zodwa)
    # then it says so, and the phone knows nobody
    expect(page.get_by_text(words("public.home.deleted"))).to_be_visible()
    page.goto("/me")
    expect(page.get_by_role("link", name=words("sign_in")).first).to_be_visible()
    assert page.evaluate(KEPT, [zodwa.name, zodwa.number, zodwa.user_id]) == []
