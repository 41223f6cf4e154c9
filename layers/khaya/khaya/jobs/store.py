"""The Jobs table, keyed by `id`, and the indexes by which jobs are listed.

Only open jobs carry the attributes of the feed's indexes, so the feed holds nothing else. The unfiltered feed is the
busiest list there is: it has replicas, equal indexes of which a read takes any one, so that no partition melts.
"""

from __future__ import annotations

import random
from typing import Any

from khaya import dynamo, writes
from khaya.attributes import Item
from khaya.errors import Conflict, Raced
from khaya.fields import item_of, match_key
from khaya.jobs.model import Category, Job, Party, Status
from khaya.pages import Ask, Slice, slice_of
from khaya.settings import settings

FEED_REPLICAS = 6
"""How many equal indexes hold the unfiltered feed; `template.yaml` has them, `docs/data.md` the arithmetic."""

_OPEN = "open"


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
        settings().jobs_table, _item(job), condition="attribute_not_exists(#id)", refusal=lambda _: Raced()
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


def feed(category: Category | None, location: str | None, ask: Ask) -> Slice[Job]:
    """Open jobs, newest first, in one query whichever filters are named."""
    place = match_key(location) if location is not None else None
    match category, place:
        case None, None:
            index, attribute, value = f"feed{random.randrange(FEED_REPLICAS)}", "feed", _OPEN  # noqa: S311 - spreads load
        case _, None:
            index, attribute, value = "byCategory", "feedCategory", str(category)
        case None, _:
            index, attribute, value = "byPlace", "feedPlace", str(place)
        case _:
            index, attribute, value = "byCategoryAndPlace", "feedCategoryPlace", f"{category}#{place}"
    return _listed(index, attribute, value, ask)


def of_person(party: Party, person: str, status: Status | None, ask: Ask) -> Slice[Job]:
    """The jobs of a person on one side, newest first, in one state where it is named."""
    side = "Buyer" if party == "buyer" else "Worker"
    if status is None:
        return _listed(f"by{side}", f"{party}Id", person, ask)
    return _listed(f"by{side}AndStatus", f"{party}Status", f"{person}#{status}", ask)


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


def _listed(index: str, attribute: str, value: str, ask: Ask) -> Slice[Job]:
    start = ask.start()
    rows = dynamo.query(
        settings().jobs_table,
        index,
        f"#{attribute} = :value",
        limit=ask.limit + 1,
        start=start and {"id": start["id"], attribute: value},
        values={"value": value},
    )
    found = slice_of(rows, ask.limit, lambda row: {"id": row["id"]})
    return Slice([Job.model_validate(row) for row in found.items], found.after)


def _item(job: Job) -> dict[str, Any]:
    """The job with the attributes that its indexes are made of."""
    item = item_of(job) | {"buyerStatus": f"{job.buyer_id}#{job.status}"}
    if job.worker_id:
        item["workerStatus"] = f"{job.worker_id}#{job.status}"
    if job.status == "open":
        place = match_key(job.location)
        item |= {
            "feed": _OPEN,
            "feedCategory": job.category,
            "feedPlace": place,
            "feedCategoryPlace": f"{job.category}#{place}",
            "expiryDay": job.expires_at[:10],
        }
    return item


def _moved_on(item: Item | None, before: Job) -> Exception:
    """A changed state is the client's to know; anything else is read again."""
    if item and item["status"] != before.status:
        return Conflict(f"The job is {item['status']}.")
    return Raced()
