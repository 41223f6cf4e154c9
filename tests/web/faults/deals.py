"""What is never queued of a deal: choosing, checking, money and problems."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.web.faults.cast import Cast
from tests.web.faults.write import WORDS, Scene, Write, button, has_sheet, opens, says, sheet_button, tap


def danger(page: Page) -> None:
    """Tap the button of a sheet that takes something away."""
    page.locator("dialog .danger").first.tap()


def _of_bid(cast: Cast, status: str) -> tuple[str, str, Any]:
    job = cast.job()
    bid, worker = cast.bid(job), cast.worker

    def count() -> int:
        own = worker.call("GET", "/bids/mine?limit=50")["items"]
        return sum(one["id"] == bid and one["status"] == status for one in own)

    return job, bid, count


def _acceptance(cast: Cast) -> Scene:
    job, _, count = _of_bid(cast, "accepted")
    return Scene(cast.buyer, job, count)


def choose(page: Page, scene: Scene) -> None:
    """Open the question whether the only bid is chosen."""
    page.goto(f"/deals/{scene.about}/bids")
    page.get_by_role("button", name=WORDS.pattern("buyer.choose")).first.tap()
    has_sheet(page)


def _rejection(cast: Cast) -> Scene:
    job, _, count = _of_bid(cast, "rejected")
    return Scene(cast.buyer, job, count)


def _ask_rejection(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/bids")
    tap(page, "buyer.reject")
    has_sheet(page)


def _bid_withdrawal(cast: Cast) -> Scene:
    job, _, count = _of_bid(cast, "withdrawn")
    return Scene(cast.worker, job, count)


def _ask_bid_withdrawal(page: Page, scene: Scene) -> None:
    page.goto("/me/bids?status=pending")
    card = page.get_by_role("article").filter(has=page.locator(f'a[href="/jobs/{scene.about}"]'))
    card.get_by_role("button", name=WORDS("worker.withdraw"), exact=True).tap()
    has_sheet(page)


def _of_job(cast: Cast, job: str, wanted: Any) -> Scene:
    buyer = cast.buyer
    return Scene(buyer, job, lambda: int(wanted(buyer.call("GET", f"/jobs/{job}"))))


def find_good(page: Page, scene: Scene) -> None:
    """Open the question whether the work is good."""
    page.goto(f"/deals/{scene.about}/check")
    tap(page, "buyer.good")
    has_sheet(page)


def _fill_missing(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/check")
    page.get_by_role("button", name=WORDS.pattern("buyer.send_back")).first.tap()
    page.locator("#reason").fill("The back of the yard is not swept.")


def _fill_cancellation(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/cancel")
    page.locator("#reason").fill("My brother does it.")


def _closing(cast: Cast) -> Scene:
    enquiry, seller = cast.enquiry(), cast.seller

    def count() -> int:
        asked = seller.call("GET", "/enquiries/mine?as=seller")["items"]
        return sum(one["id"] == enquiry and one["status"] == "closed" for one in asked)

    return Scene(seller, enquiry, count)


def _ask_closing(page: Page, scene: Scene) -> None:
    page.goto("/me/enquiries?as=seller")
    card = page.get_by_role("article").filter(has=page.locator(f"#text-{scene.about}"))
    card.get_by_role("button", name=WORDS("enquiries.close"), exact=True).tap()
    has_sheet(page)


def no_sheet(page: Page) -> None:
    """Wait until no sheet lies over the page."""
    expect(page.get_by_role("dialog")).to_have_count(0)


def _checkout(cast: Cast) -> Scene:
    buyer = cast.payer()
    job = cast.to_pay(buyer)
    return Scene(buyer, job, lambda: len(buyer.call("GET", f"/jobs/{job}/escrow")["checkouts"]))


def _open_payment(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/pay")
    expect(page.get_by_role("button", name=WORDS.pattern("deal.act.pay")).first).to_be_visible()


def _pay(page: Page) -> None:
    page.get_by_role("button", name=WORDS.pattern("deal.act.pay")).first.tap()


def _start(cast: Cast) -> Scene:
    job, worker = cast.paid(cast.payer()), cast.worker
    return Scene(worker, job, lambda: int(worker.call("GET", f"/jobs/{job}")["startedAt"] is not None))


def _open_room(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}")
    expect(page.get_by_role("button", name=WORDS("deal.act.start"), exact=True)).to_be_visible()


def may_hand_in(page: Page) -> None:
    """Wait for what comes after the start."""
    expect(page.get_by_role("link", name=WORDS("deal.act.hand_in"), exact=True).first).to_be_visible()


def _dispute(cast: Cast) -> Scene:
    buyer = cast.payer()
    job = cast.paid(buyer)
    cast.worker.call("POST", f"/jobs/{job}/start")
    return Scene(buyer, job, lambda: int(buyer.call("GET", f"/jobs/{job}/escrow")["status"] == "disputed"))


def _fill_dispute(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/dispute")
    page.locator("#reason").fill("The paint peels off already, and one wall is not done.")


def _in_dispute(count: Any) -> Any:
    """A dispute, of which a count of the escrow is taken."""

    def given(cast: Cast) -> Scene:
        buyer = cast.payer()
        job = cast.disputed(buyer)
        return Scene(buyer, job, lambda: int(count(buyer.call("GET", f"/jobs/{job}/escrow"))))

    return given


def _fill_evidence(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/dispute")
    page.locator("#text").fill("Here is what it looks like.")


def _fill_proposal(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/dispute")
    page.locator("#refundCents").fill("100")


def _agreement(cast: Cast) -> Scene:
    buyer = cast.payer()
    job = cast.disputed(buyer)
    buyer.call("POST", f"/jobs/{job}/escrow/settlement", {"refundCents": 10_000})

    def count() -> int:
        return int(buyer.call("GET", f"/jobs/{job}/escrow")["refundedCents"] == 10_000)

    return Scene(cast.worker, job, count)


def _ask_agreement(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/dispute")
    tap(page, "deals.accept")
    has_sheet(page)


def _open_dispute(page: Page, scene: Scene) -> None:
    page.goto(f"/deals/{scene.about}/dispute")
    expect(page.get_by_role("button", name=WORDS("deals.withdraw"), exact=True)).to_be_visible()


DEALS: dict[str, Write] = {
    "acceptance": Write("POST /bids/{}/acceptance", _acceptance, choose, sheet_button, opens(r"/deals/[^/]+$")),
    "rejection": Write("POST /bids/{}/rejection", _rejection, _ask_rejection, danger, says("buyer.rejected")),
    "withdrawal of a bid": Write(
        "POST /bids/{}/withdrawal", _bid_withdrawal, _ask_bid_withdrawal, danger, says("worker.withdrawn")
    ),
    "completion": Write(
        "POST /jobs/{}/completion",
        lambda cast: _of_job(cast, cast.handed_in(), lambda job: job["status"] == "completed"),
        find_good,
        sheet_button,
        opens(r"/deals/[^/]+/review$"),
    ),
    "sending back": Write(
        "POST /jobs/{}/changes",
        lambda cast: _of_job(cast, cast.handed_in(), lambda job: len(job["changes"])),
        _fill_missing,
        button("buyer.send_back_now"),
        says("buyer.sent_back"),
    ),
    "cancellation": Write(
        "POST /jobs/{}/cancellation",
        lambda cast: _of_job(cast, cast.job(), lambda job: job["status"] == "cancelled"),
        _fill_cancellation,
        button("deal.act.cancel"),
        says("deals.cancelled"),
    ),
    "closing of an enquiry": Write("POST /enquiries/{}/closing", _closing, _ask_closing, danger, no_sheet),
    "checkout": Write("POST /jobs/{}/escrow/checkouts", _checkout, _open_payment, _pay, opens("/checkout/")),
    "start": Write("POST /jobs/{}/start", _start, _open_room, button("deal.act.start"), may_hand_in),
    "dispute": Write(
        "POST /jobs/{}/escrow/dispute",
        _dispute,
        _fill_dispute,
        button("deals.dispute_send"),
        says("deals.dispute_open"),
    ),
    "evidence": Write(
        "POST /jobs/{}/escrow/evidence",
        _in_dispute(lambda escrow: len(escrow["dispute"]["evidence"])),
        _fill_evidence,
        button("deals.evidence_send"),
        says("deals.evidence_added"),
    ),
    "proposal of an agreement": Write(
        "POST /jobs/{}/escrow/settlement",
        _in_dispute(lambda escrow: (escrow["settlement"] or {}).get("refundCents") == 10_000),
        _fill_proposal,
        button("deals.propose"),
        says("deals.you_proposed"),
    ),
    "agreement": Write(
        "POST /jobs/{}/escrow/settlement/acceptance",
        _agreement,
        _ask_agreement,
        sheet_button,
        says("deals.decision_agreement"),
    ),
    "dispute taken back": Write(
        "DELETE /jobs/{}/escrow/dispute",
        _in_dispute(lambda escrow: escrow["status"] != "disputed"),
        _open_dispute,
        button("deals.withdraw"),
        says("deals.decision_withdrawn"),
    ),
}
