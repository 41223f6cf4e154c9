"""Rules of admins' decisions, of reviews' counters on profiles, and of resumes."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.errors import Forbidden
from khaya.platform.base.roles import Role
from khaya.profiles.model import SUB_RATINGS, Profile, mean, median
from khaya.profiles.store import count_review
from khaya.profiles.trust import trust
from khaya.reputation.view import resume_of
from khaya.reviews.model import SubRatings
from khaya.users.model import User, UserChanges

NOW = "2026-11-21T08:00:00.000Z"


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=20))
def test_the_median_equals_the_standard_librarys(minutes: list[float]) -> None:
    assert median(minutes) == statistics.median(minutes)


@given(
    status=st.sampled_from(["active", "suspended"]),
    held=st.sets(st.sampled_from(["buyer", "admin"])),
    lost=st.sets(st.sampled_from(["worker", "admin"])),
    wanted=st.fixed_dictionaries(
        {}, optional={"status": st.sampled_from(["active", "suspended"]), "admin": st.booleans()}
    ).filter(bool),
)
def test_a_decision_is_recorded_exactly_if_it_changes_something(
    status: str, held: set[Role], lost: set[Role], wanted: dict[str, object]
) -> None:
    user = User.model_validate({"userId": "person-1", "status": status, "roles": sorted(held), "lostRoles": lost})
    changes = UserChanges.model_validate({"reason": "A good reason.", **wanted})
    decision = user.decision_for(changes, admin_id="admin-1", now=NOW)
    differs = "status" in wanted and wanted["status"] != status
    if "admin" in wanted:
        differs = differs or ("admin" in held) != wanted["admin"] or ("admin" in lost) == wanted["admin"]
    assert (decision is not None) == differs
    if decision is not None:
        assert (decision.user_id, decision.decided_by, decision.reason) == ("person-1", "admin-1", "A good reason.")


def test_an_admins_decision_about_themselves_is_refused() -> None:
    with pytest.raises(Forbidden):
        User(user_id="admin-1").decision_for(UserChanges(status="suspended", reason="Me."), admin_id="admin-1", now=NOW)


def test_sub_ratings_of_reviews_and_profiles_are_the_same() -> None:
    assert tuple(SubRatings.model_fields) == SUB_RATINGS
    write = count_review("worker-1", 5, dict.fromkeys(SUB_RATINGS, 3), -1, NOW)
    counted = {name.removeprefix("#") for name in write.request["ExpressionAttributeNames"]}
    known = {field.alias for field in Profile.model_fields.values()}
    assert counted <= known | {"reputationDay"}, "the day of the change is not part of the profile model"
    values = write.request["ExpressionAttributeValues"]
    assert (values[":ratingSum"], values[":ratingCount"], values[":fairPriceSum"]) == (
        {"N": "-5"},
        {"N": "-1"},
        {"N": "-3"},
    )


@given(
    verified=st.booleans(),
    ratings=st.lists(st.integers(1, 5), max_size=30),
    paid=st.integers(0, 100),
    late=st.integers(0, 100),
    response=st.none() | st.floats(0, 1000),
)
def test_the_trust_breakdown_adds_up_to_the_score(
    verified: bool, ratings: list[int], paid: int, late: int, response: float | None
) -> None:
    person = Profile(
        user_id="worker-1",
        verified=verified,
        rating_sum=sum(ratings),
        rating_count=len(ratings),
        paid_jobs=paid,
        on_time_jobs=max(0, paid - late),
        median_response_minutes=response,
        created_at=NOW,
    )
    shown = resume_of(person, [], NOW)
    parts = shown.trust_breakdown.model_dump().values()
    assert abs(sum(parts) - shown.trust_score) <= 0.5 + 0.005 * len(parts)
    assert 0 <= shown.trust_score == trust(person).score <= 100
    assert shown.rating.average == mean(sum(ratings), len(ratings))
