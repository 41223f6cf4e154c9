"""Each request to a sign-in route counts once: for its address, and for the identities that can be read from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import UnitOfWork
from tests.integration.sign_in.conftest import Newcomer, call_from, set_limits
from tests.support.client import Person
from tests.support.stand_in import stored

pytestmark = pytest.mark.exhaustive

A = "203.0.113.7"
PHONE = "+27821110001"
TEXT: dict[str, str] = {"Content-Type": "text/plain"}
PUBLIC = ("/auth/sign-up", "/auth/codes", "/auth/tokens")
SIGNED_IN = ("/auth/step-up", "/auth/contacts", "/auth/contacts/proof", "/auth/sign-out")

BODIES: dict[str, dict[str, Any]] = {
    "10 MB": {"raw": json.dumps({"username": "x" * 10_000_000})},
    "no JSON": {"raw": "{"},
    "a key twice": {"raw": '{"username": "+27821110001", "username": "+27821110001"}'},
    "not UTF-8": {"raw": "\ud800"},
    "deep": {"raw": "[" * 5_000},
    "a list": {"body": [1, 2]},
    "text": {"body": "text"},
    "unknown fields": {"body": {"a": 1, "b": 2}},
    "wrong types": {"body": {"username": 5, "phone": [], "email": {}}},
    "a surrogate": {"raw": '{"username": "\\ud800"}'},
    "too many values": {"body": {"a": list(range(2_000))}},
    "none": {},
}


def counts() -> int:
    """How many calls were counted in this minute, for addresses and identities together."""
    return sum(int(row["counted"]) for row in stored("challenges") if row["id"].startswith("rate#"))


@pytest.mark.parametrize("path", [*PUBLIC, *SIGNED_IN])
@pytest.mark.parametrize("name", BODIES)
def test_a_request_counts_once_for_its_address_whatever_its_body(
    path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Newcomer().signed_in().person if path in SIGNED_IN else Person()
    before = counts()
    set_limits(monkeypatch, sign_ins_per_address="1000")
    answer = call_from(A, path, who=who, **BODIES[name])
    assert answer.status < 500
    assert counts() == before + 1


def test_the_wrong_content_type_counts_for_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="2", sign_ins_per_identity="1000")
    bodies = [call_from(A, "/auth/tokens", {"username": PHONE}, **TEXT).status for _ in range(3)]
    assert bodies == [415, 415, 429]
    assert counts() == 2


@pytest.mark.parametrize("name", BODIES)
def test_unreadable_requests_use_up_the_limit_of_their_address(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="3")
    statuses = [call_from(A, "/auth/tokens", **BODIES[name]).status for _ in range(4)]
    assert statuses[3] == 429
    assert 429 not in statuses[:3]
    assert call_from("203.0.113.8", "/auth/tokens", **BODIES[name]).status != 429


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/tokens", {"username": PHONE}),
        ("/auth/tokens", {"username": PHONE, "password": 5}),
        ("/auth/tokens", {"username": PHONE, "password": "guessed-password", "unknown": 1}),
        ("/auth/tokens", {"username": PHONE, "code": "123456"}),
        ("/auth/tokens", {"username": PHONE, "password": "guessed-password"}),
        ("/auth/codes", {"username": PHONE, "channel": "pigeon"}),
        ("/auth/codes", {"username": PHONE}),
        ("/auth/sign-up", {"phone": PHONE}),
        ("/auth/sign-up", {"phone": PHONE, "displayName": "", "password": "1"}),
        ("/auth/sign-up", {"phone": PHONE, "displayName": "Zanele", "email": "no address"}),
    ],
)
@pytest.mark.parametrize(
    "spelling", [PHONE, "0821110001", "0027821110001", "27821110001", "+27 (0)82 111-0001", "082.111.0001"]
)
def test_a_request_counts_once_for_its_identity_valid_or_not_in_any_spelling(
    path: str, body: dict[str, Any], spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, sign_ins_per_identity="4")
    spelled = {name: spelling if value == PHONE else value for name, value in body.items()}
    # given three requests in other spellings
    for other in ("+27821110001", "082 111 0001", "27-82-111-0001"):
        assert call_from(A, "/auth/tokens", {"username": other}).status == 422
    # when the request is made, then it is the fourth
    assert call_from(A, path, spelled).status != 429
    assert call_from(A, path, spelled).status == 429
    # and another address is not concerned
    assert call_from("203.0.113.8", path, spelled).status != 429


CHALLENGE = "A" * 32
SESSION = "5f0c7f0e-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    "bodies",
    [
        [
            {"challenge": CHALLENGE, "code": "12345"},
            {"challenge": CHALLENGE, "code": 123456},
            {"challenge": CHALLENGE},
            {"challenge": CHALLENGE, "code": "123456", "x": 1},
            {"challenge": CHALLENGE, "code": "123456"},
        ],
        [
            {"refreshToken": f"{SESSION}.1.sealed", "x": 1},
            {"refreshToken": f"{SESSION}.7.other", "code": "123456"},
            {"refreshToken": f"{SESSION}.1.{'s' * 9000}"},
            {"refreshToken": SESSION},
            {"refreshToken": f"{SESSION}.2.sealed"},
        ],
    ],
    ids=["challenge", "refresh token"],
)
def test_codes_and_refreshes_count_for_their_challenge_and_session_valid_or_not(
    bodies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, sign_ins_per_identity="4")
    # given four requests of which none is accepted
    for body in bodies[:-1]:
        assert call_from(A, "/auth/tokens", body).status in {401, 422}
    # then every further one is refused from this address, valid or not
    assert [call_from(A, "/auth/tokens", body).status for body in bodies] == [429] * len(bodies)
    # and neither from others, nor for another challenge or session
    assert call_from("203.0.113.8", "/auth/tokens", bodies[-1]).status == 401
    other = {name: value.replace("A", "B").replace("5f", "6f") for name, value in bodies[-1].items()}
    assert call_from(A, "/auth/tokens", other).status == 401


def test_a_step_up_counts_for_its_caller_valid_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele = Newcomer().signed_in(password="their-own-password")
    set_limits(monkeypatch, sign_ins_per_identity="3")
    bodies: list[Any] = [{"password": 5}, {}, {"password": "wrong-password", "x": 1}]

    def step_up(body: Any, address: str = A) -> int:
        return call_from(address, "/auth/step-up", body, who=zanele.person).status

    # given three requests of which none is valid
    assert [step_up(body) for body in bodies] == [422] * 3
    # then every further one from this address is refused, and from elsewhere none
    assert [step_up(body) for body in [*bodies, {"password": "their-own-password"}]] == [429] * 4
    assert step_up({"password": "their-own-password"}, "203.0.113.8") == 200


@pytest.mark.parametrize("value", [None, 5, [], {}, "", True, "\ud800", "x" * 100_000])
@pytest.mark.parametrize("name", ["challenge", "refreshToken"])
def test_an_odd_challenge_or_refresh_token_is_refused_as_invalid(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, sign_ins_per_identity="100")
    assert call_from(A, "/auth/tokens", {name: value, "code": "123456"}).status in {400, 413, 422}


def test_an_email_counts_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_identity="2")
    spelled = ["zanele@example.org", "Zanele@Example.ORG", " ZANELE@example.org "]
    assert [call_from(A, "/auth/codes", {"username": one, "x": 1}).status for one in spelled] == [422, 422, 429]


@pytest.mark.parametrize("losses", [1, 3])
def test_a_request_that_runs_again_after_a_lost_race_counts_once(losses: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="1000", sign_ins_per_identity="1000")
    _lose_races(monkeypatch, losses)
    assert call_from(A, "/auth/codes", {"username": PHONE}).status == 200
    assert counts() == 2, "one for the address, one for the identity"


@pytest.mark.parametrize("losses", [1, 3])
def test_a_read_that_writes_counts_once_for_the_guard_after_a_lost_race(
    losses: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, writes_per_minute="20")
    person = Newcomer().signed_in().person
    before = _writes(person)
    _lose_races(monkeypatch, losses)
    assert person.get("/referrals/code").status == 200
    assert _writes(person) == before + 1


def _lose_races(monkeypatch: pytest.MonkeyPatch, losses: int) -> None:
    """Let the first commits of a handler's unit of work lose their race."""
    commit, left = UnitOfWork.commit, [losses]

    def losing(self: UnitOfWork, *answer: Any) -> Any:
        if left[0] and len(self.writes) > 1:
            left[0] -= 1
            raise WriteConflict
        return commit(self, *answer)

    monkeypatch.setattr(UnitOfWork, "commit", losing)


def _writes(person: Person) -> int:
    record = next(row for row in stored("users") if row["userId"] == person.user_id)
    return sum(len(value) for name, value in record.items() if name.startswith("writes"))
