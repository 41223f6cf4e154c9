"""Changes of roles: Cognito's groups, the profile and the account guard agree in the end, also after failures."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from khaya.platform.aws import cognito
from tests.support import stand_in
from tests.support.client import VISITOR, Answer, Person
from tests.support.records import OFFER, POSTING, post_job, profile


@pytest.fixture
def person() -> Person:
    """A buyer with a profile and a Cognito account."""
    found = Person("person-1", ("buyer",))
    stand_in.pool_with(found)
    profile("person-1", roles=["buyer"])
    return found


def take(person: Person, *roles: str) -> Answer:
    return person.put("/profiles/me/roles", {"roles": [*roles]})


def test_given_a_new_role_when_the_token_is_refreshed_then_the_role_works(person: Person) -> None:
    answer = take(person, "buyer", "worker")
    assert (answer.status, answer.body["roles"]) == (200, ["buyer", "worker"])
    assert stand_in.groups_of("person-1") == {"buyer", "worker"}
    job = post_job(Person("buyer-2", ("buyer",)))
    assert person.post(f"/jobs/{job}/bids", OFFER).status == 403, "the old token does not contain the role"
    assert Person("person-1", ("buyer", "worker")).post(f"/jobs/{job}/bids", OFFER).status == 201


def test_given_a_dropped_role_when_an_old_token_uses_it_then_403(person: Person) -> None:
    assert person.post("/jobs", POSTING).status == 201
    assert take(person, "seller").body["roles"] == ["seller"]
    assert stand_in.groups_of("person-1") == {"seller"}
    refused = person.post("/jobs", POSTING)
    assert (refused.status, len(stand_in.stored("jobs"))) == (403, 1)


def test_given_a_dropped_role_when_it_is_added_again_then_it_works(person: Person) -> None:
    take(person)
    assert person.post("/jobs", POSTING).status == 403
    take(person, "buyer")
    assert person.post("/jobs", POSTING).status == 201


def test_when_roles_change_then_the_directory_lists_the_person_under_the_new_roles(person: Person) -> None:
    def found(role: str) -> list[str]:
        return [one["userId"] for one in VISITOR.get("/profiles", query={"role": role}).body["items"]]

    assert (found("buyer"), found("worker")) == (["person-1"], [])
    take(person, "worker")
    assert (found("buyer"), found("worker")) == ([], ["person-1"])


def test_the_order_and_repetition_of_roles_do_not_matter(person: Person) -> None:
    assert take(person, "seller", "buyer", "seller").body["roles"] == ["buyer", "seller"]
    assert take(person).body["roles"] == []
    assert stand_in.groups_of("person-1") == set()


@pytest.mark.parametrize(
    "body",
    [None, {}, {"roles": None}, {"roles": "buyer"}, {"roles": ["admin"]}, {"roles": ["buyer", "admin"]}, {"roles": ["boss"]},
     {"roles": ["Buyer"]}, {"roles": [None]}, {"roles": ["buyer"] * 4}, {"roles": ["buyer"], "userId": "other"}],
    ids=str,
)  # fmt: skip
def test_invalid_or_unchoosable_roles_are_refused(person: Person, body: Any) -> None:
    assert person.put("/profiles/me/roles", body).status in (400, 422)
    assert stand_in.groups_of("person-1") == {"buyer"}
    assert person.get("/profiles/me").body["roles"] == ["buyer"]


def test_given_an_admin_when_they_change_their_roles_then_they_stay_admin(person: Person) -> None:
    boss = Person("boss", ("admin", "buyer"))
    stand_in.pool_with(boss)
    profile("boss", roles=["buyer", "admin"])
    assert take(boss, "seller").body["roles"] == ["seller", "admin"]
    assert stand_in.groups_of("boss") == {"admin", "seller"}
    assert boss.put("/profiles/person-1/verification", {"verified": True}).status == 200


def _throttled(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "slow down"}}, operation)


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("lost", [False, True], ids=["before", "after"])
def test_given_a_failed_call_of_cognito_when_the_request_is_repeated_then_the_roles_are_set(
    person: Person, monkeypatch: pytest.MonkeyPatch, position: int, lost: bool
) -> None:
    # given a call of Cognito that fails before or after its effect
    real, calls = cognito._cognito()._make_api_call, []

    def failing(operation: str, request: Any) -> Any:
        calls.append(operation)
        fails = len(calls) == position + 1
        if fails and not lost:
            raise _throttled(operation)
        answer = real(operation, request)
        if fails:
            raise ReadTimeoutError(endpoint_url="cognito")
        return answer

    monkeypatch.setattr(cognito._cognito(), "_make_api_call", failing)
    # when one role is dropped and two are added
    first = take(person, "worker", "seller")
    # then the response is 503, no right was gained, and a repeated request completes the change
    if len(calls) > position:
        assert (first.status, first.headers["Retry-After"]) == (503, "1")
        assert person.post("/jobs", POSTING).status == 403, "the dropped role is refused in any case"
        assert take(person, "worker", "seller").status == 200
    assert stand_in.groups_of("person-1") == {"worker", "seller"}
    assert person.get("/profiles/me").body["roles"] == ["worker", "seller"]


def test_given_no_cognito_account_when_roles_are_set_then_503() -> None:
    stand_in.pool_with()
    assert take(Person("ghost", ("buyer",)), "worker").status == 503
