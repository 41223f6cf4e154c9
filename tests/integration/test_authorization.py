"""Every route of the template, called by every kind of caller: each gets the status in `matrix`."""

from __future__ import annotations

import dataclasses

import pytest

from tests.integration.matrix import STATES, Row, Scene, rows
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.records import known
from tests.support.template import function_environment, routes
from tests.support.tokens import KeyServer, claims, key_server, token

__all__ = ["key_server"]

SAFE = ("GET", "OPTIONS")
ROLES = ("buyer", "worker", "seller", "admin")


def test_the_matrix_has_every_route_of_the_template() -> None:
    declared = {f"{method} {path}" for method, path in routes()}
    assert declared - {row.route for row in rows()} == set(), "routes without a row in tests/integration/matrix"


def test_the_matrix_has_no_unknown_route() -> None:
    declared = {f"{method} {path}" for method, path in routes()}
    assert {row.route for row in rows()} - declared == set()


@pytest.mark.parametrize("row", rows(), ids=str)
def test_each_caller_gets_the_status_of_the_matrix(row: Row, key_server: KeyServer) -> None:
    # given a fresh scene for each caller, when they call the route
    scene, got = _scene(row), {}
    for column in [column for column, status in row.expected.items() if status != "-"]:
        answer = _call(row, scene, scene.person(column))
        got[column] = str(answer.status)
        if answer.status >= 400:
            _check_refusal(answer, scene, column)
        elif not row.route.startswith(SAFE):
            scene = _scene(row)
    # then they get the status of the matrix
    assert got == {column: status for column, status in row.expected.items() if status != "-"}


@pytest.mark.parametrize("row", [row for row in rows() if row.access], ids=str)
def test_each_state_of_an_account_gets_what_follows_from_the_access_of_the_route(row: Row) -> None:
    # given a caller with the roles of the route
    scene, got = _scene(row), {}
    column = row.with_access(scene)
    expected = row.by_state(column, scene)
    for state, facts in STATES.items():
        # when they call it in a state of their account
        caller = scene.person(column)
        record = next((one for one in stand_in.stored("users") if one["userId"] == caller.user_id), {})
        known(caller.user_id or "", **{"status": "active", **record, **facts(caller)})
        scene.contents = stand_in.contents()
        answer = _call(row, scene, caller)
        got[state] = str(answer.status)
        if answer.status >= 400:
            _check_refusal(answer, scene, state)
            known(caller.user_id or "", **dict.fromkeys(facts(caller)) | {"status": "active"} | record)
        else:
            scene = _scene(row)
    # then they get what the declared access says
    assert got == expected


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_token_of_another_use_client_or_scope_is_refused_behind_the_gateway(row: Row) -> None:
    scene = _scene(row)
    good = Person("owner", ("buyer", "worker", "seller", "admin")).claims()
    environment = function_environment()
    for wrong in ({"token_use": "id"}, {"client_id": "another"}, {"scope": "aws.cognito.signin.user.admin"}):
        assert _call(row, scene, _WithClaims({**good, **wrong})).status == int(row.expected["id"]), wrong
    assert environment["TOKEN_SCOPE"] == good["scope"]


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_valid_token_is_verified_without_the_gateway(row: Row, key_server: KeyServer) -> None:
    # given a caller whom the matrix allows, if there is one
    statuses = {role: row.expected[role] for role in ROLES if row.expected[role] != "-"}
    role = next((role for role, status in statuses.items() if status.startswith("2")), next(iter(statuses)))
    bearer = Person(headers={"Authorization": f"Bearer {token(claims(f'stranger-{role}', (role,)))}"})
    # when they send a token, then it is verified, and they get the status of the matrix
    assert str(_call(row, _scene(row), bearer).status) == statuses[role]
    assert key_server.asked or row.route.startswith("OPTIONS")


@dataclasses.dataclass
class _WithClaims(Person):
    """A caller with given claims from the gateway."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__("somebody")
        self.found = found

    def claims(self) -> dict[str, str]:
        return self.found


def _check_refusal(answer: Answer, scene: Scene, column: str) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == answer.status
    assert stand_in.contents() == scene.contents, f"{column} was refused, but a table changed"


def _scene(row: Row) -> Scene:
    scene = row.scene()
    scene.contents = stand_in.contents()
    return scene


def _call(row: Row, scene: Scene, person: Person) -> Answer:
    method, resource = row.route.split(" ")
    return person.call(method, resource.format_map(_PathValues(scene.path)), scene.body, headers=scene.headers)


class _PathValues(dict[str, str]):
    """The scene's path parameters, and a default for `{proxy+}`."""

    def __missing__(self, name: str) -> str:
        return "anything"
