"""Trust scores and badges at the limits of each part."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base import clock
from khaya.profiles.model import Profile, completion
from khaya.profiles.trust import badges, trust

NOW = "2026-11-21T08:00:00.000Z"


def person(**facts: Any) -> Profile:
    return Profile(user_id="person-1", **{"created_at": "2020-01-01T00:00:00.000Z", **facts})


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({}, 0),
        ({"verified": True}, 20),
        # jobs: 0.6 each, at most 30; on time adds 15 times its share
        ({"paid_jobs": 1}, 1),
        ({"paid_jobs": 4}, 2),
        ({"paid_jobs": 5}, 3),
        ({"paid_jobs": 49}, 29),
        ({"paid_jobs": 50}, 30),
        ({"paid_jobs": 51}, 30),
        ({"paid_jobs": 5000}, 30),
        # jobs that were not paid through the marketplace build no trust
        ({"completed_jobs": 500}, 0),
        # reviews: 25 times average / 5
        ({"rating_sum": 5, "rating_count": 1}, 25),
        ({"rating_sum": 1, "rating_count": 1}, 5),
        ({"rating_sum": 9, "rating_count": 2}, 23),  # 22.5
        ({"rating_sum": 3 * 10 - 1, "rating_count": 10}, 15),  # 14.5
        # on time
        ({"paid_jobs": 10, "on_time_jobs": 10}, 21),
        ({"paid_jobs": 10, "on_time_jobs": 9}, 20),  # 6 + 13.5
        ({"paid_jobs": 3, "on_time_jobs": 1}, 7),  # 1.8 + 5
        # response: under 1 h, 2 h, 4 h
        ({"median_response_minutes": 0.0}, 10),
        ({"median_response_minutes": 59.999}, 10),
        ({"median_response_minutes": 60.0}, 7),
        ({"median_response_minutes": 119.999}, 7),
        ({"median_response_minutes": 120.0}, 4),
        ({"median_response_minutes": 239.999}, 4),
        ({"median_response_minutes": 240.0}, 0),
        # all of it
        (
            {
                "verified": True,
                "paid_jobs": 60,
                "on_time_jobs": 60,
                "rating_sum": 50,
                "rating_count": 10,
                "median_response_minutes": 5.0,
            },
            100,
        ),
    ],
)
def test_each_part_of_the_trust_score_has_its_limit(facts: dict[str, Any], score: int) -> None:
    assert trust(person(**facts)).score == score


@given(
    st.booleans(),
    st.integers(0, 200),
    st.data(),
    st.lists(st.integers(1, 5), max_size=40),
    st.none() | st.floats(0, 10_000),
)
def test_the_trust_score_is_the_formula_rounded_half_up(
    verified: bool, paid: int, data: st.DataObject, ratings: list[int], minutes: float | None
) -> None:
    on_time = data.draw(st.integers(0, paid))
    exact = Fraction(20 if verified else 0) + min(Fraction(30), Fraction(3, 5) * paid)
    exact += Fraction(25 * sum(ratings), 5 * len(ratings)) if ratings else 0
    exact += Fraction(15 * on_time, paid) if paid else 0
    exact += next(
        (points for under, points in ((60, 10), (120, 7), (240, 4)) if minutes is not None and minutes < under), 0
    )
    rounded = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP)
    found = trust(
        person(
            verified=verified,
            paid_jobs=paid,
            on_time_jobs=on_time,
            rating_sum=sum(ratings),
            rating_count=len(ratings),
            median_response_minutes=minutes,
        )
    ).score
    assert found == rounded
    assert 0 <= found <= 100


@pytest.mark.parametrize(
    ("badge", "has", "has_not"),
    [
        ("topRated", {"rating_sum": 45, "rating_count": 10}, {"rating_sum": 44, "rating_count": 10}),
        ("topRated", {"rating_sum": 50, "rating_count": 10}, {"rating_sum": 45, "rating_count": 9}),
        ("topRated", {"rating_sum": 5400, "rating_count": 1200}, {"rating_sum": 5399, "rating_count": 1200}),
        ("reliable", {"paid_jobs": 5, "on_time_jobs": 5}, {"paid_jobs": 4, "on_time_jobs": 4}),
        ("reliable", {"paid_jobs": 10, "on_time_jobs": 9}, {"paid_jobs": 10, "on_time_jobs": 8}),
        ("experienced", {"paid_jobs": 50}, {"paid_jobs": 49, "completed_jobs": 100}),
        ("fastResponse", {"median_response_minutes": 119.9}, {"median_response_minutes": 120.0}),
        ("fastResponse", {"median_response_minutes": 0.0}, {}),
        ("verified", {"verified": True}, {"verified": False}),
        ("newbie", {"created_at": clock.plus(NOW, days=-30)}, {"created_at": clock.plus(NOW, days=-30, seconds=-1)}),
        ("newbie", {"created_at": NOW, "paid_jobs": 4}, {"created_at": NOW, "paid_jobs": 5}),
    ],
)
def test_badges_at_their_limits(badge: str, has: dict[str, Any], has_not: dict[str, Any]) -> None:
    assert badge in badges(person(**has), NOW)
    assert badge not in badges(person(**has_not), NOW)


def test_a_profile_without_jobs_has_no_badges() -> None:
    assert badges(person(), NOW) == []


@pytest.mark.parametrize(
    ("parts", "percent"), [(0, 0), (1, 13), (2, 25), (3, 38), (4, 50), (5, 63), (6, 75), (7, 88), (8, 100)]
)
def test_the_completion_meter_has_eight_equal_parts(parts: int, percent: int) -> None:
    filled: list[tuple[str, Any]] = [
        ("display_name", "Sipho"),
        ("photo_url", "uploads/person-1/profile/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"),
        ("bio", "I fix taps."),
        ("location", "Durban"),
        ("trades", ["plumbing"]),
        ("verified", True),
    ]
    profile = person(**dict(filled[:parts]))
    phone = "+27821234567" if parts > 6 else None
    assert completion(profile, phone=phone, email="a@b.co" if parts > 7 else None) == percent


def test_the_default_name_does_not_count_for_the_completion() -> None:
    assert completion(person(), phone=None, email=None) == 0
    assert completion(person(), phone="+27821234567", email=None) == 13
    assert completion(person(), phone=None, email="a@b.co") == 13


@given(st.integers(0, 1000), st.integers(1, 200))
def test_the_average_is_rounded_to_two_places(total: int, count: int) -> None:
    average = person(rating_sum=total, rating_count=count).rating_average
    assert average is not None
    assert abs(average - total / count) <= 0.005 + 1e-9
    assert person().rating_average is None
