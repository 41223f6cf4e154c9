"""The Jobs table (primary key `id`) and its indexes.

Only open jobs that are not hidden have the attributes of the feed indexes, so these sparse indexes contain no others.
"""

from __future__ import annotations

from typing import Any, Final

from khaya.jobs.model import Category, Job, Party, Status
from khaya.platform.base import clock
from khaya.platform.base.changed_day import changed_today
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.feeds import HIDDEN, feed_attributes
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, hiding, lists, writes
from khaya.platform.data.corrections import correct
from khaya.platform.data.pages import PageRequest, PageResult, page_of

_MAY_BE_STUCK: Final = "jobs"


def key(job_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the job, for batch reads."""
    return settings().jobs_table, {"id": job_id}


def read(item: Item | None) -> Job | None:
    """The job that `item` stores; None for None."""
    return Job.model_validate(item) if item else None


def is_listed(item: Item) -> bool:
    """Whether the job that `item` stores is in the feed and the search: open, and not past its expiry."""
    return bool(item["status"] == "open" and item["expiresAt"] > clock.now())


def find(job_id: str) -> Job | None:
    """The job; None if it does not exist."""
    return read(dynamo.get(*key(job_id)))


def create(job: Job) -> writes.Write:
    """The write that stores a new job."""
    return writes.create(settings().jobs_table, _item(job) | changed_today())


def change(before: Job, after: Job, *, without_bids: bool = False) -> writes.Write:
    """The write of the differences, on condition that status and version are unchanged; `bidCount` may change.

    With `without_bids` it also requires that there is no bid on the job.
    """
    condition = "#status = :was AND #version = :version"
    values: dict[str, Any] = {"was": before.status, "version": before.version}
    if without_bids:
        condition += " AND #bidCount = :none"
        values["none"] = 0
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after) | changed_today(),
        condition=f"{condition} AND {writes.same_presence(HIDDEN, present=bool(before.hidden))}",
        refusal=lambda item: _refusal(item, before),
        values=values,
    )


def set_hidden(job: Job, *, hidden: bool) -> writes.Write | None:
    """The write that hides an open job from the public, or shows it; None if nothing changes."""
    if job.status != "open" or bool(job.hidden) == hidden:
        return None
    after = _item(job.model_copy(update={"hidden": hidden or None}))
    return hiding.set_hidden(*key(job.id), _item(job), after | changed_today())


def count_bid(job_id: str, step: int) -> writes.Write:
    """The write that adds `step` to the bid count of an open job. A hidden job takes no new bid."""
    return writes.update(
        *key(job_id),
        "SET #changedDay = :changedDay ADD #bidCount :step",
        condition="#status = :open" + (" AND attribute_not_exists(#hidden)" if step > 0 else ""),
        refusal=_bids_unchanged,
        values={"step": step, "open": "open", **changed_today()},
    )


def correct_bid_count(item: Item, count: int) -> writes.Write:
    """The write that sets the bid count of the job in `item`, unless the job was written since."""
    return correct(*key(item["id"]), item, {"bidCount": count})


def set_contact_phone(job_id: str, party: Party, phone: str) -> writes.Write:
    """The write that updates the phone number of a party, on condition that the job is in progress."""
    return writes.update(
        *key(job_id),
        f"SET #{party}Contact.#phone = :phone",
        condition=f"#status = :in_progress AND attribute_exists(#{party}Contact)",
        refusal=lambda _: WriteConflict(),
        values={"phone": phone, "in_progress": "in_progress"},
    )


def rename(job: Job, party: Party, name: str) -> writes.Write | None:
    """The write that updates the copies of a party's name in the job; None if they are up to date."""
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
    """Open jobs, newest first, filtered by category and location if given."""
    found = lists.feed_page(settings().jobs_table, category, location, page_request).mapped(Job.model_validate)
    # Jobs expire in the order in which they were posted, so every job after the first expired one is expired too.
    now = clock.now()
    live = [job for job in found.items if not job.is_past_expiry(now)]
    return found if len(live) == len(found.items) else PageResult(live, None)


def of_person(party: Party, person: str, status: Status | None, page_request: PageRequest) -> PageResult[Job]:
    """The jobs in which a person is the given party, newest first, filtered by status if given."""
    side = "Buyer" if party == "buyer" else "Worker"
    if status is None:
        return _listed(f"by{side}", f"{party}Id", person, page_request)
    return _listed(f"by{side}AndStatus", f"{party}Status", f"{person}#{status}", page_request)


def completed_work(worker_id: str, limit: int) -> list[Item]:
    """The public fields of the last jobs that a worker completed, latest first. At most `limit`."""
    return dynamo.query(
        settings().jobs_table, "byWorkerAndCompletion", "#workerId = :worker", limit=limit, values={"worker": worker_id}
    )


def stuck(now: str, page_request: PageRequest) -> PageResult[Job]:
    """Jobs that an admin may close because they are stuck, longest first."""
    start = page_request.start()
    rows = dynamo.query(
        settings().jobs_table,
        "byStuckTime",
        "#mayBeStuck = :mayBeStuck AND #stuckAt <= :now",
        limit=page_request.limit + 1,
        newest_first=False,
        start=start and {"id": start["id"], "stuckAt": start["stuckAt"], "mayBeStuck": _MAY_BE_STUCK},
        values={"mayBeStuck": _MAY_BE_STUCK, "now": now},
    )
    found = page_of(rows, page_request.limit, lambda row: {"id": row["id"], "stuckAt": row["stuckAt"]})
    return found.mapped(Job.model_validate)


def due(day: str, limit: int, after: Item | None) -> list[Item]:
    """The ids and deadlines of jobs with a deadline on `day`, oldest first: an expiry, or a completion by itself."""
    return dynamo.query(
        settings().jobs_table,
        "byDeadline",
        "#deadlineDay = :day",
        limit=limit,
        newest_first=False,
        start=after and {"deadlineDay": day, "id": after["id"]},
        values={"day": day},
    )


def _listed(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[Job]:
    result = lists.list_page(settings().jobs_table, index, attribute, value, page_request)
    return result.mapped(Job.model_validate)


def _item(job: Job) -> dict[str, Any]:
    """The stored form of the job, with the attributes of its indexes."""
    item = item_of(job) | {"buyerStatus": f"{job.buyer_id}#{job.status}"}
    if job.worker_id:
        item["workerStatus"] = f"{job.worker_id}#{job.status}"
    if job.is_public:
        item |= feed_attributes(job.category, job.location)
    deadline = job.expires_at if job.status == "open" else job.completes_at
    if deadline is not None:
        item |= {"deadlineAt": deadline, "deadlineDay": deadline[:10]}
    if job.escrow is None and (stuck_at := job.stuck_at) is not None:
        item |= {"mayBeStuck": _MAY_BE_STUCK, "stuckAt": stuck_at}
    return item


def _bids_unchanged(item: Item | None) -> Exception:
    status = item["status"] if item else "gone"
    if status == "open":
        return Conflict("The job takes no bids at the moment.", code="job_hidden")
    return Conflict(f"The job is {status}, so bids cannot change.", code="job_status", params={"status": status})


def _refusal(item: Item | None, before: Job) -> Exception:
    """`Conflict` if the status changed, for the client; `WriteConflict` otherwise, so that the request is retried."""
    if item and item["status"] != before.status:
        return Conflict(f"The job is {item['status']}.", code="job_status", params={"status": item["status"]})
    return WriteConflict()
