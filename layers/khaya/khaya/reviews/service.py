"""Use cases of reviews. The reviewed person's rating changes in the same transaction as the review."""

from __future__ import annotations

from khaya.bids.visibility import job_if_visible, visibility_keys
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, Write, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.reviews import store
from khaya.reviews.model import Review, ReviewRequest, new_review


def write(job_id: str, request: ReviewRequest, *, reviewer: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Review the other party of a completed job.

    Raises:
        NotFound: the reviewer may not see the job, or it does not exist.
        Forbidden: the reviewer is not a party of the job.
        Conflict: the job is not completed, or the reviewer has reviewed it already.
    """
    profile_item, *job_items = read_together([profiles.key(reviewer.user_id), *visibility_keys(job_id, reviewer)])
    job = job_if_visible(job_items, reviewer)
    name = profiles.read(profile_item, reviewer.user_id).display_name
    review = new_review(request, job, reviewer_id=reviewer.user_id, reviewer_name=name, now=now)
    unit_of_work.add(*store.create(review), _count(review, +1, now))
    return review


def answer(review_id: str, comment: str, *, person: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Answer a review.

    Raises:
        NotFound: the person may not see the review, or it does not exist.
        Forbidden: the review is about another person.
        Conflict: the review was answered already.
    """
    review = get_visible(review_id, person)
    answered = review.answered(comment, person.user_id, now)
    unit_of_work.add(store.change(review, answered))
    return answered


def moderate(review_id: str, *, hidden: bool, reason: str, admin: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Hide a review or show it again. Idempotent.

    Raises:
        NotFound: the review does not exist.
        Forbidden: the admin is the reviewer or the reviewed person.
    """
    review = get_visible(review_id, admin)
    moderated = review.moderated(hidden, reason, admin.user_id, now)
    if moderated is not review:
        unit_of_work.add(store.change(review, moderated), _count(review, -1 if hidden else +1, now))
    return moderated


def get_visible(review_id: str, visitor: Caller | None) -> Review:
    """The review. Only admins see a hidden one.

    Raises:
        NotFound: the visitor may not see the review, or it does not exist.
    """
    review = store.find(review_id)
    if review is None or (review.hidden and not (visitor and visitor.is_admin)):
        raise NotFound("There is no such review.")
    return review


def _count(review: Review, step: int, now: str) -> Write:
    return profiles.count_review(review.subject_id, review.rating, review.sub_ratings.given(), step, now)
