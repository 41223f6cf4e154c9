"""A review, who may write it, and what may happen to it afterwards."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from khaya.jobs.model import Job, Party
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

MODERATIONS_KEPT: Final = 50
"""How many decisions of admins a review keeps, the latest last, so that it never outgrows its place."""

Stars = Annotated[int, Field(strict=True, ge=1, le=5)]
Words = Annotated[Prose, Field(max_length=2000)]
Reason = Annotated[Prose, Field(min_length=3, max_length=500)]


class SubRatings(RequestModel):
    """Ratings of single sides of the work; those that were not given have no value."""

    workmanship: Stars | None = None
    punctuality: Stars | None = None
    communication: Stars | None = None
    cleanliness: Stars | None = None
    fair_price: Stars | None = None

    def given(self) -> dict[str, int]:
        """Those that were given, by their Python names."""
        return {name: stars for name in SubRatings.model_fields if (stars := getattr(self, name)) is not None}


class ReviewRequest(RequestModel):
    """What a participant says about the other one."""

    rating: Stars
    sub_ratings: SubRatings | None = None
    comment: Words | None = None


class Reply(Model):
    """What the reviewed person had to say to it."""

    comment: str
    created_at: str


class Moderation(Model):
    """An admin's decision that a review is hidden, or shown again."""

    hidden: bool
    reason: str
    moderator_id: str
    at: str


class Review(Model):
    """What one participant of a completed job says about the other."""

    id: str
    job_id: str
    job_completed_at: str
    reviewer_id: str
    reviewer_name: str
    subject_id: str
    subject_role: Party
    rating: int
    sub_ratings: SubRatings = SubRatings()
    comment: str | None = None
    response: Reply | None = None
    moderations: list[Moderation] = []
    """What admins decided about it, the latest last."""
    created_at: str
    updated_at: str
    version: int = 1

    @property
    def moderation(self) -> Moderation | None:
        """The decision that stands."""
        return self.moderations[-1] if self.moderations else None

    @property
    def hidden(self) -> bool:
        """Whether it is kept from everybody but admins, and out of the reviewed person's rating."""
        return self.moderation is not None and self.moderation.hidden

    def answered(self, comment: str, person: str, now: str) -> Review:
        """The review with the reviewed person's answer.

        Raises:
            Forbidden: it is about somebody else.
            Conflict: it was answered before.
        """
        if person != self.subject_id:
            raise Forbidden("Only the reviewed person may answer a review.")
        if self.response is not None:
            raise Conflict("The review was answered already.")
        return self._next(now, response=Reply(comment=comment, created_at=now))

    def moderated(self, hidden: bool, reason: str, moderator_id: str, now: str) -> Review:
        """The review after an admin's decision; the same one where the decision changes nothing.

        Raises:
            Forbidden: the admin wrote it, or it is about them.
        """
        if moderator_id in (self.reviewer_id, self.subject_id):
            raise Forbidden("No admin acts on a review of a job of their own.")
        if hidden == self.hidden:
            return self
        decision = Moderation(hidden=hidden, reason=reason, moderator_id=moderator_id, at=now)
        return self._next(now, moderations=[*self.moderations, decision][-MODERATIONS_KEPT:])

    def _next(self, now: str, **changed: Any) -> Review:
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


def written(request: ReviewRequest, job: Job, *, reviewer_id: str, reviewer_name: str, now: str) -> Review:
    """A new review by a participant of `job` about the other one.

    Raises:
        Forbidden: the reviewer took no part in the job.
        Conflict: the job is not completed.
    """
    party = job.party(reviewer_id)
    if party is None:
        raise Forbidden("Only the buyer and the worker of a job review each other.")
    if job.status != "completed" or job.worker_id is None or job.completed_at is None:
        raise Conflict(f"The job is {job.status}, so it cannot be reviewed.")
    subject: tuple[str, Party] = (job.worker_id, "worker") if party == "buyer" else (job.buyer_id, "buyer")
    return Review(
        id=new_id(),
        job_id=job.id,
        job_completed_at=job.completed_at,
        reviewer_id=reviewer_id,
        reviewer_name=reviewer_name,
        subject_id=subject[0],
        subject_role=subject[1],
        rating=request.rating,
        sub_ratings=request.sub_ratings or SubRatings(),
        comment=request.comment or None,
        created_at=now,
        updated_at=now,
    )
