"""The pre-token trigger: the scopes of tokens, and the records that a first sign-in creates."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import known, profile


def sign_in(
    trigger: str = "TokenGeneration_Authentication", groups: Any = ("buyer", "worker"), **about: str
) -> dict[str, Any]:
    event = {
        "version": "2",
        "triggerSource": trigger,
        "request": {
            "userAttributes": {
                "sub": "person-1",
                "phone_number": "+27821234567",
                "email": "Sipho@Example.com",
                "name": "Sipho",
                **about,
            },
            "groupConfiguration": {"groupsToOverride": None if groups is None else [*groups]},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
        "response": {"claimsAndScopeOverrideDetails": None},
    }
    answer: dict[str, Any] = app("pre_token").handler(event, Context())
    return answer


@pytest.mark.parametrize(
    "trigger",
    ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens", "TokenGeneration_NewPasswordChallenge"],
)
def test_access_tokens_get_the_apis_scope_and_not_cognitos(trigger: str) -> None:
    generation = sign_in(trigger)["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    assert generation == {"scopesToAdd": ["khaya/api"], "scopesToSuppress": ["aws.cognito.signin.user.admin"]}


def test_when_a_person_signs_in_first_then_record_profile_and_directory_row_are_created() -> None:
    sign_in()
    (user,) = stand_in.stored("users")
    assert (user["userId"], user["phone"], user["createdAt"]) == (
        "person-1",
        "+27821234567",
        "2026-11-21T08:00:00.000Z",
    )
    assert user["email"].lower() == "sipho@example.com"
    mine = Person("person-1", ("buyer", "worker")).get("/profiles/me").body
    assert (mine["displayName"], mine["roles"], mine["phone"]) == ("Sipho", ["buyer", "worker"], "+27821234567")
    assert mine["createdAt"] == "2026-11-21T08:00:00.000Z"
    assert "newbie" in mine["badges"]
    assert [one["userId"] for one in VISITOR.get("/profiles").body["items"]] == ["person-1"]


def test_given_existing_records_when_a_person_signs_in_then_nothing_changes(clock: Clock) -> None:
    sign_in()
    Person("person-1", ("buyer",)).put("/profiles/me", {"displayName": "Sipho D.", "bio": "Hello."})
    before, users = stand_in.contents(), stand_in.stored("users")
    clock.tick(days=1)
    sign_in(name="Somebody else", phone_number="+27829999999")
    assert (stand_in.contents(), stand_in.stored("users")) == (before, users)


def test_when_tokens_are_refreshed_then_the_trigger_makes_no_database_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo.client(), "_make_api_call", None)
    sign_in("TokenGeneration_RefreshTokens")


def test_given_a_record_begun_by_the_account_guard_when_the_person_signs_in_then_it_is_completed() -> None:
    assert Person("person-1", ("buyer",)).patch("/profiles/me", {"bio": "I was here before."}).status == 200
    sign_in()
    (user,) = stand_in.stored("users")
    assert (user["phone"], user["createdAt"]) == ("+27821234567", "2026-11-21T08:00:00.000Z")
    assert Person("person-1").get("/profiles/me").body["bio"] == "I was here before."


@pytest.mark.parametrize("groups", [None, (), ("plumbers",)])
def test_given_no_known_group_when_a_person_signs_in_then_they_have_no_role(groups: Any) -> None:
    sign_in(groups=groups)
    assert VISITOR.get("/profiles/person-1").body["roles"] == []


def test_given_no_name_phone_or_email_when_a_person_signs_in_then_the_profile_has_defaults() -> None:
    event = sign_in(name="", phone_number="", email="")
    assert event["response"]
    mine = Person("person-1").get("/profiles/me").body
    assert (mine["displayName"], mine["phone"], mine["email"]) == ("New member", None, None)


def test_given_a_suspended_person_when_they_get_a_token_then_they_stay_suspended() -> None:
    profile("person-1", phone="+27821234567")
    known("person-1", status="suspended")
    sign_in()
    assert Person("person-1").patch("/profiles/me", {"bio": "Back."}).status == 403


@pytest.mark.parametrize("position", range(2))
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
    sign_in()
    assert len(stand_in.stored("users")) == len(stand_in.stored("profiles")) == 1
    assert {row["directoryKey"] for row in stand_in.stored("directory")} == {"buyer#*", "worker#*"}
