"""Profiles: the owner's writes, the public view, the directory and the verification."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base import clock as khaya_clock
from khaya.platform.data import dynamo
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.profiles import service
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.permissions import running
from tests.support.records import profile
from tests.support.uploads import given

PHOTO = "uploads/person-1/profile/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"
PAPER = "uploads/person-1/certification/01JCZX3V9T6V5Y8Q2M4N7B1KDE.pdf"
PUBLIC = {
    "userId", "displayName", "bio", "trades", "location", "photoUrl", "certifications", "yearsExperience",
    "availability", "roles", "verified", "trustScore", "rating", "completedJobs", "paidJobs", "badges", "createdAt",
}  # fmt: skip
OWN = {"phone", "email", "coordinates", "completion", "version", "updatedAt"}
WHOLE: dict[str, Any] = {
    "displayName": "Sipho Dlamini",
    "bio": "I fix taps.\nAnd geysers.",
    "trades": ["Plumbing", "Tiling"],
    "location": "Durban",
    "coordinates": {"lat": -29.85, "lng": 31.02},
    "photoUrl": PHOTO,
    "certifications": [{"title": "Plumber's licence", "key": PAPER}, {"title": "First aid", "key": None}],
    "yearsExperience": 7,
    "availability": "busy",
}


def briefly(value: object) -> str | None:
    """The id of a case: its fields. Sets are left out, because their order differs between processes."""
    return str(value)[:40] if isinstance(value, dict) else None


@pytest.fixture(autouse=True)
def uploads(tables: None) -> None:
    given(PHOTO, PAPER)


@pytest.fixture
def person() -> Person:
    return Person("person-1", ("worker",))


def test_given_a_first_request_when_the_own_profile_is_read_then_an_empty_profile_is_returned(person: Person) -> None:
    answer = person.get("/profiles/me")
    assert (answer.status, {*answer.body}) == (200, PUBLIC | OWN)
    assert answer.body["displayName"] == "New member"
    assert (answer.body["trustScore"], answer.body["completion"]) == (0, 0)
    assert answer.body["rating"] == {"average": None, "count": 0}


def test_when_a_whole_profile_is_written_then_it_is_read_back(person: Person) -> None:
    answer = person.put("/profiles/me", WHOLE)
    assert (answer.status, answer.headers["ETag"]) == (200, '"1"')
    assert {*answer.body} == PUBLIC | OWN
    for name in ("displayName", "bio", "trades", "location", "coordinates", "yearsExperience", "availability"):
        assert answer.body[name] == WHOLE[name]
    assert PHOTO in answer.body["photoUrl"]
    assert [one["title"] for one in answer.body["certifications"]] == ["Plumber's licence", "First aid"]
    assert PAPER in answer.body["certifications"][0]["url"]
    assert answer.body["certifications"][1]["url"] is None
    again = person.get("/profiles/me")
    for name in PUBLIC | OWN - {"photoUrl", "certifications"}:
        if name not in ("photoUrl", "certifications"):
            assert again.body[name] == answer.body[name]


def test_put_clears_omitted_fields_and_patch_keeps_them(person: Person, clock: Clock) -> None:
    person.put("/profiles/me", WHOLE)
    clock.tick(minutes=1)
    patched = person.patch("/profiles/me", {"bio": "Only taps.", "location": None}).body
    assert (patched["bio"], patched["location"], patched["version"]) == ("Only taps.", None, 2)
    assert patched["updatedAt"] == "2026-11-21T08:01:00.000Z"
    for name in ("displayName", "trades", "coordinates", "yearsExperience", "availability"):
        assert patched[name] == WHOLE[name]
    put = person.put("/profiles/me", {"displayName": "Sipho"}).body
    assert (put["displayName"], put["version"]) == ("Sipho", 3)
    for name in ("bio", "location", "coordinates", "photoUrl", "yearsExperience"):
        assert put[name] is None
    assert (put["trades"], put["certifications"], put["availability"]) == ([], [], "available")


def test_when_the_owner_writes_then_system_fields_stay_unchanged(person: Person) -> None:
    facts = {
        "verified": True,
        "rating_sum": 14,
        "rating_count": 3,
        "completed_jobs": 9,
        "paid_jobs": 4,
        "on_time_jobs": 4,
        "median_response_minutes": 30.0,
        "roles": ["worker"],
    }
    profile("person-1", phone="+27821234567", email="sipho@example.com", **facts)
    kept = (
        "verified",
        "rating",
        "completedJobs",
        "paidJobs",
        "trustScore",
        "badges",
        "roles",
        "createdAt",
        "phone",
        "email",
    )
    before = person.get("/profiles/me").body
    assert before["rating"] == {"average": 4.67, "count": 3}
    assert before["trustScore"] == 71  # 20 + 2.4 + 23.33 + 15 + 10
    for answer in (person.put("/profiles/me", WHOLE), person.patch("/profiles/me", {"bio": "New."})):
        assert {name: answer.body[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize(
    "fields",
    [
        {"displayName": "xy"},
        {"displayName": "x" * 100},
        {"bio": "x" * 2000},
        {"trades": ["a1", "a2", "a3", "a4", "a5"]},
        {"trades": []},
        {"yearsExperience": 0},
        {"yearsExperience": 80},
        {"availability": "unavailable"},
        {"certifications": [{"title": "xy"}] * 20},
        {"photoUrl": None},
        {},
    ],
    ids=briefly,
)
def test_what_is_within_the_limits_is_taken(person: Person, fields: dict[str, Any]) -> None:
    assert person.put("/profiles/me", {**WHOLE, **fields}).status == 200
    assert person.patch("/profiles/me", fields).status == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"displayName": "x"}, {"displayName"}),
        ({"displayName": "x" * 101}, {"displayName"}),
        ({"displayName": None}, {"displayName"}),
        ({"displayName": "   "}, {"displayName"}),
        ({"bio": "x" * 2001}, {"bio"}),
        ({"trades": ["a1", "a2", "a3", "a4", "a5", "a6"]}, {"trades"}),
        ({"trades": ["Plumbing", " PLUMBING "]}, {"trades"}),
        ({"trades": ["x"]}, {"trades.0"}),
        ({"trades": "plumbing"}, {"trades"}),
        ({"trades": None}, {"trades"}),
        ({"location": "x"}, {"location"}),
        ({"yearsExperience": -1}, {"yearsExperience"}),
        ({"yearsExperience": 81}, {"yearsExperience"}),
        ({"yearsExperience": "7"}, {"yearsExperience"}),
        ({"availability": "asleep"}, {"availability"}),
        ({"availability": None}, {"availability"}),
        ({"certifications": [{"title": "x"}]}, {"certifications.0.title"}),
        ({"certifications": [{"title": "Licence", "url": "x"}]}, {"certifications.0.url"}),
        ({"certifications": [{"title": "xy"}] * 21}, {"certifications"}),
        ({"photoUrl": "https://example.com/me.jpg"}, {"photoUrl"}),
        ({"photoUrl": PHOTO.replace("person-1", "person-2")}, {"photoUrl"}),
        (
            {"certifications": [{"title": "Licence", "key": PAPER.replace("person-1", "person-2")}]},
            {"certifications.0.key"},
        ),
        *(
            ({name: value}, {name})
            for name, value in (
                ("roles", ["admin"]),
                ("verified", True),
                ("trustScore", 100),
                ("rating", {"average": 5, "count": 99}),
                ("completedJobs", 99),
                ("paidJobs", 99),
                ("badges", ["topRated"]),
                ("createdAt", "2000-01-01T00:00:00.000Z"),
                ("userId", "person-2"),
                ("phone", "+27821234567"),
                ("email", "a@b.co"),
                ("version", 9),
                ("ratingSum", 500),
                ("medianResponseMinutes", 1),
            )
        ),
    ],
    ids=briefly,
)
def test_an_invalid_field_is_refused_by_name(person: Person, fields: dict[str, Any], named: set[str]) -> None:
    for answer in (person.put("/profiles/me", {**WHOLE, **fields}), person.patch("/profiles/me", fields)):
        assert (answer.status, answer.fields) == (422, named), answer.text
    assert stand_in.stored("profiles") == []


def test_a_profile_replacement_without_a_name_is_refused(person: Person) -> None:
    assert person.put("/profiles/me", {"bio": "Nameless."}).fields == {"displayName"}
    assert person.patch("/profiles/me", {"bio": "Nameless."}).status == 200


@pytest.mark.parametrize("method", ["put", "patch"])
def test_given_an_outdated_if_match_when_the_profile_is_written_then_412(person: Person, method: str) -> None:
    first = person.put("/profiles/me", WHOLE)
    write = getattr(person, method)
    second = {**WHOLE, "bio": "I fix taps and pipes."}
    assert write("/profiles/me", second, headers={"If-Match": first.headers["ETag"]}).headers["ETag"] == '"2"'
    stale = write("/profiles/me", {**WHOLE, "bio": "Lost."}, headers={"If-Match": first.headers["ETag"]})
    assert (stale.status, stale.headers["Content-Type"]) == (412, "application/problem+json")
    assert person.get("/profiles/me").body["bio"] == second["bio"]


def test_when_fields_are_added_then_the_completion_rises(person: Person) -> None:
    profile("person-1", phone="+27821234567", email="sipho@example.com")
    assert person.get("/profiles/me").body["completion"] == 25
    assert person.put("/profiles/me", WHOLE).body["completion"] == 88
    assert person.patch("/profiles/me", {"trades": [], "bio": None}).body["completion"] == 63


# What others see.


def test_others_see_only_public_fields_of_a_profile(person: Person, admin: Person) -> None:
    profile("person-1", phone="+27821234567", email="sipho@example.com", roles=["worker"])
    person.put("/profiles/me", WHOLE)
    for other in (VISITOR, Person("buyer-1", ("buyer",)), Person("seller-1", ("seller",))):
        answer = other.get("/profiles/person-1")
        assert (answer.status, {*answer.body}) == (200, PUBLIC)
        assert all({*one} == {"title"} for one in answer.body["certifications"])
        for hidden in ("+2782", "sipho@example.com", "-29.85", "31.02", PAPER, "lastWrite", "ratingSum", "median"):
            assert hidden not in answer.text
    for fully in (admin, person):
        answer = fully.get("/profiles/person-1")
        assert {*answer.body} == PUBLIC
        assert {*answer.body["certifications"][0]} == {"title", "url"}
        assert "+2782" not in answer.text


def test_the_profile_of_an_unknown_person_is_404(admin: Person) -> None:
    for caller in (VISITOR, admin, Person("me", ("worker",))):
        for unknown in ("nobody", "x" * 5000, "%00"):
            assert caller.get(f"/profiles/{unknown}").status == 404


# The directory.


def names(**query: str) -> list[str]:
    answer = VISITOR.get("/profiles", query=query)
    assert answer.status == 200, answer.text
    return [one["userId"] for one in answer.body["items"]]


def test_the_directory_shows_the_most_trusted_first() -> None:
    profile("some", roles=["worker"], paid_jobs=10)
    profile("most", roles=["worker"], verified=True, paid_jobs=50, on_time_jobs=50, rating_sum=50, rating_count=10)
    profile("none", roles=["worker"])
    profile("less", roles=["worker"], paid_jobs=9)
    profile("elsewhere", roles=["seller"], verified=True)
    assert names() == ["most", "some", "less", "none"]
    assert names(role="seller") == ["elsewhere"]
    assert names(role="buyer") == []
    scores = [one["trustScore"] for one in VISITOR.get("/profiles").body["items"]]
    assert scores == [90, 6, 5, 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"trade": "plumbing"}, ["b", "a"]),
        ({"trade": " PLUMBING "}, ["b", "a"]),
        ({"trade": "tiling"}, ["a"]),
        ({"trade": "roofing"}, []),
        ({"location": "durban"}, ["c", "a"]),
        ({"location": "  DURBAN"}, ["c", "a"]),
        ({"trade": "Plumbing", "location": "Durban"}, ["a"]),
        ({"trade": "painting", "location": "Pinetown"}, []),
    ],
)
def test_the_directory_filters_by_trade_and_place(query: dict[str, str], found: list[str]) -> None:
    profile("a", roles=["worker"], trades=["Plumbing", "Tiling"], location="Durban")
    profile("b", roles=["worker"], trades=["plumbing"], location="Pinetown", verified=True)
    profile("c", roles=["worker"], trades=["Painting"], location=" durban ", verified=True)
    profile("d", roles=["seller"], trades=["plumbing"], location="Durban")
    assert names(**query) == found


def test_a_trade_with_a_separator_does_not_match_another_trade_and_place() -> None:
    profile("tricky", roles=["worker"], trades=["plumbing#durban"], location="north")
    assert names(trade="plumbing", location="durban#north") == []
    assert names(trade="plumbing#durban", location="north") == ["tricky"]


def test_when_trades_or_location_change_then_the_directory_lists_the_person_under_the_new_values(
    person: Person,
) -> None:
    profile("person-1", roles=["worker"])
    person.put("/profiles/me", WHOLE)
    assert names(trade="plumbing", location="durban") == names(trade="tiling") == ["person-1"]
    person.patch("/profiles/me", {"trades": ["Painting"], "location": "Pinetown"})
    assert names(trade="plumbing") == names(trade="tiling") == names(location="durban") == []
    assert names(trade="painting", location="pinetown") == names() == ["person-1"]
    person.patch("/profiles/me", {"trades": [], "location": None})
    assert names(trade="painting") == names(location="pinetown") == []
    assert names() == ["person-1"]
    (row,) = stand_in.stored("directory")
    assert "coordinates" not in row
    assert {*VISITOR.get("/profiles").body["items"][0]} == PUBLIC


@pytest.mark.parametrize(
    "query", [{"role": "admin"}, {"role": "Worker"}, {"trade": "x"}, {"location": "x"}, {"sort": "name"}, {"trade": ""}]
)
def test_an_invalid_query_parameter_is_refused_by_name(query: dict[str, str]) -> None:
    answer = VISITOR.get("/profiles", query=query)
    assert (answer.status, answer.fields) == (422, {*query})


# Verification.


def test_when_an_admin_sets_or_removes_a_verification_then_profile_and_directory_show_it(admin: Person) -> None:
    profile("person-1", roles=["worker"])
    profile("person-2", roles=["worker"], paid_jobs=1)
    verified = admin.put("/profiles/person-1/verification", {"verified": True})
    assert (verified.status, verified.body["verified"], verified.body["trustScore"]) == (200, True, 20)
    assert "verified" in verified.body["badges"]
    assert names() == ["person-1", "person-2"]
    assert admin.put("/profiles/person-1/verification", {"verified": True}).status == 200
    assert (
        admin.put("/profiles/person-1/verification", {"verified": False, "reason": "It was forged."}).body["verified"]
        is False
    )
    assert names() == ["person-2", "person-1"]


def test_given_an_admin_when_they_verify_themselves_then_403(admin: Person) -> None:
    profile("admin-1", roles=["admin"])
    assert admin.put("/profiles/admin-1/verification", {"verified": True}).status == 403
    assert VISITOR.get("/profiles/admin-1").body["verified"] is False


@pytest.mark.parametrize(
    "body", [None, {}, {"verified": None}, {"verified": "true"}, {"verified": 1}, {"verified": True, "x": 1}]
)
def test_an_invalid_verification_body_is_refused(admin: Person, body: Any) -> None:
    profile("person-1")
    assert admin.put("/profiles/person-1/verification", body).status in (400, 422)
    assert VISITOR.get("/profiles/person-1").body["verified"] is False


def test_given_an_unknown_person_when_they_are_verified_then_404(admin: Person) -> None:
    assert admin.put("/profiles/nobody/verification", {"verified": True}).status == 404
    assert stand_in.stored("profiles") == []


def test_the_role_admin_has_no_directory_row() -> None:
    profile("admin-1", roles=["admin", "worker"])
    profile("admin-2", roles=["admin"])
    assert names() == ["admin-1"]
    assert all(row["rowId"].startswith("admin-1") for row in stand_in.stored("directory"))


def test_given_a_concurrent_verification_when_the_owner_writes_then_both_changes_are_kept(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a verification between the read and the commit of the owner's write
    profile("person-1", roles=["worker"])
    real, raced = dynamo.commit, []

    def slow(*arguments: Any) -> None:
        if not raced:
            raced.append(True)
            function = running.set(None)  # another function makes this change
            unit_of_work = UnitOfWork()
            service.verify(
                service.public("person-1"),
                True,
                None,
                admin_id="admin-1",
                now=khaya_clock.now(),
                unit_of_work=unit_of_work,
            )
            unit_of_work.commit()
            running.reset(function)
        real(*arguments)

    monkeypatch.setattr(dynamo, "commit", slow)
    # when the owner's write is committed, then both changes are in the profile and in the directory
    answer = person.patch("/profiles/me", {"bio": "I fix taps."})
    assert (answer.status, answer.body["bio"], answer.body["verified"], answer.body["version"]) == (
        200,
        "I fix taps.",
        True,
        2,
    )
    assert VISITOR.get("/profiles").body["items"][0]["verified"] is True
