"""Takes the pictures of the web client in docs/pictures/, from the running marketplace with its demo data.

python -m local.web.pictures
"""

import io
import json
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local import CannotRun
from local.chromium import ARGUMENTS, chromium
from local.folder import ROOT, RUN_FILE
from local.people import AYANDA, BONGANI, SIPHO, THANDI, Person
from local.progress import say

FOLDER = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 360, 640
MOST_BYTES = 40 * 1024
QUALITIES = (85, 70, 55, 40)
WITHIN = 40_000  # milliseconds; a busy stand-in starts functions late
ON_THE_WAY = ("/demo", "/demo/sign-in", "/signed-in")


@dataclass(frozen=True)
class Picture:
    """A picture to take.

    Attributes:
        name: its file.
        address: the page; a name in braces is an object that the person has to act on.
        who: the person; nobody is a visitor.
        language: of the page.
    """

    name: str
    address: str
    who: Person | None = None
    language: str = "en"


PICTURES = (
    Picture("home", "/"),
    Picture("home-zu", "/", language="zu"),
    Picture("jobs", "/jobs"),
    Picture("job", "/jobs/{choose_bid}"),
    Picture("post", "/post/category"),
    Picture("bids", "/deals/{choose_bid}/bids", THANDI),
    Picture("room", "/deals/{check_work}", SIPHO),
    Picture("room-zu", "/deals/{check_work}", SIPHO, "zu"),
    Picture("pay", "/deals/{pay}/pay", SIPHO),
    Picture("bid", "/jobs/{choose_bid}/bid", BONGANI),
    Picture("inbox", "/inbox", THANDI),
    Picture("admin", "/admin", AYANDA),
)
VISITORS_SEE = THANDI
"""Whose job visitors and workers look at."""


def first_action(run: dict[str, object], who: Person, action: str) -> str:
    """The id of the first job on which a person has this to do.

    Raises:
        CannotRun: there is none, because the demo data were used.
    """
    users: list[dict[str, str]] = run["users"]  # type: ignore[assignment]
    token = next(one["token"] for one in users if one["name"] == who.name)
    asked = urllib.request.Request(f"{run['apiUrl']}/me/actions", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=WITHIN / 1000) as answer:  # noqa: S310  # nosec B310
        found = [one["jobId"] for one in json.load(answer)["items"] if one["action"] == action]
    if not found:
        raise CannotRun(f"{who.name} has nothing of the kind {action}. Start with fresh demo data: make down, make up.")
    return str(found[0])


def sign_in(browser: Browser, web: str, who: Person | None, language: str) -> Page:
    """A page on a phone, with the person signed in."""
    context = browser.new_context(
        base_url=web,
        viewport={"width": WIDTH, "height": HEIGHT},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=1.5,
    )
    context.set_default_timeout(WITHIN)
    context.add_init_script(
        f"localStorage.setItem('khaya-language', {language!r}); localStorage.setItem('khaya-shared-phone', 'no')"
    )
    page = context.new_page()
    if who:
        page.goto("/demo")
        page.get_by_role("button", name=who.name).tap()
        page.wait_for_url(lambda url: urlsplit(url).path not in ON_THE_WAY)
    return page


def take(page: Page, address: str) -> bytes:
    """A picture of a page, when all of it is there."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".skeleton")).to_have_count(0, timeout=WITHIN)
    return page.screenshot(animations="disabled")


def small(png: bytes) -> bytes:
    """The picture as WebP, in the best quality that is small enough."""
    for quality in QUALITIES:
        out = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise CannotRun(f"A picture stays above {MOST_BYTES} bytes.")


def main() -> None:
    """Take all pictures."""
    if not RUN_FILE.exists():
        raise CannotRun("Khaya is not running here. `make up` starts it.")
    run = json.loads(RUN_FILE.read_text())
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for one in PICTURES:
            address = one.address
            if "{" in address:
                before, rest = address.split("{")
                action, after = rest.split("}")
                owner = VISITORS_SEE if one.who in (None, BONGANI) else one.who
                address = before + first_action(run, owner, action) + after
            page = sign_in(browser, run["webUrl"], one.who, one.language)
            file: Path = FOLDER / f"{one.name}.webp"
            file.write_bytes(small(take(page, address)))
            page.context.close()
            say(f"docs/pictures/{file.name}: {file.stat().st_size / 1024:.0f} KB")
        browser.close()


if __name__ == "__main__":
    try:
        main()
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
