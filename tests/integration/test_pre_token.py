"""The pre-token trigger: the id and the scopes in tokens, and the records that a first sign-in creates."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from khaya.platform.base.errors import Unavailable
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.first_token import trigger
from tests.support.records import known
from tests.support.stand_in import records

REFRESH = "TokenGeneration_RefreshTokens"


def sign_in(
    source: str = "TokenGeneration_Authentication", groups: Any = ("buyer", "worker"), **about: str
) -> dict[str, Any]:
    """The trigger's answer for the account `account-1`, or what `about` says."""
    attributes = {
        "sub": "account-1",
        "phone_number": "+27821234567",
        "phone_number_verified": "true",
        "email": "Sipho@Example.com",
        "email_verified": "true",
        "name": "Sipho",
        **about,
    }
    return trigger(attributes, groups, source)


def id_in(answer: dict[str, Any]) -> str:
    """The person's id in the tokens of the trigger's answer."""
    details = answer["response"]["claimsAndScopeOverrideDetails"]
    (user_id,) = {
        details[kind]["claimsToAddOrOverride"]["khaya_user_id"]
        for kind in ("accessTokenGeneration", "idTokenGeneration")
    }
    return str(user_id)


@pytest.mark.parametrize("source", ["TokenGeneration_Authentication", REFRESH, "TokenGeneration_NewPasswordChallenge"])
def test_access_tokens_get_the_apis_scope_and_not_cognitos(source: str) -> None:
    generation = sign_in(source)["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    del generation["claimsToAddOrOverride"]
    assert generation == {"scopesToAdd": ["khaya/api"], "scopesToSuppress": ["aws.cognito.signin.user.admin"]}


def test_the_id_of_a_person_is_time_ordered_and_not_cognitos(clock: Clock) -> None:
    before = new_id()
    first = id_in(sign_in())
    second = id_in(sign_in(sub="account-2", phone_number="+27821234568", email="second@example.com"))
    assert first != "account-1"
    assert before[:10] <= first[:10] <= second[:10] <= new_id()[:10]
    assert len(first) == 26


def test_all_tokens_of_an_account_carry_the_same_id(clock: Clock) -> None:
    first = id_in(sign_in())
    clock.tick(days=30)
    assert {id_in(sign_in()), id_in(sign_in(REFRESH)), id_in(sign_in(phone_number="+27829999999"))} == {first}


def test_when_a_person_signs_in_first_then_record_profile_and_directory_row_are_created() -> None:
    person = id_in(sign_in())
    (user,) = records()
    assert (user["userId"], user["subject"], user["phone"], user["email"], user["createdAt"]) == (
        person,
        "account-1",
        "+27821234567",
        "sipho@example.com",
        "2026-11-21T08:00:00.000Z",
    )
    mine = Person(person, ("buyer", "worker")).get("/profiles/me").body
    assert (mine["displayName"], mine["roles"], mine["phone"]) == ("Sipho", ["buyer", "worker"], "+27821234567")
    assert mine["createdAt"] == "2026-11-21T08:00:00.000Z"
    assert "newbie" in mine["badges"]
    assert [one["userId"] for one in VISITOR.get("/profiles").body["items"]] == [person]


def test_given_existing_records_when_a_person_signs_in_then_nothing_changes(clock: Clock) -> None:
    person = id_in(sign_in())
    Person(person, ("buyer",)).put("/profiles/me", {"displayName": "Sipho D.", "bio": "Hello."})
    before, users = stand_in.contents(), stand_in.stored("users")
    clock.tick(days=1)
    sign_in(name="Somebody else")
    assert (stand_in.contents(), stand_in.stored("users")) == (before, users)


def test_given_a_contact_that_an_operator_changed_when_a_person_signs_in_then_their_record_has_it() -> None:
    person = id_in(sign_in())
    sign_in(phone_number="+27829999999", email="new@example.com")
    sign_in(phone_number="+27829999999", email="new@example.com")
    (user,) = records()
    assert (user["phone"], user["email"]) == ("+27829999999", "new@example.com")
    rows = {row["userId"]: row["holder"] for row in stand_in.stored("users") if "#" in row["userId"]}
    assert rows == dict.fromkeys(("subject#account-1", "phone#+27829999999", "email#new@example.com"), person)


@pytest.mark.parametrize(
    ("attributes", "stored"),
    [
        ({"email": " Sipho@Example.com\u3000"}, ("+27821234567", "sipho@example.com")),
        ({"email": "sipho@b\u00fccher.example"}, ("+27821234567", "sipho@xn--bcher-kva.example")),
        ({"phone_number": "082 123 4567"}, ("+27821234567", "sipho@example.com")),
        ({"email": "nobody"}, ("+27821234567", None)),
        ({"phone_number": "+27123"}, (None, "sipho@example.com")),
    ],
)
def test_given_a_contact_that_an_operator_wrote_otherwise_when_a_person_signs_in_then_its_normal_form_is_stored(
    attributes: dict[str, str], stored: tuple[str | None, str | None]
) -> None:
    sign_in(**attributes)
    (user,) = records()
    assert (user.get("phone"), user.get("email")) == stored


def test_given_a_contact_of_somebody_else_that_an_operator_set_when_a_person_signs_in_then_it_stays_theirs() -> None:
    sign_in()
    other = id_in(sign_in(sub="account-2", phone_number="+27821234568", email="second@example.com"))
    assert id_in(sign_in(sub="account-2", phone_number="+27821234567", email="second@example.com")) == other
    assert {user["phone"] for user in records()} == {"+27821234567", "+27821234568"}


def test_when_tokens_are_refreshed_then_the_trigger_makes_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in()
    real, calls = dynamo.client()._make_api_call, []
    monkeypatch.setattr(
        dynamo.client(),
        "_make_api_call",
        lambda operation, request: calls.append(operation) or real(operation, request),
    )
    sign_in(REFRESH)
    assert calls == ["GetItem"]


def test_given_a_record_without_an_account_when_the_person_signs_in_then_it_is_completed() -> None:
    first = id_in(sign_in())
    stand_in.client("dynamodb").delete_item(
        TableName=stand_in.function_environment()["USERS_TABLE"], Key={"userId": {"S": first}}
    )
    assert Person(first, ("buyer",)).patch("/profiles/me", {"bio": "I was here before."}).status == 200
    sign_in()
    (user,) = records()
    assert (user["phone"], user["createdAt"], user["subject"]) == (
        "+27821234567",
        "2026-11-21T08:00:00.000Z",
        "account-1",
    )
    assert Person(first).get("/profiles/me").body["bio"] == "I was here before."


@pytest.mark.parametrize("kept", ["phone_number", "email"])
def test_given_a_rebuilt_user_pool_when_a_known_contact_signs_in_then_the_person_is_the_same(kept: str) -> None:
    # given a person whose account was lost with the user pool
    person = id_in(sign_in())
    other = "email" if kept == "phone_number" else "phone_number"
    # when a new account with the same phone or e-mail signs in, first without the other contact
    again = sign_in(sub="account-2", **{other: "", f"{other}_verified": "false"})
    # then it is the same person, and calls about the account name the new one
    assert id_in(again) == id_in(sign_in(REFRESH, sub="account-2")) == person
    (user,) = records()
    assert (user["subject"], user["phone"], user["email"]) == ("account-2", "+27821234567", "sipho@example.com")


def test_given_an_unverified_contact_of_somebody_else_when_an_account_signs_in_then_it_is_another_person() -> None:
    person = id_in(sign_in())
    other = id_in(sign_in(sub="account-2", phone_number_verified="false", email_verified="false"))
    assert other != person
    assert {(user["userId"], user.get("phone"), user.get("email")) for user in records()} == {
        (person, "+27821234567", "sipho@example.com"),
        (other, None, None),
    }


def test_given_contacts_of_two_people_when_an_account_signs_in_then_it_is_the_one_with_the_phone() -> None:
    first = id_in(sign_in())
    second = id_in(sign_in(sub="account-2", phone_number="+27821234568", email="second@example.com"))
    third = id_in(sign_in(sub="account-3", phone_number="+27821234568"))
    assert (third, len({first, second})) == (second, 2)
    assert {user["userId"]: user["email"] for user in records()} == {
        first: "sipho@example.com",
        second: "second@example.com",
    }


def test_given_a_contact_of_somebody_else_when_an_account_signs_in_then_it_is_left_out() -> None:
    # given a person who holds the e-mail of an account that an operator made before
    new = id_in(sign_in(sub="account-2", phone_number="+27821234568", email=""))
    first = id_in(sign_in())
    stand_in.client("dynamodb").delete_item(
        TableName=stand_in.function_environment()["USERS_TABLE"], Key={"userId": {"S": new}}
    )
    # when that account signs in again without a record
    sign_in(sub="account-2", phone_number="+27821234568")
    # then its record is made without the e-mail
    assert {user["userId"]: user.get("email") for user in records()} == {first: "sipho@example.com", new: None}


@pytest.mark.parametrize("groups", [None, (), ("plumbers",)])
def test_given_no_known_group_when_a_person_signs_in_then_they_have_no_role(groups: Any) -> None:
    person = id_in(sign_in(groups=groups))
    assert VISITOR.get(f"/profiles/{person}").body["roles"] == []


def test_given_no_name_phone_or_email_when_a_person_signs_in_then_the_profile_has_defaults() -> None:
    person = id_in(sign_in(name="", phone_number="", email=""))
    mine = Person(person).get("/profiles/me").body
    assert (mine["displayName"], mine["phone"], mine["email"]) == ("New member", None, None)


def test_given_a_suspended_person_when_they_get_a_token_then_they_stay_suspended() -> None:
    person = id_in(sign_in())
    known(person, status="suspended")
    assert id_in(sign_in()) == person
    assert Person(person).patch("/profiles/me", {"bio": "Back."}).status == 403


def test_given_an_erasure_that_is_not_complete_when_the_phone_signs_in_then_it_waits() -> None:
    person = id_in(sign_in())
    known(person, status="erased")
    with pytest.raises(Unavailable):
        sign_in(sub="account-2")
    assert {row["userId"] for row in stand_in.stored("users")} == {
        person,
        "subject#account-1",
        "phone#+27821234567",
        "email#sipho@example.com",
    }


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize("lost", [False, True], ids=["before", "after"])
def test_given_a_database_failure_when_a_person_signs_in_then_it_fails_and_the_next_sign_in_creates_the_records(
    monkeypatch: pytest.MonkeyPatch, position: int, lost: bool
) -> None:
    real, calls = dynamo.client()._make_api_call, []

    def failing(operation: str, request: Any) -> Any:
        calls.append(operation)
        answer = real(operation, request) if lost or len(calls) != position + 1 else None
        if len(calls) == position + 1:
            raise ReadTimeoutError(endpoint_url="dynamodb")
        return answer

    monkeypatch.setattr(dynamo.client(), "_make_api_call", failing)
    with pytest.raises(Unavailable):
        sign_in()
    person = id_in(sign_in())
    assert [user["userId"] for user in records()] == [person]
    assert [profile["userId"] for profile in stand_in.stored("profiles")] == [person]
    assert {row["directoryKey"] for row in stand_in.stored("directory")} == {"buyer#*", "worker#*"}
