"""The use cases around reviews: each moves the reviewed person's rating in the transaction that changes the review."""

from __future__ import annotations

from khaya.bids.visibility import seen, sight_keys
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, Write, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.reviews import store
from khaya.reviews.model import Review, ReviewRequest, written


def write(job_id: str, request: ReviewRequest, *, reviewer: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Review the other participant of a completed job.

    Raises:
        NotFound: there is no such job that the reviewer may see.
        Forbidden: they took no part in it.
        Conflict: it is not completed, or they have reviewed it before.
    """
    profile_item, *sight = read_together([profiles.key(reviewer.user_id), *sight_keys(job_id, reviewer)])
    job = seen(sight, reviewer)
    name = profiles.read(profile_item, reviewer.user_id).display_name
    review = written(request, job, reviewer_id=reviewer.user_id, reviewer_name=name, now=now)
    unit_of_work.add(*store.create(review), _count(review, +1, now))
    return review


def answer(review_id: str, comment: str, *, person: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Answer a review, once.

    Raises:
        NotFound: there is no such review that they may see.
        Forbidden: it is about somebody else.
        Conflict: it was answered before.
    """
    review = visible(review_id, person)
    answered = review.answered(comment, person.user_id, now)
    unit_of_work.add(store.change(review, answered))
    return answered


def moderate(review_id: str, *, hidden: bool, reason: str, admin: Caller, now: str, unit_of_work: UnitOfWork) -> Review:
    """Hide a review, or show it again; deciding the same twice changes nothing.

    Raises:
        NotFound: there is no such review.
        Forbidden: the admin wrote it, or it is about them.
    """
    review = visible(review_id, admin)
    moderated = review.moderated(hidden, reason, admin.user_id, now)
    if moderated is not review:
        unit_of_work.add(store.change(review, moderated), _count(review, -1 if hidden else +1, now))
    return moderated


def visible(review_id: str, visitor: Caller | None) -> Review:
    """The review, if the visitor may see it: anybody, unless it is hidden; admins always.

    Raises:
        NotFound: there is none such.
    """
    review = store.find(review_id)
    if review is None or (review.hidden and not (visitor and visitor.is_admin)):
        raise NotFound("There is no such review.")
    return review


def _count(review: Review, step: int, now: str) -> Write:
    return profiles.count_review(review.subject_id, review.rating, review.sub_ratings.given(), step, now)
