"""The formula of the trust score, and the badges."""

from dataclasses import dataclass
from fractions import Fraction

from khaya.platform.base import clock
from khaya.profiles.model import Badge, Profile

_NEW_DAYS = 30


@dataclass(frozen=True)
class Trust:
    """The parts of a trust score in points, as exact fractions."""

    verified: Fraction
    jobs: Fraction
    reviews: Fraction
    on_time: Fraction
    response: Fraction

    @property
    def score(self) -> int:
        """The sum of the parts, 0 to 100, rounded half up."""
        total = self.verified + self.jobs + self.reviews + self.on_time + self.response
        return int(total + Fraction(1, 2))


def trust(profile: Profile) -> Trust:
    """The trust score of a person, by parts."""
    return Trust(
        verified=Fraction(20 if profile.verified else 0),
        jobs=min(Fraction(30), Fraction(6, 10) * profile.paid_jobs),
        reviews=Fraction(25 * profile.rating_sum, 5 * profile.rating_count) if profile.rating_count else Fraction(0),
        on_time=15 * _on_time_share(profile),
        response=Fraction(_response_points(profile.median_response_minutes)),
    )


def badges(profile: Profile, now: str) -> list[Badge]:
    """The badges of a person at the time `now`."""
    age_days = clock.seconds_between(profile.created_at, now) / 86_400 if profile.created_at else 0
    earned: dict[Badge, bool] = {
        "topRated": profile.rating_count >= 10 and profile.rating_sum * 2 >= 9 * profile.rating_count,
        "reliable": profile.paid_jobs >= 5 and _on_time_share(profile) >= Fraction(9, 10),
        "experienced": profile.paid_jobs >= 50,
        "fastResponse": profile.median_response_minutes is not None and profile.median_response_minutes < 120,
        "newbie": age_days <= _NEW_DAYS and profile.paid_jobs < 5,
        "verified": profile.verified,
    }
    return [badge for badge, has in earned.items() if has]


def _on_time_share(profile: Profile) -> Fraction:
    return Fraction(profile.on_time_jobs, profile.paid_jobs) if profile.paid_jobs else Fraction(0)


def _response_points(minutes: float | None) -> int:
    if minutes is None:
        return 0
    return next((points for hours, points in ((1, 10), (2, 7), (4, 4)) if minutes < hours * 60), 0)
