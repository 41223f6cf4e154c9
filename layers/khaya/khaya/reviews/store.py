"""The Reviews table, keyed by `id`, the indexes by which reviews are listed, and each reviewer's place on a job.

A place is an item of its own under `<jobId>#<reviewerId>`: it holds a reviewer to one review a job, for good. Hidden
reviews lack the attributes that the indexes are made of, so no list can show them.
"""

from __future__ import annotations

from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reviews.model import Review


def find(review_id: str) -> Review | None:
    """The review, hidden or not, if there is one."""
    item = dynamo.get(settings().reviews_table, {"id": review_id})
    return Review.model_validate(item) if item and "rating" in item else None


def place_key(job_id: str, reviewer_id: str) -> tuple[str, dict[str, str]]:
    """Where the reviewer's place on the job stands; it exists once they have reviewed it."""
    return settings().reviews_table, {"id": f"{job_id}#{reviewer_id}"}


def create(review: Review) -> list[writes.Write]:
    """Store a new review and take the reviewer's place on the job."""
    table, place = place_key(review.job_id, review.reviewer_id)
    return [
        writes.put(table, _item(review), condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()),
        writes.put(
            table,
            {**place, "reviewId": review.id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: Conflict("You have reviewed this job already."),
        ),
    ]


def change(before: Review, after: Review) -> writes.Write:
    """Write what differs, if nobody wrote the review meanwhile."""
    return writes.replace(
        settings().reviews_table,
        {"id": before.id},
        _item(before),
        _item(after),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )


def rename(review: Review, name: str) -> writes.Write | None:
    """Write the reviewer's present name on a review; None where it says so already."""
    if review.reviewer_name == name:
        return None
    return writes.overwrite(settings().reviews_table, {"id": review.id}, "reviewerName", name)


def by(reviewer_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews that a person wrote, hidden ones too, newest first."""
    return _listed("byReviewer", "reviewerId", reviewer_id, page_request)


def on_job(job_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews of a job, newest first."""
    return _listed("byJob", "shownOnJob", job_id, page_request)


def about(user_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews about a person, newest first."""
    return _listed("bySubject", "shownAbout", user_id, page_request)


def ratings_of_work(worker_id: str, limit: int) -> dict[str, int]:
    """By job, the rating that the worker got for it: for their `limit` last completed jobs that have one."""
    rows = dynamo.query(
        settings().reviews_table, "byWork", "#ratedWorker = :worker", limit=limit, values={"worker": worker_id}
    )
    return {row["jobId"]: row["rating"] for row in rows}


def _listed(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[Review]:
    found = lists.list_page(settings().reviews_table, index, attribute, value, page_request)
    return PageResult([Review.model_validate(row) for row in found.items], found.after)


def _item(review: Review) -> Item:
    """The review with the attributes that its indexes are made of, unless it is hidden."""
    item = item_of(review)
    if not review.hidden:
        item |= {"shownOnJob": review.job_id, "shownAbout": review.subject_id}
        if review.subject_role == "worker":
            item["ratedWorker"] = review.subject_id
    return item
