"""A profile as the API shows it: to anybody, and to its owner."""

from __future__ import annotations

from typing import Any

from khaya.jobs.model import Category
from khaya.platform.aws import media
from khaya.platform.base.fields import Coordinates
from khaya.platform.base.models import Model
from khaya.platform.base.roles import Role
from khaya.profiles.model import SUB_RATINGS, Availability, Badge, Profile, completion, mean
from khaya.profiles.trust import badges, trust
from khaya.users.model import User


class Rating(Model):
    """A mean of ratings from 1 to 5, and of how many."""

    average: float | None
    count: int


class SubRatingMeans(Model):
    """The rating by each single side of the work."""

    workmanship: Rating
    punctuality: Rating
    communication: Rating
    cleanliness: Rating
    fair_price: Rating


class TrustBreakdown(Model):
    """The points that make up a trust score, to two places."""

    verified: float
    jobs: float
    reviews: float
    on_time: float
    response: float


class WorkDone(Model):
    """A completed job, as anybody sees it."""

    job_id: str
    title: str
    category: Category
    location: str
    completed_at: str
    rating: int | None


class ResumeView(Model):
    """What a person did in the marketplace."""

    user_id: str
    display_name: str
    rating: Rating
    sub_ratings: SubRatingMeans
    badges: list[Badge]
    trust_score: int
    trust_breakdown: TrustBreakdown
    jobs: list[WorkDone]


class CertificationTitle(Model):
    """A certificate, as anybody sees it."""

    title: str


class CertificationView(CertificationTitle):
    """A certificate, as its owner and admins see it."""

    url: str | None


class ProfileView(Model):
    """A person as anybody sees them."""

    user_id: str
    display_name: str
    bio: str | None
    trades: list[str]
    location: str | None
    photo_url: str | None
    certifications: list[CertificationView | CertificationTitle]
    years_experience: int | None
    availability: Availability
    roles: list[Role]
    verified: bool
    trust_score: int
    rating: Rating
    completed_jobs: int
    paid_jobs: int
    badges: list[Badge]
    created_at: str | None


class OwnProfileView(ProfileView):
    """A person as they see themselves."""

    phone: str | None
    email: str | None
    coordinates: Coordinates | None
    completion: int
    version: int
    updated_at: str | None


def shown(profile: Profile, now: str, *, fully: bool = False) -> ProfileView:
    """The safe part of a profile; `fully` adds links to the certificates, for admins."""
    return ProfileView(**_safe(profile, now, fully=fully))


def resume_of(profile: Profile, work: list[WorkDone], now: str) -> ResumeView:
    """A person's resume from their profile and the jobs that they did."""
    made_of = trust(profile)
    sides = {name: profile.sub_rating(name) for name in SUB_RATINGS}
    return ResumeView(
        user_id=profile.user_id,
        display_name=profile.display_name,
        rating=Rating(average=profile.rating_average, count=profile.rating_count),
        sub_ratings=SubRatingMeans(
            **{name: Rating(average=mean(total, count), count=count) for name, (total, count) in sides.items()}
        ),
        badges=badges(profile, now),
        trust_score=made_of.score,
        trust_breakdown=TrustBreakdown(
            **{name: round(float(getattr(made_of, name)), 2) for name in TrustBreakdown.model_fields}
        ),
        jobs=work,
    )


def shown_to_owner(profile: Profile, user: User, now: str) -> OwnProfileView:
    """All of a person's own profile."""
    return OwnProfileView(
        **_safe(profile, now, fully=True),
        phone=user.phone,
        email=user.email,
        coordinates=profile.coordinates,
        completion=completion(profile, phone=user.phone, email=user.email),
        version=profile.version,
        updated_at=profile.updated_at,
    )


def _safe(profile: Profile, now: str, *, fully: bool) -> dict[str, Any]:
    derived = {
        "photo_url": media.link(profile.photo_url) if profile.photo_url else None,
        "certifications": [
            CertificationView(title=one.title, url=media.link(one.key) if one.key else None)
            if fully
            else CertificationTitle(title=one.title)
            for one in profile.certifications
        ],
        "trust_score": trust(profile).score,
        "rating": Rating(average=profile.rating_average, count=profile.rating_count),
        "badges": badges(profile, now),
    }
    return {name: getattr(profile, name) for name in ProfileView.model_fields if name not in derived} | derived
