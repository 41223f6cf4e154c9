"""Jobs of the demo that are paid in cash, and their bids: some open, one in progress, one completed, one cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from local.demo import pictures
from local.demo.pictures import Colour
from local.demo.visit import Visit, Visits
from local.people import BONGANI, NOMVULA, SIPHO, THANDI, THEMBA, Person

Fate = Literal["open", "in_progress", "completed", "cancelled"]


@dataclass(frozen=True)
class DemoBid:
    """What a worker offers."""

    worker: Person
    rand: int
    days: int
    proposal: str


@dataclass(frozen=True)
class DemoJob:
    """A job, who bids on it, and how far it goes. The first bid is the one that is accepted."""

    buyer: Person
    title: str
    description: str
    category: str
    rand: int
    location: str
    bids: tuple[DemoBid, ...] = ()
    fate: Fate = "open"
    picture: Colour | None = None

    @property
    def posting(self) -> dict[str, Any]:
        """The job as its buyer posts it."""
        return {
            "title": self.title,
            "description": self.description,
            "category": self.category,
            "budgetCents": self.rand * 100,
            "location": self.location,
        }


JOBS = (
    DemoJob(
        THANDI, "Fix a leaking geyser", "The 150 litre geyser on the second floor drips into the ceiling.",
        "plumbing", 2500, "Umhlanga", fate="completed",
        bids=(
            DemoBid(BONGANI, 2200, 2, "I can come tomorrow morning, and I carry the valves with me."),
            DemoBid(NOMVULA, 2600, 5, "My brother and I do geysers too; we would come on Saturday."),
        ),
    ),
    DemoJob(
        SIPHO, "Paint two bedrooms", "Two bedrooms of 12 square metres, walls and ceilings. Paint is here.",
        "painting", 4000, "Pinetown", fate="in_progress",
        bids=(DemoBid(NOMVULA, 3800, 4, "Two coats, floors covered, four days with drying in between."),),
    ),
    DemoJob(
        THANDI, "Rewire the garden cottage", "New distribution board and eight plugs, with a certificate.",
        "electrical", 9500, "Umhlanga",
        bids=(DemoBid(THEMBA, 9000, 6, "Board, plugs and the certificate, all in the price."),),
    ),
    DemoJob(
        SIPHO, "Tile the bathroom floor", "Six square metres; the old tiles are to be taken out first.",
        "tiling", 3500, "Pinetown",
        bids=(
            DemoBid(BONGANI, 3300, 3, "Old tiles out on the first day, new ones in by the third."),
            DemoBid(THEMBA, 3600, 4, "I tile as well as I wire; see my pictures from last month."),
        ),
    ),
    DemoJob(
        THANDI, "Clear the garden after the storm", "Branches and a fallen tree; a skip is ordered.",
        "gardening", 1500, "Umhlanga", picture=(96, 128, 72),
    ),
    DemoJob(
        SIPHO, "Build a boundary wall", "Twenty metres of wall, 1.8 metres high, plastered on both sides.",
        "construction", 45000, "Pinetown", fate="cancelled",
    ),
)  # fmt: skip


def load(visits: Visits) -> None:
    """Bring every job of the demo to where it should be."""
    for buyer in dict.fromkeys(job.buyer for job in JOBS):
        posted = {job["title"]: job for job in own_jobs(visits.of(buyer))}
        for job in JOBS:
            if job.buyer == buyer:
                bring_about(visits, job, posted.get(job.title))


def own_jobs(buyer: Visit) -> Iterator[dict[str, Any]]:
    """The jobs a buyer has posted, in any state."""
    return buyer.everything("/jobs/mine")


def bring_about(visits: Visits, job: DemoJob, found: dict[str, Any] | None) -> None:
    """Post a job unless it is there, and take an open one as far as it goes."""
    buyer = visits.of(job.buyer)
    present = found or buyer.call("POST", "/jobs", job.posting | photos(buyer, job))
    path = f"/jobs/{present['id']}"
    if present["status"] == "open":
        bids = [place(visits.of(bid.worker), path, bid) for bid in job.bids]
        if job.fate in ("in_progress", "completed"):
            present = buyer.call("POST", f"/bids/{bids[0]['id']}/acceptance")["job"]
        if job.fate == "cancelled":
            buyer.call("POST", f"{path}/cancellation", {"reason": "The neighbour is building it after all."})
    if present["status"] == "in_progress" and job.fate == "completed":
        if buyer.call("GET", path)["submission"] is None:
            worker = visits.of(job.bids[0].worker)
            worker.call("POST", f"{path}/submission", {"note": "All done and cleaned up."})
        buyer.call("POST", f"{path}/completion")


def photos(buyer: Visit, job: DemoJob) -> dict[str, Any]:
    """The photos of a new job, uploaded."""
    return {} if job.picture is None else {"photos": [pictures.upload(buyer, "job", job.picture)]}


def place(worker: Visit, path: str, bid: DemoBid) -> dict[str, Any]:
    """Place a bid, or find the one that the worker has placed before."""
    placed = next(worker.everything(f"{path}/bids"), None)
    offer = {"amountCents": bid.rand * 100, "timelineDays": bid.days, "proposal": bid.proposal}
    return placed or worker.call("POST", f"{path}/bids", offer)
