"""The writes that may wait on the phone until there is a network."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.web.deals import PROPOSAL
from tests.web.faults.cast import Cast, wait_for
from tests.web.faults.write import PHOTO, WORDS, Scene, Write, button, choice, says, sheet_button, tap


def _found(items: list[dict[str, Any]], **wanted: object) -> int:
    return sum(all(one[name] == value for name, value in wanted.items()) for one in items)


def _new_job(cast: Cast) -> Scene:
    title = f"Clean the gutters {uuid4().hex[:8]}"
    buyer = cast.buyer
    return Scene(buyer, title, lambda: _found(buyer.call("GET", "/jobs/mine?as=buyer&limit=20")["items"], title=title))


def fill_job(page: Page, scene: Scene) -> None:
    """Answer the questions about a job up to the page that shows all answers."""
    page.goto("/post")
    page.get_by_role("button", name=WORDS("category.cleaning")).tap()
    page.locator("#title").fill(scene.about)
    page.locator("#description").fill("Leaves and sand on the whole yard.")
    tap(page, "buyer.go_on")
    page.locator("#location").fill("Durban")
    tap(page, "buyer.go_on")
    page.locator("#budgetCents").fill("450")
    tap(page, "buyer.go_on")
    expect(page.get_by_text(scene.about)).to_be_visible()


NEW_TEXT = "Leaves, sand and three broken tiles."


def _changed_job(cast: Cast) -> Scene:
    job, buyer = cast.job(), cast.buyer
    return Scene(buyer, job, lambda: int(buyer.call("GET", f"/jobs/{job}")["description"] == NEW_TEXT))


def _fill_change(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/edit")
    page.locator("#description").fill(NEW_TEXT)


def _bid(cast: Cast) -> Scene:
    job, buyer = cast.job(), cast.buyer
    return Scene(cast.worker, job, lambda: len(buyer.call("GET", f"/jobs/{job}/bids")["items"]))


def fill_bid(page: Page, scene: Scene) -> None:
    """Write a bid."""
    page.goto(f"/jobs/{scene.about}/bid")
    page.locator("#amountCents").fill("400")
    page.locator(".choice", has=page.locator('[name=timelineDays][value="3"]')).click()
    page.locator("#proposal").fill(PROPOSAL)


def _hand_in(cast: Cast) -> Scene:
    job, buyer = cast.given(), cast.buyer

    def count() -> int:
        return len((buyer.call("GET", f"/jobs/{job}")["submission"] or {"photos": []})["photos"])

    return Scene(cast.worker, job, count)


def fill_hand_in(page: Page, scene: Scene) -> None:
    """Show finished work."""
    page.goto(f"/deals/{scene.about}/submit")
    page.locator("#photos").set_input_files(PHOTO)
    expect(page.get_by_role("img", name=re.compile("1"))).to_be_visible()
    page.locator("#note").fill("Finished, and the place is clean.")


def _review(cast: Cast) -> Scene:
    job, buyer = cast.done(), cast.buyer
    return Scene(buyer, job, lambda: len(buyer.call("GET", f"/jobs/{job}/reviews")["items"]))


def fill_review(page: Page, scene: Scene) -> None:
    """Write a review of five stars."""
    page.goto(f"/deals/{scene.about}/review")
    choice(page, "deals.star_5")
    page.locator("#comment").fill("On time, friendly and clean.")


def _answer(cast: Cast) -> Scene:
    enquiry, seller = cast.enquiry(), cast.seller

    def count() -> int:
        asked = seller.call("GET", "/enquiries/mine?as=seller")["items"]
        return _found(asked, id=enquiry, status="answered")

    return Scene(seller, enquiry, count)


def _fill_answer(page: Page, scene: Scene) -> None:
    page.goto("/me/enquiries?as=seller")
    page.locator(f"#text-{scene.about}").fill("Yes, for R150.")


def _send_answer(page: Page) -> None:
    written = page.locator("form", has=page.locator("textarea"))
    written.first.get_by_role("button", name=WORDS("enquiries.send_answer"), exact=True).tap()


def _enquiry(cast: Cast) -> Scene:
    listing, buyer = cast.listing(), cast.buyer
    return Scene(
        buyer, listing, lambda: _found(buyer.call("GET", "/enquiries/mine?as=buyer")["items"], listingId=listing)
    )


def _fill_enquiry(page: Page, scene: Scene) -> None:
    page.goto(f"/materials/{scene.about}?ask=1")
    page.locator("#text").fill("Do you bring them to Umlazi on Friday?")


def _story(cast: Cast) -> Scene:
    title, worker = f"My first wall {uuid4().hex[:8]}", cast.worker
    return Scene(worker, title, lambda: _found(worker.call("GET", "/stories/mine")["items"], title=title))


def _fill_story(page: Page, scene: Scene) -> None:
    page.goto("/me/stories/new")
    choice(page, "story_type.tip")
    page.locator("#title").fill(scene.about)
    page.locator("#content").fill("Two days, eighty bricks, and a neighbour who carried the sand.")


def _report(cast: Cast) -> Scene:
    job, admin = cast.job(), cast.admin

    def count() -> int:
        return _found(admin.call("GET", "/reports?status=open&limit=50")["items"], reportedId=job)

    return Scene(cast.worker, job, count)


def _fill_report(page: Page, scene: Scene) -> None:
    page.goto(f"/report/job/{scene.about}")
    page.locator("#reason").fill("They ask for money before the work.")


def _reminder(cast: Cast) -> Scene:
    text, buyer = f"Buy paint {uuid4().hex[:8]}", cast.buyer
    return Scene(buyer, text, lambda: _found(buyer.call("GET", "/reminders?limit=50")["items"], text=text))


def _fill_reminder(page: Page, scene: Scene) -> None:
    page.goto("/me/reminders")
    page.locator("#text").fill(scene.about)
    page.locator("#dueAt").fill("2027-03-01T08:00")


def _listing(cast: Cast) -> Scene:
    title, seller = f"Roof tiles {uuid4().hex[:8]}", cast.seller
    return Scene(seller, title, lambda: _found(seller.call("GET", "/listings/mine?limit=50")["items"], title=title))


def _fill_listing(page: Page, scene: Scene) -> None:
    page.goto("/me/materials/new")
    choice(page, "material.roofing")
    page.locator("#title").fill(scene.about)
    page.locator("#priceCents").fill("25,50")
    page.locator("#unit").select_option("each")
    page.locator("#stock").fill("2")
    page.locator("#location").fill("Umlazi")
    page.locator("#description").fill("Red clay tiles from a roof that was taken down with care.")


def _own(field: str, value: object, *, shown: bool = True) -> Any:
    """A listing of which a field gets a value."""

    def given(cast: Cast) -> Scene:
        listing, seller = cast.listing(shown=shown), cast.seller
        return Scene(seller, listing, lambda: int(seller.call("GET", f"/listings/{listing}")[field] == value))

    return given


def _fill_price(page: Page, scene: Scene) -> None:
    page.goto(f"/me/materials/{scene.about}")
    page.locator("#priceCents").fill("6")


def _ask_off_sale(page: Page, scene: Scene) -> None:
    page.goto(f"/me/materials/{scene.about}")
    tap(page, "seller.take_off")
    expect(page.get_by_role("dialog")).to_be_visible()


def _fill_stock(page: Page, scene: Scene) -> None:
    page.goto(f"/me/materials/{scene.about}")
    page.get_by_role("button", name=WORDS("seller.one_more"), exact=True).tap()
    expect(page.locator(f"#stock-{scene.about}")).to_have_value("301")


def _save_stock(page: Page) -> None:
    page.get_by_role("button", name=WORDS.pattern("seller.save_stock")).tap()


def _stock_saved(page: Page) -> None:
    says("seller.stock_saved")(page)
    expect(page.locator("[id^=stock-]")).to_have_value("301")


def _profile(cast: Cast) -> Scene:
    bio, worker = f"Tidy and on time: {uuid4().hex[:8]}.", cast.worker
    return Scene(worker, bio, lambda: int(worker.call("GET", "/profiles/me")["bio"] == bio))


def _fill_profile(page: Page, scene: Scene) -> None:
    page.goto("/me/edit")
    page.locator("#bio").fill(scene.about)


def _like(cast: Cast) -> Scene:
    story, buyer = cast.story(), cast.buyer
    return Scene(buyer, story, lambda: int(buyer.call("GET", f"/stories/{story}")["likes"]))


def _unlike(cast: Cast) -> Scene:
    story, buyer = cast.story(), cast.buyer
    buyer.call("PUT", f"/stories/{story}/like")
    return Scene(buyer, story, lambda: 1 - int(buyer.call("GET", f"/stories/{story}")["likes"]))


def _open_story(word: str) -> Any:
    def fill(page: Page, scene: Scene) -> None:
        page.goto(f"/stories/{scene.about}")
        expect(page.get_by_role("button", name=WORDS(word), exact=True)).to_be_visible()

    return fill


def _shows(word: str) -> Any:
    return lambda page: expect(page.get_by_role("button", name=WORDS(word), exact=True)).to_be_visible()


def _notice(cast: Cast) -> Scene:
    buyer = cast.new("Nandi", "buyer")
    job = cast.job(buyer)
    cast.bid(job)

    def about() -> list[dict[str, Any]]:
        return [one for one in buyer.call("GET", "/notifications")["items"] if job in json.dumps(one)]

    wait_for(lambda: bool(about()), "notice of the bid")
    return Scene(buyer, str(about()[0]["id"]), lambda: sum(one["read"] for one in about()))


def _open_inbox(page: Page, _: Scene) -> None:
    page.goto("/inbox")
    expect(page.locator("a.unread").first).to_be_visible()


QUEUED: dict[str, Write] = {
    "job": Write("POST /jobs", _new_job, fill_job, button("buyer.post_now"), says("buyer.posted")),
    "change of a job": Write("PATCH /jobs/{}", _changed_job, _fill_change, button("save"), says("buyer.edited")),
    "bid": Write("POST /jobs/{}/bids", _bid, fill_bid, button("worker.send_bid"), says("worker.bid_sent")),
    "hand-in": Write(
        "POST /jobs/{}/submission", _hand_in, fill_hand_in, button("worker.hand_in"), says("worker.handed_in")
    ),
    "review": Write(
        "POST /jobs/{}/reviews", _review, fill_review, button("deals.send_review"), says("deals.review_sent")
    ),
    "answer": Write(
        "POST /enquiries/{}/answer",
        _answer,
        _fill_answer,
        _send_answer,
        says("enquiries.answered", "enquiries.your_answer"),
    ),
    "enquiry": Write(
        "POST /listings/{}/enquiries",
        _enquiry,
        _fill_enquiry,
        button("public.enquiry.send"),
        says("public.enquiry.sent"),
    ),
    "story": Write("POST /stories", _story, _fill_story, button("stories.send"), says("stories.sent")),
    "report": Write("POST /reports", _report, _fill_report, button("report.send"), says("report.sent")),
    "reminder": Write("POST /reminders", _reminder, _fill_reminder, button("reminders.set"), says("reminders.saved")),
    "listing": Write("POST /listings", _listing, _fill_listing, button("seller.list_it"), says("seller.listed")),
    "change of a listing": Write(
        "PATCH /listings/{}",
        _own("priceCents", 600),
        _fill_price,
        button("seller.save"),
        says("seller.changed", "seller.changed_pending"),
    ),
    "off sale": Write(
        "DELETE /listings/{}", _own("status", "inactive"), _ask_off_sale, sheet_button, says("seller.off_sale_now")
    ),
    "stock change": Write(
        "POST /listings/{}/stock", _own("stock", 301), _fill_stock, _save_stock, _stock_saved, silent=True
    ),
    "profile": Write("PATCH /profiles/me", _profile, _fill_profile, button("save"), says("me.saved")),
    "like": Write(
        "PUT /stories/{}/like",
        _like,
        _open_story("public.story.like"),
        button("public.story.like"),
        _shows("public.story.unlike"),
        silent=True,
    ),
    "like taken back": Write(
        "DELETE /stories/{}/like",
        _unlike,
        _open_story("public.story.unlike"),
        button("public.story.unlike"),
        _shows("public.story.like"),
        silent=True,
    ),
    "read mark": Write(
        "POST /notifications/{}/read",
        _notice,
        _open_inbox,
        lambda page: page.locator("a.unread").first.tap(),
        lambda page: page.wait_for_url(lambda url: not url.endswith("/inbox")),
        silent=True,
    ),
}
