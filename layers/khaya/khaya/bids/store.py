"""The Bids table, keyed by `id`, the indexes by which bids are listed, and each worker's place on a job.

A place is an item of its own under `<jobId>#<workerId>`. It holds a worker to one live bid a job: it is taken by a bid,
freed by a withdrawal, and stays taken after a rejection.
"""

from __future__ import annotations

from khaya.bids.model import Bid, Sort, Status
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult, every_item

_AMOUNT_DIGITS = 12


def key(bid_id: str) -> tuple[str, dict[str, str]]:
    """Where the bid stands, for a read together with others."""
    return settings().bids_table, {"id": bid_id}


def place_key(job_id: str, worker_id: str) -> tuple[str, dict[str, str]]:
    """Where the worker's place on the job stands; it exists once they have bid."""
    return settings().bids_table, {"id": f"{job_id}#{worker_id}"}


def find(bid_id: str) -> Bid | None:
    """The bid, if there is one."""
    item = dynamo.get(*key(bid_id))
    return Bid.model_validate(item) if item and "jobTitle" in item else None


def create(bid: Bid) -> list[writes.Write]:
    """Store a new bid and take the worker's place on the job."""
    table, place = place_key(bid.job_id, bid.worker_id)
    return [
        writes.put(table, _item(bid), condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()),
        writes.put(
            table,
            {**place, "bidId": bid.id, "taken": True},
            condition="attribute_not_exists(#id) OR #taken = :free",
            refusal=lambda _: Conflict("You have a bid on this job already, or the owner has turned one down."),
            values={"free": False},
        ),
    ]


def change(before: Bid, after: Bid) -> writes.Write:
    """Write what differs, if the bid is still as it was read."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#status = :was",
        refusal=lambda item: Conflict(f"The bid is {item['status'] if item else 'gone'}."),
        values={"was": before.status},
    )


def free_place(bid: Bid) -> writes.Write:
    """Let the worker bid on the job again."""
    return writes.update(
        *place_key(bid.job_id, bid.worker_id),
        "SET #taken = :free",
        condition="#bidId = :bid",
        refusal=lambda _: WriteConflict(),
        values={"free": False, "bid": bid.id},
    )


def rename(bid: Bid, name: str) -> writes.Write | None:
    """Write the worker's present name on a bid; None where it says so already."""
    if bid.worker_name == name:
        return None
    return writes.overwrite(*key(bid.id), "workerName", name)


def on_job(job_id: str, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """The bids on a job: cheapest first, or newest first."""
    if sort == "amount":
        return _listed("byJobAndAmount", "jobId", job_id, page_request, order="amountOrder", newest_first=False)
    return _listed("byJob", "jobId", job_id, page_request)


def of_worker_on_job(job_id: str, worker_id: str, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """A worker's own bids on a job: cheapest first, or newest first."""
    value = f"{job_id}#{worker_id}"
    if sort == "amount":
        return _listed("byPlaceAndAmount", "place", value, page_request, order="amountOrder", newest_first=False)
    return _listed("byPlace", "place", value, page_request)


def of_worker(worker_id: str, status: Status | None, page_request: PageRequest) -> PageResult[Bid]:
    """A worker's bids, newest first, in one state where it is named."""
    if status is None:
        return _listed("byWorker", "workerId", worker_id, page_request)
    return _listed("byWorkerAndStatus", "workerStatus", f"{worker_id}#{status}", page_request)


def all_on_job(job_id: str) -> list[Bid]:
    """Every bid on a job, however many, as the index has them at the moment."""
    return list(every_item(lambda page_request: on_job(job_id, "createdAt", page_request)))


def _listed(
    index: str, attribute: str, value: str, page_request: PageRequest, *, order: str = "id", newest_first: bool = True
) -> PageResult[Bid]:
    part = list_page(
        settings().bids_table, index, attribute, value, page_request, order=order, newest_first=newest_first
    )
    return PageResult([Bid.model_validate(row) for row in part.items], part.after)


def _item(bid: Bid) -> Item:
    """The bid with the attributes that its indexes are made of."""
    return item_of(bid) | {
        "workerStatus": f"{bid.worker_id}#{bid.status}",
        "place": f"{bid.job_id}#{bid.worker_id}",
        "amountOrder": f"{bid.amount_cents:0{_AMOUNT_DIGITS}}#{bid.id}",
    }
