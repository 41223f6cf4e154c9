"""A profile: the fields that its owner writes, and the fields that only the system writes."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from khaya.platform.base.errors import Conflict, FieldError, FieldProblem, Forbidden, Invalid
from khaya.platform.base.fields import Coordinates, Length, Line, Name, Place, Prose
from khaya.platform.base.models import Model, RequestModel, next_version, omittable, sent_fields
from khaya.platform.base.numbers import StoredCount
from khaya.platform.base.roles import ROLES, Role
from khaya.platform.base.text import comparable
from khaya.profiles.verification import Note, Verification, VerificationReason, VerificationStatus, asked
from khaya.uploads.model import Pictures, UploadKey

Availability = Literal["available", "busy", "unavailable"]
Badge = Literal["topRated", "reliable", "experienced", "fastResponse", "newbie", "verified"]
OwnRole = Literal["buyer", "worker", "seller"]

OWN_ROLES: Final[tuple[Role, ...]] = ("buyer", "worker", "seller")
"""Roles that people choose themselves."""

SubRating = Literal["workmanship", "punctuality", "communication", "cleanliness", "fair_price"]
SUB_RATINGS: Final[tuple[SubRating, ...]] = (
    "workmanship",
    "punctuality",
    "communication",
    "cleanliness",
    "fair_price",
)
"""The aspects of the work that a review may rate separately."""

NEW_NAME = "New member"
FORMER_NAME = "Former member"


def _unique(values: list[str]) -> list[str]:
    if len({comparable(value) for value in values}) != len(values):
        raise FieldError("must not name the same thing twice", "repeated_item")
    return values


DisplayName = Annotated[Name, Length(2, 100)]
Trade = Annotated[Name, Length(2, 50)]
Trades = Annotated[list[Trade], Field(max_length=5, json_schema_extra={"uniqueItems": True}), AfterValidator(_unique)]


class Certification(RequestModel):
    """A certificate the owner holds; `key` is the upload that shows it."""

    title: Annotated[Line, Length(2, 200)]
    key: UploadKey | None = None


def _different_uploads(certifications: list[Certification]) -> list[Certification]:
    keys = [one.key for one in certifications if one.key]
    if len(set(keys)) != len(keys):
        raise FieldError("must not name the same upload twice", "repeated_item")
    return certifications


Certifications = Annotated[list[Certification], Field(max_length=20), AfterValidator(_different_uploads)]
Years = Annotated[int, Field(strict=True, ge=0, le=80)]
Bio = Annotated[Prose, Length(0, 2000)]


class ProfileReplacement(RequestModel):
    """All fields that the owner may write; omitted fields are cleared."""

    display_name: DisplayName
    bio: Bio | None = None
    trades: Trades = []
    location: Place | None = None
    coordinates: Coordinates | None = None
    photo_url: Annotated[UploadKey | None, Field(description="The upload key of the picture; answers give a link.")] = (
        None
    )
    certifications: Certifications = []
    years_experience: Years | None = None
    availability: Availability = "available"


class ProfileChanges(ProfileReplacement):
    """Some of the fields that the owner may write; omitted fields stay unchanged."""

    display_name: DisplayName = omittable()


class VerificationApplication(RequestModel):
    """The request to be verified. Certificates that are sent become those of the profile."""

    note: Note
    certifications: Certifications = omittable()

    def profile_changes(self) -> ProfileChanges:
        """The part of the request that changes the profile."""
        sent = {"certifications": self.certifications} if "certifications" in self.model_fields_set else {}
        return ProfileChanges.model_construct(_fields_set=set(sent), **{"certifications": [], **sent})


class VerificationRequest(RequestModel):
    """Whether the person is verified. Taking it back needs the reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"verified": {"const": False}}},
            "then": {"required": ["reason"]},
        }
    )

    verified: Annotated[bool, Field(strict=True)]
    reason: VerificationReason = omittable()

    def given_reason(self) -> str | None:
        """The reason, if one was sent.

        Raises:
            Invalid: a verification is taken back without a reason.
        """
        if "reason" in self.model_fields_set:
            return self.reason
        if self.verified:
            return None
        raise Invalid([FieldProblem("reason", "is needed to take a verification back", "required")])


class VerificationDecision(RequestModel):
    """An admin's decision about a person who asked to be verified."""

    decision: Literal["approve", "refuse"]
    reason: VerificationReason


class Reputation(Model):
    """The part of a profile that a job shows of its buyer, and that a list of jobs reads of it."""

    verified: bool = False
    rating_sum: StoredCount = 0
    rating_count: StoredCount = 0

    @property
    def rating_average(self) -> float | None:
        """The mean rating, rounded to two places; None before the first review."""
        return mean(self.rating_sum, self.rating_count)


class Profile(Reputation):
    """The public information about a person, and the counters from which rating, trust and badges are computed."""

    user_id: str
    display_name: str = NEW_NAME
    bio: str | None = None
    trades: list[str] = []
    location: str | None = None
    coordinates: Coordinates | None = None
    photo_url: str | None = None
    certifications: list[Certification] = []
    pictures: Pictures = {}
    years_experience: int | None = None
    availability: Availability = "available"

    roles: list[Role] = []
    workmanship_sum: StoredCount = 0
    workmanship_count: StoredCount = 0
    punctuality_sum: StoredCount = 0
    punctuality_count: StoredCount = 0
    communication_sum: StoredCount = 0
    communication_count: StoredCount = 0
    cleanliness_sum: StoredCount = 0
    cleanliness_count: StoredCount = 0
    fair_price_sum: StoredCount = 0
    fair_price_count: StoredCount = 0
    completed_jobs: StoredCount = 0
    paid_jobs: StoredCount = 0
    on_time_jobs: StoredCount = 0
    """The paid jobs that were submitted no later than accepted + timelineDays."""
    median_response_minutes: float | None = None
    """Median of the minutes from the posting of a job to this person's bid, over their last 20 not withdrawn bids."""

    returned: bool | None = None
    """Whether an earlier account of the person was erased; they get no benefits for new members."""
    erased_at: str | None = None
    verification: Verification | None = None
    hidden: bool | None = None
    """Whether the person is suspended, and therefore not public."""

    created_at: str | None = None
    updated_at: str | None = None
    version: int = 0

    def sub_rating(self, name: SubRating) -> tuple[int, int]:
        """The sum and the count of the ratings of one aspect of the work."""
        return getattr(self, f"{name}_sum"), getattr(self, f"{name}_count")

    def with_responses(self, minutes: Sequence[float]) -> "Profile":
        """The profile with the median of these response times."""
        return self.model_copy(update={"median_response_minutes": median(minutes) if minutes else None})

    def with_changes(self, request: ProfileReplacement, now: str) -> "Profile":
        """The profile with the fields that the client sent."""
        return self._next(sent_fields(request), now)

    def with_replacement(self, request: ProfileReplacement, now: str) -> "Profile":
        """The profile with all writable fields of `request`."""
        return self._next({name: getattr(request, name) for name in ProfileReplacement.model_fields}, now)

    def with_own_roles(self, chosen: list[OwnRole], now: str) -> "Profile":
        """The profile with these chosen roles; the role admin is unaffected."""
        kept = [role for role in self.roles if role not in OWN_ROLES]
        return self._next({"roles": sorted({*chosen, *kept}, key=ROLES.index)}, now)

    def with_application(self, note: str, now: str) -> "Profile":
        """The profile of a person who asks to be verified.

        Raises:
            Conflict: the person is verified, or an earlier request waits.
        """
        return self._next({"verification": asked(self.verification, note, verified=self.verified, now=now)}, now)

    def with_application_decided(self, decision: VerificationDecision, *, by: str, now: str) -> "Profile":
        """The profile after an admin's decision about the person's request.

        Raises:
            Forbidden: the admin is the person.
            Conflict: no request waits, or the account was erased.
        """
        self._require_decidable_by(by)
        if self.verification is None or self.verification.status != "waiting":
            raise Conflict("No request to be verified waits.", code="verification_not_waiting")
        return self._verified(decision.decision == "approve", "refused", decision.reason, by=by, now=now)

    def with_verification(self, verified: bool, reason: str | None, *, by: str, now: str) -> "Profile":
        """The profile after an admin's decision about the verification; a request that waits is decided by it too.

        Raises:
            Forbidden: the admin is the person.
            Conflict: the account was erased.
        """
        self._require_decidable_by(by)
        waits = self.verification is not None and self.verification.status == "waiting"
        if verified == self.verified and not waits:
            return self
        return self._verified(verified, "refused" if waits else "withdrawn", reason, by=by, now=now)

    def _require_decidable_by(self, admin_id: str) -> None:
        if admin_id == self.user_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        if self.erased_at is not None:
            raise Conflict("The account was erased.", code="party_left")

    def _verified(
        self, verified: bool, otherwise: VerificationStatus, reason: str | None, *, by: str, now: str
    ) -> "Profile":
        request = self.verification or Verification(status="waiting")
        decided = request.decided("approved" if verified else otherwise, reason, by=by, now=now)
        return self._next({"verified": verified, "verification": decided}, now)

    def with_admin(self, *, admin: bool, now: str) -> "Profile":
        """The profile with or without the role admin."""
        held: set[Role] = {*self.roles} | {"admin"} if admin else {*self.roles} - {"admin"}
        return self._next({"roles": sorted(held, key=ROLES.index)}, now)

    def with_hidden(self, hidden: bool, now: str) -> "Profile":
        """The profile of a person who was suspended (`hidden`) or reinstated."""
        return self._next({"hidden": hidden or None}, now)

    def erased(self, now: str) -> "Profile":
        """The profile without personal data; ratings and counters stay. The same object if nothing changes."""
        return self._next(
            {
                "display_name": FORMER_NAME,
                "bio": None,
                "trades": [],
                "location": None,
                "coordinates": None,
                "photo_url": None,
                "certifications": [],
                "years_experience": None,
                "availability": "unavailable",
                "roles": [],
                "verified": False,
                "hidden": None,
                "verification": None,
                "erased_at": self.erased_at or now,
            },
            now,
        )

    def _next(self, changed: dict[str, Any], now: str) -> "Profile":
        return next_version(self, changed, updated_at=now)


def median(values: Sequence[float]) -> float:
    """The median. Python's `statistics` module is slow to import."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean(total: int, count: int) -> float | None:
    """The mean of ratings, rounded to two places; None without ratings."""
    return round(total / count, 2) if count else None


def first_profile(user_id: str, name: str | None, roles: list[Role], now: str, *, returned: bool = False) -> Profile:
    """The empty profile of a person's first sign-in. `returned`: see `Profile`."""
    return Profile(
        user_id=user_id,
        display_name=name or NEW_NAME,
        roles=roles,
        returned=returned or None,
        created_at=now,
        updated_at=now,
    )


def completion(profile: Profile, *, phone: str | None, email: str | None) -> int:
    """The completion of a profile in percent: eight equal parts, rounded half up."""
    parts = [
        profile.display_name not in ("", NEW_NAME),
        bool(email),
        bool(phone),
        bool(profile.photo_url),
        bool(profile.bio),
        bool(profile.location),
        bool(profile.trades),
        profile.verified,
    ]
    return (sum(parts) * 100 + 4) // 8
