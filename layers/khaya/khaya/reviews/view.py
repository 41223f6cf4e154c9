"""The API's representations of a review: public, and for admins."""

from khaya.jobs.model import Party
from khaya.platform.base.models import Model
from khaya.platform.web.access import Caller
from khaya.reviews.model import Reply, Review, ReviewModeration


class SubRatingsView(Model):
    """Ratings of single aspects of the work; null if not given."""

    workmanship: int | None
    punctuality: int | None
    communication: int | None
    cleanliness: int | None
    fair_price: int | None


class ReviewView(Model):
    """A review."""

    id: str
    job_id: str
    reviewer_id: str
    reviewer_name: str
    subject_id: str
    subject_role: Party
    rating: int
    sub_ratings: SubRatingsView
    comment: str | None
    response: Reply | None
    created_at: str
    updated_at: str


class ModeratedReviewView(ReviewView):
    """The representation of a review for admins, with its latest moderation."""

    hidden: bool
    moderation: ReviewModeration | None


def review_view(review: Review, visitor: Caller | None) -> ModeratedReviewView | ReviewView:
    """The representation of the review that `visitor` may see."""
    if visitor is not None and visitor.is_admin:
        return moderated_review_view(review)
    fields = {name: getattr(review, name) for name in ReviewView.model_fields}
    return ReviewView(**{**fields, "sub_ratings": _stars(review)})


def moderated_review_view(review: Review) -> ModeratedReviewView:
    """The representation of the review for admins."""
    fields = {name: getattr(review, name) for name in ModeratedReviewView.model_fields}
    return ModeratedReviewView(**{**fields, "sub_ratings": _stars(review)})


def _stars(review: Review) -> SubRatingsView:
    return SubRatingsView(**{name: getattr(review.sub_ratings, name) for name in SubRatingsView.model_fields})
