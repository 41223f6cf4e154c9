"""A resume as the API shows it."""

from khaya.jobs.model import Category
from khaya.platform.base.models import Model
from khaya.profiles.model import SUB_RATINGS, Badge, Profile, mean
from khaya.profiles.trust import badges, trust
from khaya.profiles.view import Rating


class SubRatingMeans(Model):
    """The mean rating of each aspect of the work."""

    workmanship: Rating
    punctuality: Rating
    communication: Rating
    cleanliness: Rating
    fair_price: Rating


class TrustBreakdown(Model):
    """The parts of a trust score in points, rounded to two places."""

    verified: float
    jobs: float
    reviews: float
    on_time: float
    response: float


class WorkDone(Model):
    """A completed job, as everybody sees it."""

    job_id: str
    title: str
    category: Category
    location: str
    completed_at: str
    rating: int | None


class ResumeView(Model):
    """The resume of a person."""

    user_id: str
    display_name: str
    rating: Rating
    sub_ratings: SubRatingMeans
    badges: list[Badge]
    trust_score: int
    trust_breakdown: TrustBreakdown
    jobs: list[WorkDone]


def resume_of(profile: Profile, work: list[WorkDone], now: str) -> ResumeView:
    """The resume of a person, from their profile and their completed jobs."""
    parts = trust(profile)
    sub_ratings = {name: profile.sub_rating(name) for name in SUB_RATINGS}
    return ResumeView(
        user_id=profile.user_id,
        display_name=profile.display_name,
        rating=Rating(average=profile.rating_average, count=profile.rating_count),
        sub_ratings=SubRatingMeans(
            **{name: Rating(average=mean(total, count), count=count) for name, (total, count) in sub_ratings.items()}
        ),
        badges=badges(profile, now),
        trust_score=parts.score,
        trust_breakdown=TrustBreakdown(
            **{name: round(float(getattr(parts, name)), 2) for name in TrustBreakdown.model_fields}
        ),
        jobs=work,
    )
