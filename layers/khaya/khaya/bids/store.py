"""The Bids table (primary key `id`), its indexes, and the slot of each worker on a job.

A slot is a separate item with the id `<jobId>#<workerId>`. It limits a worker to one live bid per job: placing a bid
takes the slot, a withdrawal frees it, a rejection leaves it taken.
"""

from __future__ import annotations

from khaya.bids.model import MAX_BIDS_AGAIN, Bid, Sort, Status
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult, every_item

_AMOUNT_DIGITS = 12


def key(bid_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the bid, for batch reads."""
    return settings().bids_table, {"id": bid_id}


def slot_key(job_id: str, worker_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the worker's slot on the job. The item exists after the worker's first bid."""
    return settings().bids_table, {"id": f"{job_id}#{worker_id}"}


def find(bid_id: str) -> Bid | None:
    """The bid; None if it does not exist."""
    item = dynamo.get(*key(bid_id))
    return Bid.model_validate(item) if item and "jobTitle" in item else None


def create(bid: Bid) -> list[writes.Write]:
    """The writes that store a new bid and take the worker's slot on the job."""
    table, slot = slot_key(bid.job_id, bid.worker_id)
    return [
        writes.create(table, _item(bid)),
        writes.update(
            table,
            slot,
            "SET #bidId = :bid, #taken = :taken ADD #bids :one",
            condition="attribute_not_exists(#id) OR (#taken = :free AND #bids <= :most)",
            refusal=_slot_refusal,
            values={"bid": bid.id, "taken": True, "free": False, "one": 1, "most": MAX_BIDS_AGAIN},
        ),
    ]


def _slot_refusal(item: Item | None) -> Exception:
    if item and not item.get("taken"):
        return Conflict(
            f"After a withdrawal you may bid again {MAX_BIDS_AGAIN} times on one job, and you have done so.",
            code="bid_limit",
            params={"max": MAX_BIDS_AGAIN},
        )
    return Conflict("You have a bid on this job already, or the owner has turned one down.", code="already_bid")


def change(before: Bid, after: Bid) -> writes.Write:
    """The write of the differences, on condition that the status is unchanged."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#status = :was",
        refusal=lambda item: Conflict(
            f"The bid is {item['status'] if item else 'gone'}.",
            code="bid_status",
            params={"status": item["status"] if item else "gone"},
        ),
        values={"was": before.status},
    )


def free_slot(bid: Bid) -> writes.Write:
    """The write that frees the worker's slot, so that the worker may bid on the job again."""
    return writes.update(
        *slot_key(bid.job_id, bid.worker_id),
        "SET #taken = :free",
        condition="#bidId = :bid",
        refusal=lambda _: WriteConflict(),
        values={"free": False, "bid": bid.id},
    )


def rename(bid: Bid, name: str) -> writes.Write | None:
    """The write that updates the copy of the worker's name; None if it is up to date."""
    if bid.worker_name == name:
        return None
    return writes.overwrite(*key(bid.id), "workerName", name)


def on_job(job_id: str, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """The bids on a job, cheapest first or newest first."""
    if sort == "amount":
        return _listed("byJobAndAmount", "jobId", job_id, page_request, order="amountOrder", newest_first=False)
    return _listed("byJob", "jobId", job_id, page_request)


def of_worker_on_job(job_id: str, worker_id: str, sort: Sort, page_request: PageRequest) -> PageResult[Bid]:
    """A worker's bids on a job, cheapest first or newest first."""
    value = f"{job_id}#{worker_id}"
    if sort == "amount":
        return _listed("bySlotAndAmount", "slot", value, page_request, order="amountOrder", newest_first=False)
    return _listed("bySlot", "slot", value, page_request)


def of_worker(worker_id: str, status: Status | None, page_request: PageRequest) -> PageResult[Bid]:
    """A worker's bids, newest first, filtered by status if given."""
    if status is None:
        return _listed("byWorker", "workerId", worker_id, page_request)
    return _listed("byWorkerAndStatus", "workerStatus", f"{worker_id}#{status}", page_request)


def all_on_job(job_id: str) -> list[Bid]:
    """All bids on a job, read from the eventually consistent index."""
    return list(every_item(lambda page_request: on_job(job_id, "createdAt", page_request)))


def _listed(
    index: str, attribute: str, value: str, page_request: PageRequest, *, order: str = "id", newest_first: bool = True
) -> PageResult[Bid]:
    return list_page(
        settings().bids_table, index, attribute, value, page_request, order=order, newest_first=newest_first
    ).mapped(Bid.model_validate)


def _item(bid: Bid) -> Item:
    """The stored form of the bid, with the attributes of its indexes."""
    return item_of(bid) | {
        "workerStatus": f"{bid.worker_id}#{bid.status}",
        "slot": f"{bid.job_id}#{bid.worker_id}",
        "amountOrder": f"{bid.amount_cents:0{_AMOUNT_DIGITS}}#{bid.id}",
    }
