"""What the browser does before the app is there: it asks for the first list once, and photos that are shared reach a form."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.web.test_journeys import PHOTO
from tests.web.words import Words


def test_given_a_visitor_when_the_start_opens_then_its_list_is_asked_for_once_and_early(phone: BrowserContext) -> None:
    page = phone.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/jobs?" in request.url else None)
    page.on("console", lambda message: said.append(message.text) if message.type in ("warning", "error") else None)
    page.goto("/")
    expect(page.locator("main .list .card").first).to_be_visible()
    begun = page.evaluate("""() => {
        const began = (part) => performance.getEntriesByType("resource").find((one) => one.name.includes(part)).startTime;
        return [began("/api/jobs?"), began("/assets/Home-"), began(".first-")];
    }""")
    assert len(asked) == 1
    assert begun[0] < min(begun[1:]), "the list did not begin before the screen and its words"
    assert said == []


def test_given_a_photo_when_another_app_shares_it_then_it_is_in_the_job_that_is_posted(phone: BrowserContext) -> None:
    words = Words("en")
    page = phone.new_page()
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    _share(page)
    expect(page.get_by_role("heading", name=words("share.title"))).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(1)
    page.get_by_role("button", name=words("share.job")).tap()
    page.wait_for_url("**/post")
    page.goto("/post/work")
    expect(page.locator(".photos img")).to_have_count(1)
    assert [url for url in sent if not url.endswith("/share")] == []


def _share(page: Page) -> None:
    """Do what a phone does with a shared photo: post a form from no page to the address of the manifest."""
    address = page.url.split("/", 3)
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" enctype="multipart/form-data" action="{"/".join(address[:3])}/share">'
        '<input type="file" name="photos"><button>Share</button></form>'
    )
    page.locator("input").set_input_files(PHOTO)
    page.locator("button").tap()
