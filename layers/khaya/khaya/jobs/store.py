"""The Jobs table, keyed by `id`, and the indexes by which jobs are listed.

Only open jobs carry the attributes of the feed's indexes, so the feed holds nothing else.
"""

from __future__ import annotations

from typing import Any

from khaya.jobs.model import Category, Job, Party, Status
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.feeds import feed_attributes
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult


def key(job_id: str) -> tuple[str, dict[str, str]]:
    """Where the job stands, for a read together with others."""
    return settings().jobs_table, {"id": job_id}


def read(item: Item | None) -> Job | None:
    """The job in `item`."""
    return Job.model_validate(item) if item else None


def find(job_id: str) -> Job | None:
    """The job, if there is one."""
    return read(dynamo.get(*key(job_id)))


def create(job: Job) -> writes.Write:
    """Store a new job."""
    return writes.put(
        settings().jobs_table, _item(job), condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()
    )


def change(before: Job, after: Job) -> writes.Write:
    """Write what differs, if the job is still as it was read; its count of bids may have moved meanwhile."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#status = :was AND #version = :version",
        refusal=lambda item: _moved_on(item, before),
        values={"was": before.status, "version": before.version},
    )


def count_bid(job_id: str, step: int) -> writes.Write:
    """One bid more or fewer, if the job is open."""
    return writes.update(
        *key(job_id),
        "ADD #bidCount :step",
        condition="#status = :open",
        refusal=lambda item: Conflict(f"The job is {item['status'] if item else 'gone'}, so bids cannot change."),
        values={"step": step, "open": "open"},
    )


def set_contact_phone(job_id: str, party: Party, phone: str) -> writes.Write:
    """Bring the phone number of one party in line, while the job is in progress."""
    return writes.update(
        *key(job_id),
        f"SET #{party}Contact.#phone = :phone",
        condition=f"#status = :in_progress AND attribute_exists(#{party}Contact)",
        refusal=lambda _: WriteConflict(),
        values={"phone": phone, "in_progress": "in_progress"},
    )


def rename(job: Job, party: Party, name: str) -> writes.Write | None:
    """Write one party's present name wherever the job repeats it; None where it says so already."""
    contact = job.buyer_contact if party == "buyer" else job.worker_contact
    parts = ["#buyerName = :name"] if party == "buyer" and job.buyer_name != name else []
    if contact is not None and contact.display_name != name:
        parts.append(f"#{party}Contact.#displayName = :name")
    if not parts:
        return None
    return writes.update(
        *key(job.id),
        "SET " + ", ".join(parts),
        condition="attribute_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"name": name},
    )


def feed(category: Category | None, location: str | None, page_request: PageRequest) -> PageResult[Job]:
    """Open jobs, newest first, by category and place where named."""
    return _jobs(lists.feed_page(settings().jobs_table, category, location, page_request))


def of_person(party: Party, person: str, status: Status | None, page_request: PageRequest) -> PageResult[Job]:
    """The jobs of a person on one side, newest first, in one state where it is named."""
    side = "Buyer" if party == "buyer" else "Worker"
    if status is None:
        return _listed(f"by{side}", f"{party}Id", person, page_request)
    return _listed(f"by{side}AndStatus", f"{party}Status", f"{person}#{status}", page_request)


def completed_work(worker_id: str, limit: int) -> list[Item]:
    """What anybody may know of the jobs that a worker completed last, the latest first."""
    return dynamo.query(
        settings().jobs_table, "byWork", "#workerId = :worker", limit=limit, values={"worker": worker_id}
    )


def due(day: str, limit: int, after: Item | None) -> list[Item]:
    """Open jobs that expire on `day`, oldest first: their ids and the exact time."""
    return dynamo.query(
        settings().jobs_table,
        "byExpiry",
        "#expiryDay = :day",
        limit=limit,
        newest_first=False,
        start=after and {"expiryDay": day, "id": after["id"]},
        values={"day": day},
    )


def _listed(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[Job]:
    return _jobs(lists.list_page(settings().jobs_table, index, attribute, value, page_request))


def _jobs(found: PageResult[Item]) -> PageResult[Job]:
    return PageResult([Job.model_validate(row) for row in found.items], found.after)


def _item(job: Job) -> dict[str, Any]:
    """The job with the attributes that its indexes are made of."""
    item = item_of(job) | {"buyerStatus": f"{job.buyer_id}#{job.status}"}
    if job.worker_id:
        item["workerStatus"] = f"{job.worker_id}#{job.status}"
    if job.status == "open":
        item |= feed_attributes(job.category, job.location) | {"expiryDay": job.expires_at[:10]}
    return item


def _moved_on(item: Item | None, before: Job) -> Exception:
    """A changed state is the client's to know; anything else is read again."""
    if item and item["status"] != before.status:
        return Conflict(f"The job is {item['status']}.")
    return WriteConflict()
