"""Jobs of the demo that are paid through the marketplace: one for each thing that comes next.

The buyers pay at the provider's stand-in, on the checkout page, as a person in a browser does. A buyer may open five
checkouts an hour, so the demo leaves some of them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from local import CannotRun
from local.demo import pictures
from local.demo.jobs import DemoBid, DemoJob, own_jobs, place
from local.demo.visit import WAIT, Visit, Visits
from local.paystack.books import NO_REFUND
from local.people import BONGANI, NOMVULA, SIPHO, THANDI, THEMBA


@dataclass(frozen=True)
class Deal:
    """A job whose bid was accepted, and its parties."""

    path: str
    buyer: Visit
    worker: Visit

    def escrow(self) -> dict[str, Any]:
        """Its escrow, as it is now."""
        return self.buyer.call("GET", f"{self.path}/escrow")

    def job(self) -> dict[str, Any]:
        """The job, as it is now."""
        return self.buyer.call("GET", self.path)


Step = Callable[[Deal], None]
"""Takes a deal one step further, unless it was taken before."""


def pay_deposit(deal: Deal) -> None:
    """Let the buyer pay the deposit."""
    _pay(deal, "deposit", up_to=deal.escrow()["depositCents"])


def pay_deposit_by_a_card_without_refunds(deal: Deal) -> None:
    """Let the buyer pay the deposit by a card whose bank refuses the refund, which an admin then has to look at."""
    _pay(deal, "deposit", up_to=deal.escrow()["depositCents"], card=f"card with {NO_REFUND}")


def pay_all(deal: Deal) -> None:
    """Let the buyer pay everything at once, as it is due below R500."""
    _pay(deal, "all", up_to=deal.escrow()["buyerTotalCents"])


def start(deal: Deal) -> None:
    """Let the worker start."""
    if deal.job()["startedAt"] is None:
        deal.worker.call("POST", f"{deal.path}/start")


def submit(deal: Deal) -> None:
    """Let the worker hand the work in, with a photo."""
    if deal.job()["submission"] is None:
        photo = pictures.upload(deal.worker, "submission", (120, 150, 120))
        deal.worker.call("POST", f"{deal.path}/submission", {"note": "All done and cleaned up.", "photos": [photo]})


def confirm(deal: Deal) -> None:
    """Let the buyer confirm the work."""
    if deal.job()["status"] == "in_progress":
        deal.buyer.call("POST", f"{deal.path}/completion")


def dispute(deal: Deal) -> None:
    """Let the buyer open a dispute, and propose how to end it."""
    if deal.escrow()["dispute"] is None:
        reason = {"reason": "The gate still drags on the ground when it closes."}
        deal.buyer.call("POST", f"{deal.path}/escrow/dispute", reason)
        proposal = {"refundCents": 30_000}
        deal.buyer.call("POST", f"{deal.path}/escrow/settlement", proposal, key=f"demo-settlement-{deal.path}")


def cancel(deal: Deal) -> None:
    """Let the buyer cancel; what was paid is to go back."""
    if deal.job()["status"] == "in_progress":
        deal.buyer.call("POST", f"{deal.path}/cancellation", {"reason": "We are moving house after all."})


JOBS: tuple[tuple[DemoJob, tuple[Step, ...]], ...] = (
    (
        DemoJob(
            SIPHO, "Plaster the garage", "Two walls of twelve square metres, smooth and ready for paint.",
            "construction", 3000, "Pinetown",
            bids=(DemoBid(THEMBA, 2800, 3, "Three days with drying, cement and sand are in the price."),),
        ),
        (),
    ),
    (
        DemoJob(
            SIPHO, "Repair the carport roof", "Four sheets and the gutter came loose in the last storm.",
            "roofing", 2400, "Pinetown",
            bids=(DemoBid(NOMVULA, 2200, 2, "My brother holds the ladder; new screws are in the price."),),
        ),
        (pay_deposit,),
    ),
    (
        DemoJob(
            SIPHO, "Pave the driveway", "Thirty square metres; bricks and sand are there.",
            "construction", 6000, "Pinetown",
            bids=(DemoBid(THEMBA, 5800, 5, "I level it first, so that the rain runs off to the street."),),
        ),
        (pay_deposit, start),
    ),
    (
        DemoJob(
            SIPHO, "Replace the kitchen tap", "The mixer drips and turns hard; a new one is in the cupboard.",
            "plumbing", 500, "Pinetown",
            bids=(DemoBid(BONGANI, 450, 1, "An hour of work, new seals are in the price."),),
        ),
        (pay_all, start, submit),
    ),
    (
        DemoJob(
            THANDI, "Varnish the front door", "Sand it down, then two coats; it faces the sun.",
            "painting", 500, "Umhlanga",
            bids=(DemoBid(NOMVULA, 480, 2, "Sanded on the first day, two coats on the second."),),
        ),
        (pay_all, start, submit, confirm),
    ),
    (
        DemoJob(
            THANDI, "Hang the new gate", "A steel gate of three metres; the posts are in concrete already.",
            "construction", 1800, "Umhlanga",
            bids=(DemoBid(NOMVULA, 1700, 1, "I bring the welder, and it swings by the evening."),),
        ),
        (pay_deposit, start, submit, dispute),
    ),
    (
        DemoJob(
            THANDI, "Lay a lawn", "Fifty square metres of kikuyu on prepared soil.",
            "gardening", 2000, "Umhlanga",
            bids=(DemoBid(THEMBA, 1900, 2, "Rolled out in a day, and I come back to water it once."),),
        ),
        (pay_deposit_by_a_card_without_refunds, cancel),
    ),
)  # fmt: skip
"""From R500 on only the deposit is due first. The buyers open three checkouts each, of five in an hour."""


def load(visits: Visits) -> None:
    """Bring every deal of the demo to where it should be."""
    posted = {job["title"]: job for buyer in (SIPHO, THANDI) for job in own_jobs(visits.of(buyer))}
    for job, steps in JOBS:
        deal = _agree(visits, job, posted.get(job.title))
        for step in steps:
            step(deal)


def _agree(visits: Visits, job: DemoJob, found: dict[str, Any] | None) -> Deal:
    """Post a job and accept its bid, unless that was done before."""
    buyer, worker = visits.of(job.buyer), visits.of(job.bids[0].worker)
    present = found or buyer.call("POST", "/jobs", {**job.posting, "payment": "escrow"})
    path = f"/jobs/{present['id']}"
    if present["status"] == "open":
        bid = place(worker, path, job.bids[0])
        buyer.call("POST", f"/bids/{bid['id']}/acceptance")
    return Deal(path, buyer, worker)


def _pay(deal: Deal, part: str, up_to: int, card: str = "card") -> None:
    """Pay a part on its checkout page, unless so much is paid, and wait until the provider's event has arrived.

    Raises:
        CannotRun: it has not arrived.
    """
    if deal.escrow()["paidCents"] >= up_to:
        return
    checkout = deal.buyer.call("POST", f"{deal.path}/escrow/checkouts", {"part": part}, key=f"demo-{part}-{deal.path}")
    with requests.Session() as browser:
        browser.trust_env = False
        browser.post(
            checkout["checkoutUrl"], data={"outcome": "success", "card": card}, allow_redirects=False, timeout=WAIT
        )
    deadline = time.monotonic() + WAIT
    while deal.escrow()["paidCents"] < up_to:
        if time.monotonic() > deadline:
            raise CannotRun(f"Demo data: {checkout['reference']} was paid, and the marketplace has not heard of it.")
        time.sleep(0.3)
