"""Profiles as the API shows them: to everybody, and to the owner."""

from typing import Any

from khaya.platform.base.fields import Coordinates
from khaya.platform.base.models import Model
from khaya.platform.base.roles import Role
from khaya.profiles.model import Availability, Badge, Profile, completion
from khaya.profiles.trust import badges, trust
from khaya.profiles.verification import VerificationStatus
from khaya.uploads.view import file_url
from khaya.users.model import User


class Rating(Model):
    """The mean and the count of ratings from 1 to 5."""

    average: float | None
    count: int


class CertificationTitle(Model):
    """A certificate, as everybody sees it."""

    title: str


class CertificationView(CertificationTitle):
    """A certificate, as its owner and admins see it."""

    url: str | None


class ProfileView(Model):
    """A person, as everybody sees them."""

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
    """A person, as they see themselves."""

    phone: str | None
    email: str | None
    coordinates: Coordinates | None
    completion: int
    version: int
    updated_at: str | None


class VerificationView(Model):
    """A person's request to be verified, or the decision about it."""

    user_id: str
    display_name: str
    note: str | None
    certifications: list[CertificationView]
    status: VerificationStatus
    asked_at: str | None
    reason: str | None
    decided_at: str | None


def verification_view(profile: Profile, *, own: bool = False) -> VerificationView:
    """The request of a person who has asked to be verified; `own` for the person, else for admins."""
    request = profile.verification
    if request is None:
        raise ValueError("the person has not asked to be verified")
    return VerificationView(
        user_id=profile.user_id,
        display_name=profile.display_name,
        certifications=[
            CertificationView(title=one.title, url=file_url(one.key, profile.pictures, own=own))
            for one in profile.certifications
        ],
        **{name: getattr(request, name) for name in ("note", "status", "asked_at", "reason", "decided_at")},
    )


def profile_view(profile: Profile, now: str, *, fully: bool = False, own: bool = False) -> ProfileView:
    """The public fields of a profile; `fully` adds links to the certificates, for admins and (`own`) the owner."""
    return ProfileView(**_public_fields(profile, now, fully=fully, own=own))


def own_profile_view(profile: Profile, user: User, now: str) -> OwnProfileView:
    """All of a person's own profile."""
    return OwnProfileView(
        **_public_fields(profile, now, fully=True, own=True),
        phone=user.phone,
        email=user.email,
        coordinates=profile.coordinates,
        completion=completion(profile, phone=user.phone, email=user.email),
        version=profile.version,
        updated_at=profile.updated_at,
    )


def _public_fields(profile: Profile, now: str, *, fully: bool, own: bool) -> dict[str, Any]:
    derived = {
        "photo_url": file_url(profile.photo_url, profile.pictures, own=own, public=True),
        "certifications": [
            CertificationView(title=one.title, url=file_url(one.key, profile.pictures, own=own))
            if fully
            else CertificationTitle(title=one.title)
            for one in profile.certifications
        ],
        "trust_score": trust(profile).score,
        "rating": Rating(average=profile.rating_average, count=profile.rating_count),
        "badges": badges(profile, now),
    }
    return {name: getattr(profile, name) for name in ProfileView.model_fields if name not in derived} | derived
