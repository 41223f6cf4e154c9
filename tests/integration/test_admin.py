"""Admins' routes: find people, suspend and reinstate them, appoint and remove admins."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.aws import cognito
from tests.conftest import Clock
from tests.support import first_token
from tests.support.client import Person, subject_of
from tests.support.records import POSTING, profile
from tests.support.stand_in import groups_of, pool_with, stored


def sign_in(person: Person, **about: str) -> Person:
    """Call the pre-token trigger as Cognito does at every sign-in."""
    first_token.sign_in(person.user_id or "", person.roles, **about)
    return person


@pytest.fixture
def people(admin: Person, buyer: Person, clock: Clock) -> None:
    """Two admins and a buyer with Cognito accounts, who signed in a minute apart."""
    other = Person("admin-2", ("admin",))
    pool_with(admin, other, buyer)
    sign_in(admin, name="Ayanda")
    clock.tick(minutes=1)
    sign_in(other, name="Sizwe")
    clock.tick(minutes=1)
    sign_in(buyer, name="Thandi", phone="+27820000001", email="Thandi@Example.org")


def decide(by: Person, about: str, **changes: Any) -> Any:
    return by.patch(f"/admin/users/{about}", {"reason": "A good reason.", **changes})


def listed(by: Person, **query: str) -> list[str]:
    return [user["userId"] for user in by.get("/admin/users", query=query).body["items"]]


@pytest.mark.usefixtures("people")
def test_people_are_listed_newest_first_with_contact_and_status(admin: Person) -> None:
    answer = admin.get("/admin/users")
    assert answer.status == 200
    assert answer.body["items"][0] == {
        "userId": "buyer-1",
        "displayName": "Thandi",
        "phone": "+27820000001",
        "email": "thandi@example.org",
        "roles": ["buyer"],
        "status": "active",
        "verified": False,
        "createdAt": "2026-11-21T08:02:00.000Z",
    }
    assert listed(admin) == ["buyer-1", "admin-2", "admin-1"]


@pytest.mark.usefixtures("people")
def test_people_are_found_by_status_phone_and_email(admin: Person) -> None:
    decide(admin, "buyer-1", status="suspended")
    assert listed(admin, status="suspended") == ["buyer-1"]
    assert listed(admin, status="active") == ["admin-2", "admin-1"]
    assert listed(admin, phone="082 000 0001") == ["buyer-1"]
    assert listed(admin, email="THANDI@example.org") == ["buyer-1"]
    assert listed(admin, phone="+27820000009") == []
    assert admin.get("/admin/users", query={"phone": "12"}).fields == {"phone"}
    assert admin.get("/admin/users", query={"email": ""}).fields == {"email"}
    # and by several filters together
    both = {"phone": "0820000001", "email": "thandi@example.org"}
    assert listed(admin, **both, status="suspended") == ["buyer-1"]
    assert listed(admin, **both, status="active") == []
    assert listed(admin, phone="0820000001", email="sipho@example.org") == []


def test_people_created_at_the_same_time_are_listed_in_full_pages(admin: Person) -> None:
    for number in range(5):
        sign_in(Person(f"person-{number}", ("buyer",)))
    first = admin.get("/admin/users", query={"limit": "3"}).body
    rest = admin.get("/admin/users", query={"limit": "3", "cursor": first["nextCursor"]}).body
    found = [user["userId"] for user in first["items"] + rest["items"]]
    assert (len(first["items"]), sorted(found)) == (3, [f"person-{number}" for number in range(5)])
    # and another admin cannot use the cursor
    other = Person("admin-2", ("admin",)).get("/admin/users", query={"limit": "3", "cursor": first["nextCursor"]})
    assert other.status == 400


@pytest.mark.usefixtures("people")
def test_when_people_change_their_profile_then_the_admins_list_shows_it(admin: Person, buyer: Person) -> None:
    buyer.patch("/profiles/me", {"displayName": "Thandi Mkhize"})
    buyer.put("/profiles/me/roles", {"roles": ["buyer", "worker"]})
    admin.put("/profiles/buyer-1/verification", {"verified": True})
    shown = admin.get("/admin/users", query={"phone": "0820000001"}).body["items"][0]
    assert (shown["displayName"], shown["roles"], shown["verified"]) == ("Thandi Mkhize", ["buyer", "worker"], True)


@pytest.mark.usefixtures("people")
def test_when_an_admin_suspends_or_reinstates_a_person_then_it_works_at_once(admin: Person, buyer: Person) -> None:
    # when an admin suspends the buyer
    suspended = decide(admin, "buyer-1", status="suspended", reason="Invented jobs.")
    assert (suspended.status, suspended.body["status"], suspended.body["displayName"]) == (200, "suspended", "Thandi")
    # then the next write with the same token is refused
    assert buyer.post("/jobs", POSTING).status == 403
    # when they are reinstated, then writes work
    assert decide(admin, "buyer-1", status="active").body["status"] == "active"
    assert buyer.post("/jobs", POSTING).status == 201
    # and both decisions are recorded
    kept = sorted((item for item in stored("users") if "decidedBy" in item), key=lambda item: item["id"])
    assert [(item["about"], item["status"], item["decidedBy"], item["reason"]) for item in kept] == [
        ("buyer-1", "suspended", "admin-1", "Invented jobs."),
        ("buyer-1", "active", "admin-1", "A good reason."),
    ]
    assert listed(admin) == ["buyer-1", "admin-2", "admin-1"]


@pytest.mark.usefixtures("people")
def test_given_a_suspended_person_when_they_sign_in_then_they_stay_suspended(admin: Person, buyer: Person) -> None:
    decide(admin, "buyer-1", status="suspended")
    sign_in(buyer, name="Thandi")
    assert buyer.post("/jobs", POSTING).status == 403


@pytest.mark.usefixtures("people")
def test_given_a_suspended_admin_when_they_use_admin_routes_then_403(admin: Person) -> None:
    other = Person("admin-2", ("admin",))
    assert decide(admin, "admin-2", status="suspended").status == 200
    assert other.get("/admin/users").status == 403
    assert decide(other, "admin-1", status="suspended").status == 403


@pytest.mark.usefixtures("people")
def test_when_an_admin_appoints_an_admin_then_the_next_token_has_the_role(admin: Person, buyer: Person) -> None:
    # when an admin appoints the buyer
    made = decide(admin, "buyer-1", admin=True)
    # then Cognito's group and the profile have the role
    assert (made.status, made.body["roles"]) == (200, ["buyer", "admin"])
    assert groups_of("buyer-1") == {"buyer", "admin"}
    assert buyer.get("/profiles/me").body["roles"] == ["buyer", "admin"]
    promoted = Person("buyer-1", ("buyer", "admin"))
    assert promoted.get("/admin/users").status == 200
    # and dropping the own roles keeps the role admin
    promoted.put("/profiles/me/roles", {"roles": []})
    assert groups_of("buyer-1") == {"admin"}
    assert promoted.get("/admin/users").status == 200


@pytest.mark.usefixtures("people")
def test_given_a_removed_admin_when_they_use_admin_routes_then_403(admin: Person) -> None:
    other = Person("admin-2", ("admin",))
    assert decide(admin, "admin-2", admin=False).body["roles"] == []
    assert groups_of("admin-2") == set()
    assert other.get("/admin/users").status == 403
    # also after a sign-in at which Cognito still had the group
    sign_in(other)
    assert other.get("/admin/users").status == 403
    assert admin.get("/admin/users").body["items"][1]["roles"] == []
    # when they are appointed again, then admin routes work
    assert decide(admin, "admin-2", admin=True).body["roles"] == ["admin"]
    assert other.get("/admin/users").status == 200


@pytest.mark.usefixtures("people")
def test_given_an_admin_when_they_decide_about_themselves_then_403(admin: Person) -> None:
    for changes in ({"admin": False}, {"status": "suspended"}, {"admin": True}):
        assert decide(admin, "admin-1", **changes).status == 403
    assert decide(admin, "admin-2", admin=False).status == 200
    assert decide(Person("admin-2", ("admin",)), "admin-1", admin=False).status == 403
    assert groups_of("admin-1") == {"admin"}


@pytest.mark.usefixtures("people")
def test_given_a_decision_that_cognito_missed_when_it_is_repeated_then_the_group_is_set(admin: Person) -> None:
    decide(admin, "buyer-1", admin=True, status="suspended")
    cognito.set_groups(subject_of("buyer-1"), add=(), remove={"admin"})  # as if the call of Cognito had failed
    again = decide(admin, "buyer-1", admin=True, status="suspended")
    assert (again.status, again.body["roles"], again.body["status"]) == (200, ["buyer", "admin"], "suspended")
    assert groups_of("buyer-1") == {"buyer", "admin"}
    assert len([item for item in stored("users") if "decidedBy" in item]) == 1


@pytest.mark.usefixtures("people")
def test_given_an_admin_added_in_cognito_when_they_sign_in_then_the_profile_has_the_role(buyer: Person) -> None:
    promoted = sign_in(Person("buyer-1", ("buyer", "admin")))
    assert promoted.get("/profiles/me").body["roles"] == ["buyer", "admin"]
    assert promoted.get("/admin/users", query={"phone": "0820000001"}).body["items"][0]["roles"] == ["buyer", "admin"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "suspended"}, "reason"),
        ({"reason": "No decision."}, "body"),
        ({"reason": "A reason.", "status": "banned"}, "status"),
        ({"reason": "A reason.", "status": None}, "status"),
        ({"reason": "A reason.", "admin": "yes"}, "admin"),
        ({"reason": "A reason.", "admin": None}, "admin"),
        ({"reason": "A reason.", "roles": ["admin"]}, "roles"),
    ],
)
def test_an_invalid_decision_is_refused_by_field(admin: Person, body: dict[str, Any], field: str) -> None:
    profile("buyer-1")
    answer = admin.patch("/admin/users/buyer-1", body)
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.usefixtures("people")
def test_a_decision_about_an_unknown_id_is_404(admin: Person) -> None:
    assert decide(admin, "nobody", status="suspended").status == 404
    decide(admin, "buyer-1", status="suspended")
    (decision,) = [item for item in stored("users") if "decidedBy" in item]
    assert decide(admin, decision["userId"].replace("#", "%23"), status="suspended").status == 404


def test_given_a_person_without_the_role_admin_when_they_use_admin_routes_then_403(buyer: Person) -> None:
    assert buyer.get("/admin/users").status == 403
    assert decide(buyer, "worker-1", status="suspended").status == 403


@pytest.mark.usefixtures("people")
def test_an_admin_reads_all_about_one_person(admin: Person) -> None:
    # given a person who asks to be verified, and is suspended
    assert Person("buyer-1", ("buyer",)).post("/profiles/me/verification", {"note": "I am a plumber."}).status == 200
    assert decide(admin, "buyer-1", status="suspended").status == 200
    # when an admin reads them
    answer = admin.get("/admin/users/buyer-1")
    # then all that is there is shown
    assert answer.status == 200
    assert {*answer.body} == {
        *admin.get("/admin/users").body["items"][0],
        "statusReason",
        "profile",
        "verification",
    }
    assert (answer.body["status"], answer.body["statusReason"]) == ("suspended", "A good reason.")
    assert (answer.body["profile"]["userId"], answer.body["profile"]["displayName"]) == ("buyer-1", "Thandi")
    assert (answer.body["verification"]["note"], answer.body["verification"]["status"]) == (
        "I am a plumber.",
        "waiting",
    )


@pytest.mark.usefixtures("people")
def test_a_person_who_did_not_ask_to_be_verified_has_no_request(admin: Person) -> None:
    person = admin.get("/admin/users/buyer-1").body
    assert (person["verification"], person["statusReason"]) == (None, None)


def test_nobody_reads_somebody_who_does_not_exist(admin: Person) -> None:
    assert admin.get("/admin/users/nobody").status == 404
