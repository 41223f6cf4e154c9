"""The Reviews table (primary key `id`), its indexes, and the slot of each reviewer on a job.

A slot is a separate item with the id `<jobId>#<reviewerId>`. It permanently limits a reviewer to one review per job.
Hidden reviews lack the attributes of the public indexes, so no list contains them.
"""

from __future__ import annotations

from collections.abc import Sequence

from khaya.platform.base.errors import Conflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.reviews.model import Review


def find(review_id: str) -> Review | None:
    """The review, also a hidden one; None if it does not exist."""
    item = dynamo.get(settings().reviews_table, {"id": review_id})
    return Review.model_validate(item) if item and "rating" in item else None


def slot_key(job_id: str, reviewer_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the reviewer's slot on the job. The item exists once they have reviewed it."""
    return settings().reviews_table, {"id": f"{job_id}#{reviewer_id}"}


def in_slots(slots: Sequence[tuple[str, str]]) -> list[Review]:
    """The reviews of at most 100 pairs of job and reviewer, as far as they were written; also hidden ones."""
    taken = [item for item in dynamo.get_many([slot_key(job_id, reviewer_id) for job_id, reviewer_id in slots]) if item]
    table = settings().reviews_table
    found = dynamo.get_many([(table, {"id": item["reviewId"]}) for item in taken]) if taken else []
    return [Review.model_validate(item) for item in found if item]


def create(review: Review) -> list[writes.Write]:
    """The writes that store a new review and take the reviewer's slot on the job."""
    table, slot = slot_key(review.job_id, review.reviewer_id)
    return [
        writes.create(table, _item(review)),
        writes.put(
            table,
            {**slot, "reviewId": review.id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: Conflict("You have reviewed this job already.", code="already_reviewed"),
        ),
    ]


def change(before: Review, after: Review) -> writes.Write:
    """The write of the differences, on condition that the version is unchanged."""
    return writes.replace_version(
        settings().reviews_table, {"id": before.id}, _item(before), _item(after), version=before.version
    )


def rename(review: Review, name: str) -> writes.Write | None:
    """The write that updates the copy of the reviewer's name; None if it is up to date."""
    if review.reviewer_name == name:
        return None
    return writes.overwrite(settings().reviews_table, {"id": review.id}, "reviewerName", name)


def of_reviewer(reviewer_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews that a person wrote, including hidden ones, newest first."""
    return _listed("byReviewer", "reviewerId", reviewer_id, page_request)


def on_job(job_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews of a job, newest first."""
    return _listed("byJob", "shownOnJob", job_id, page_request)


def of_subject(user_id: str, page_request: PageRequest) -> PageResult[Review]:
    """The reviews about a person, newest first."""
    return _listed("bySubject", "shownAbout", user_id, page_request)


def ratings_by_job(worker_id: str, limit: int) -> dict[str, int]:
    """The ratings of a worker by job id, for the last `limit` completed jobs that were reviewed."""
    rows = dynamo.query(
        settings().reviews_table, "byRatedWorker", "#ratedWorker = :worker", limit=limit, values={"worker": worker_id}
    )
    return {row["jobId"]: row["rating"] for row in rows}


def _listed(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[Review]:
    result = lists.list_page(settings().reviews_table, index, attribute, value, page_request)
    return result.mapped(Review.model_validate)


def _item(review: Review) -> Item:
    """The stored form of the review, with the attributes of its public indexes unless it is hidden."""
    item = item_of(review)
    if not review.hidden:
        item |= {"shownOnJob": review.job_id, "shownAbout": review.subject_id}
        if review.subject_role == "worker":
            item["ratedWorker"] = review.subject_id
    return item
