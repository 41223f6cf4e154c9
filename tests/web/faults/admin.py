"""The decisions of admins. Their button is the same component everywhere; what each does is asked of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from local import providers
from tests.web.faults.cast import Cast, wait_for
from tests.web.faults.write import WORDS, Scene, Write, says, tap
from tests.web.newcomers import pay
from tests.web.phone_numbers import new_number
from tests.web.test_admin import until_shown

REASON = "The photos and the words show it."


def _choose(card: Locator, word: str) -> None:
    """Choose on a card and give a reason."""
    card.locator("label.choice", has_text=WORDS(word)).first.tap()
    card.get_by_role("textbox").last.fill(REASON)


def _decide(page: Page) -> None:
    page.locator(".decision form button:not(.plain)").last.tap()


def _decided(page: Page) -> None:
    expect(page.locator(".decision form")).to_have_count(0)


def _shown(page: Page, path: str, title: str, word: str) -> None:
    page.goto(path)
    until_shown(page, WORDS, title)
    _choose(page.get_by_role("article"), word)


def _in_queue(path: str, word: str) -> Callable[[Page, Scene], None]:
    """Opens a queue, and chooses on the card that names the scene."""

    def fill(page: Page, scene: Scene) -> None:
        page.goto(path)
        _choose(page.get_by_role("listitem").filter(has_text=scene.about).first, word)

    return fill


def _pending_listing(cast: Cast) -> Scene:
    listing, seller = cast.listing(shown=False), cast.seller
    found = seller.call("GET", f"/listings/{listing}")
    wait_for(lambda: _waits(cast, "/listings/pending", listing), "listing that waits")

    def count() -> int:
        return int(seller.call("GET", f"/listings/{listing}")["status"] == "active")

    return Scene(cast.admin, found["title"], count)


def _pending_story(cast: Cast) -> Scene:
    story, worker = cast.story(shown=False), cast.worker
    found = next(one for one in worker.call("GET", "/stories/mine?limit=50")["items"] if one["id"] == story)
    wait_for(lambda: _waits(cast, "/stories/pending", story), "story that waits")
    return Scene(
        cast.admin, found["title"], lambda: int(worker.call("GET", f"/stories/{story}")["status"] == "approved")
    )


def _waits(cast: Cast, path: str, wanted: str, field: str = "id") -> bool:
    return any(one[field] == wanted for one in cast.admin.call("GET", f"{path}?limit=50")["items"])


def _application(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "worker")
    note = f"I am a bricklayer {uuid4().hex[:8]}."
    member.call("POST", "/profiles/me/verification", {"note": note})
    wait_for(lambda: _waits(cast, "/admin/verifications", member.user_id, "userId"), "application")
    return Scene(cast.admin, note, lambda: int(member.call("GET", "/profiles/me")["verified"]))


def _report(cast: Cast) -> Scene:
    reason = f"This was posted twice {uuid4().hex[:8]}."
    report = cast.worker.call("POST", "/reports", {"kind": "job", "id": cast.job(), "reason": reason})["id"]
    wait_for(lambda: _waits(cast, "/reports", report), "report")

    def count() -> int:
        resolved = cast.admin.call("GET", "/reports?status=resolved&limit=50")["items"]
        return sum(one["id"] == report for one in resolved)

    return Scene(cast.admin, reason, count)


def _somebody(cast: Cast, count: Callable[[Any], bool]) -> Scene:
    member = cast.new("Zodwa", "worker")

    def counted() -> int:
        return int(count(cast.admin.call("GET", f"/admin/users/{member.user_id}")))

    return Scene(cast.admin, member.user_id, counted)


def _of_person(word: str) -> Callable[[Page, Scene], None]:
    def fill(page: Page, scene: Scene) -> None:
        page.goto(f"/admin/people/{scene.about}")
        _choose(page.get_by_role("main"), word)

    return fill


def _bad_review(cast: Cast) -> Scene:
    job, reason = cast.done(), f"It is not true {uuid4().hex[:8]}."
    review = cast.buyer.call("POST", f"/jobs/{job}/reviews", {"rating": 1, "comment": "He never came."})["id"]
    cast.worker.call("POST", "/reports", {"kind": "review", "id": review, "reason": reason})
    wait_for(lambda: _waits(cast, "/reports", review, "reportedId"), "report of the review")
    return Scene(cast.admin, reason, lambda: int(cast.admin.call("GET", f"/reviews/{review}")["hidden"]))


def _dispute(cast: Cast) -> Scene:
    buyer = cast.payer()
    job = cast.disputed(buyer)
    return Scene(
        cast.admin, job, lambda: int(buyer.call("GET", f"/jobs/{job}/escrow")["dispute"]["decision"] == "admin")
    )


def _share(page: Page, scene: Scene) -> None:
    page.goto(f"/admin/disputes/{scene.about}")
    tap(page, "admin.all_to_buyer")
    page.locator("#note").fill("The photos show broken tiles.")
    tap(page, "admin.decide_now")
    expect(page.get_by_role("dialog")).to_be_visible()


def _credits_of(cast: Cast, member: Any, cents: int) -> int:
    booked = member.call("GET", "/credits/transactions")["items"]
    return sum(one["amountCents"] == cents for one in booked)


def _adjustment(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "worker")
    return Scene(cast.admin, member.user_id, lambda: _credits_of(cast, member, 1_000))


def _fill_adjustment(page: Page, scene: Scene) -> None:
    page.goto("/admin/adjustments")
    page.get_by_text(WORDS("admin.new_adjustment")).tap()
    page.locator("#userId").fill(scene.about)
    page.locator("#amountCents").fill("10")
    page.locator("#reason").fill("For ten days of teaching others.")


def _proposal(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "worker")
    reason = f"For ten days of teaching {uuid4().hex[:8]}."
    body = {"userId": member.user_id, "amountCents": 600_000, "reason": reason}
    cast.second_admin.call("POST", "/credits/adjustments", body)
    return Scene(cast.admin, reason, lambda: _credits_of(cast, member, 600_000))


def _chargeback(cast: Cast) -> Scene:
    buyer = cast.payer()
    job = cast.to_pay(buyer)
    title = buyer.call("GET", f"/jobs/{job}")["title"]
    reference = pay(buyer, job, "all")
    providers.tell_paystack(cast.marketplace.port, "chargebacks", {"reference": reference})

    def found() -> list[dict[str, Any]]:
        everything = cast.admin.call("GET", "/admin/payments/chargebacks?limit=50")["items"]
        return [one for one in everything if one["jobId"] == job]

    wait_for(lambda: bool(found()), "chargeback")
    return Scene(cast.admin, title, lambda: int(found()[0]["answer"] is not None))


def _suspense(cast: Cast) -> Scene:
    cents = 10_000 + int(new_number()) % 80_000
    reference = f"nobody-{uuid4().hex}"
    told = {"outcome": "success", "amountCents": cents}
    providers.tell_paystack(cast.marketplace.port, f"collections/{reference}", told)

    def found() -> list[dict[str, Any]]:
        everything = cast.admin.call("GET", "/admin/payments/suspense?limit=50")["items"]
        return [one for one in everything if one["id"] == reference]

    wait_for(lambda: bool(found()), "money that belongs to nobody")
    return Scene(cast.admin, _rand(cents), lambda: int(all(one["status"] != "waiting" for one in found())))


def _rand(cents: int) -> str:
    return f"R{cents // 100:,}".replace(",", "\u00a0") + f".{cents % 100:02}"


ADMIN: dict[str, Write] = {
    "listing shown": Write(
        "POST /listings/{}/moderation",
        _pending_listing,
        lambda page, scene: _shown(page, "/admin/moderation", scene.about, "admin.approve"),
        _decide,
        _decided,
    ),
    "story shown": Write(
        "POST /stories/{}/moderation",
        _pending_story,
        lambda page, scene: _shown(page, "/admin/moderation/stories", scene.about, "admin.approve"),
        _decide,
        _decided,
    ),
    "worker checked": Write(
        "POST /admin/verifications/{}/decision",
        _application,
        _in_queue("/admin/verifications", "admin.verify"),
        _decide,
        _decided,
    ),
    "report resolved": Write(
        "POST /reports/{}/resolution", _report, _in_queue("/admin/reports", "admin.dismiss"), _decide, _decided
    ),
    "review hidden": Write(
        "POST /reviews/{}/moderation", _bad_review, _in_queue("/admin/reports", "admin.hide"), _decide, _decided
    ),
    "suspension": Write(
        "PATCH /admin/users/{}",
        lambda cast: _somebody(cast, lambda user: user["status"] == "suspended"),
        _of_person("admin.suspend"),
        _decide,
        _decided,
    ),
    "person checked": Write(
        "PUT /profiles/{}/verification",
        lambda cast: _somebody(cast, lambda user: user["verified"]),
        _of_person("admin.verify"),
        _decide,
        _decided,
    ),
    "decision of a dispute": Write(
        "POST /jobs/{}/escrow/resolution",
        _dispute,
        _share,
        lambda page: page.get_by_role("dialog").locator(".danger").tap(),
        says("admin.decided"),
    ),
    "credits": Write(
        "POST /credits/adjustments",
        _adjustment,
        _fill_adjustment,
        lambda page: tap(page, "admin.book"),
        says("admin.booked"),
    ),
    "credits by two": Write(
        "POST /credits/adjustments/{}/approval",
        _proposal,
        _in_queue("/admin/adjustments", "admin.approve"),
        _decide,
        _decided,
    ),
    "chargeback": Write(
        "POST /admin/payments/chargebacks/{}/response",
        _chargeback,
        _in_queue("/admin/chargebacks", "admin.contest"),
        _decide,
        _decided,
    ),
    "money of nobody": Write(
        "POST /admin/payments/suspense/{}/refund",
        _suspense,
        _in_queue("/admin/suspense", "admin.give_back"),
        _decide,
        _decided,
    ),
}
