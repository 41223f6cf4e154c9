"""The review, and the rules of writing, answering and moderating it."""

from typing import Annotated, Any, Final

from pydantic import Field

from khaya.jobs.model import Job, Party
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, next_version

MAX_MODERATIONS: Final = 50
"""The number of moderations that a review keeps, latest last, which bounds the size of its item."""

Stars = Annotated[int, Field(strict=True, ge=1, le=5)]
Comment = Annotated[Prose, Length(0, 2000)]
Reason = Annotated[Prose, Length(3, 500)]


class SubRatings(RequestModel):
    """Ratings of single aspects of the work. Ratings that were not given are None."""

    workmanship: Stars | None = None
    punctuality: Stars | None = None
    communication: Stars | None = None
    cleanliness: Stars | None = None
    fair_price: Stars | None = None

    def given(self) -> dict[str, int]:
        """The ratings that were given, by their Python names."""
        return {name: stars for name in SubRatings.model_fields if (stars := getattr(self, name)) is not None}


class ReviewRequest(RequestModel):
    """The request to review the other party."""

    rating: Stars
    sub_ratings: SubRatings | None = None
    comment: Comment | None = None


class Reply(Model):
    """The reviewed person's answer."""

    comment: str
    created_at: str


class ReviewModeration(Model):
    """An admin's decision to hide a review or to show it again."""

    hidden: bool
    reason: str
    moderator_id: str
    at: str


class Review(Model):
    """The review that one party of a completed job wrote about the other party."""

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
    moderations: list[ReviewModeration] = []
    """The decisions of admins, latest last."""
    created_at: str
    updated_at: str
    version: int = 1

    @property
    def moderation(self) -> ReviewModeration | None:
        """The latest decision; None if there is none."""
        return self.moderations[-1] if self.moderations else None

    @property
    def hidden(self) -> bool:
        """Whether only admins see the review. A hidden review does not count towards the rating."""
        return self.moderation is not None and self.moderation.hidden

    def answered(self, comment: str, person: str, now: str) -> "Review":
        """The review after the reviewed person's answer.

        Raises:
            Forbidden: the review is about another person.
            Conflict: the review was answered already.
        """
        if person != self.subject_id:
            raise Forbidden("Only the reviewed person may answer a review.", code="not_the_reviewed_person")
        if self.response is not None:
            raise Conflict("The review was answered already.", code="review_answered")
        return self._updated(now, response=Reply(comment=comment, created_at=now))

    def moderated(self, hidden: bool, reason: str, moderator_id: str, now: str) -> "Review":
        """The review after an admin's decision; this review if the decision changes nothing.

        Raises:
            Forbidden: the admin is the reviewer or the reviewed person.
        """
        if moderator_id in (self.reviewer_id, self.subject_id):
            raise Forbidden("No admin acts on a review of a job of their own.", code="own_affair")
        if hidden == self.hidden:
            return self
        decision = ReviewModeration(hidden=hidden, reason=reason, moderator_id=moderator_id, at=now)
        return self._updated(now, moderations=[*self.moderations, decision][-MAX_MODERATIONS:])

    def _updated(self, now: str, **changed: Any) -> "Review":
        return next_version(self, changed, updated_at=now)


def new_review(request: ReviewRequest, job: Job, *, reviewer_id: str, reviewer_name: str, now: str) -> Review:
    """A new review by one party of `job` about the other party.

    Raises:
        Forbidden: the reviewer is not a party of the job.
        Conflict: the job is not completed.
    """
    party = job.party(reviewer_id)
    if party is None:
        raise Forbidden("Only the buyer and the worker of a job review each other.", code="not_a_party")
    if job.status != "completed" or job.worker_id is None or job.completed_at is None:
        raise Conflict(
            f"The job is {job.status}, so it cannot be reviewed.", code="job_status", params={"status": job.status}
        )
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
