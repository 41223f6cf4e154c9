"""Every route of the template, called by everybody who might: each gets the status that `matrix` writes down."""

from __future__ import annotations

import dataclasses

import pytest

from tests.integration.matrix import Row, Scene, rows
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.template import function_environment, routes
from tests.support.tokens import KeyServer, claims, key_server, token

__all__ = ["key_server"]

SAFE = ("GET", "OPTIONS")
ROLES = ("buyer", "worker", "seller", "admin")


def test_no_route_of_the_template_is_missing_from_the_matrix() -> None:
    declared = {f"{method} {path}" for method, path in routes()}
    assert declared - {row.route for row in rows()} == set(), "routes without a line in tests/integration/matrix"


def test_the_matrix_names_no_route_that_the_template_lacks() -> None:
    declared = {f"{method} {path}" for method, path in routes()}
    assert {row.route for row in rows()} - declared == set()


@pytest.mark.parametrize("row", rows(), ids=str)
def test_each_caller_gets_what_the_matrix_says(row: Row, key_server: KeyServer) -> None:
    # given for each caller a scene that nobody has changed, and when they call the route
    scene, got = _scene(row), {}
    for column in [column for column, status in row.expected.items() if status != "-"]:
        answer = _call(row, scene, scene.person(column))
        got[column] = str(answer.status)
        if answer.status >= 400:
            _hold_refused(answer, scene, column)
        elif not row.route.startswith(SAFE):
            scene = _scene(row)
    # then they get the status that was written down
    assert got == {column: status for column, status in row.expected.items() if status != "-"}


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_token_of_another_kind_or_client_is_refused_though_the_gateway_let_it_through(row: Row) -> None:
    scene = _scene(row)
    good = Person("owner", ("buyer", "worker", "seller", "admin")).claims()
    environment = function_environment()
    for wrong in ({"token_use": "id"}, {"client_id": "another"}, {"scope": "aws.cognito.signin.user.admin"}):
        assert _call(row, scene, _Claiming({**good, **wrong})).status == int(row.expected["id"]), wrong
    assert environment["TOKEN_SCOPE"] == good["scope"]


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_good_token_that_no_gateway_has_looked_at_is_as_good(row: Row, key_server: KeyServer) -> None:
    # given somebody whom the matrix lets through, if there is one
    statuses = {role: row.expected[role] for role in ROLES if row.expected[role] != "-"}
    role = next((role for role, status in statuses.items() if status.startswith("2")), next(iter(statuses)))
    bearer = Person(headers={"Authorization": f"Bearer {token(claims(f'stranger-{role}', (role,)))}"})
    # when they come with a token, then it is verified, and they get what the matrix says
    assert str(_call(row, _scene(row), bearer).status) == statuses[role]
    assert key_server.asked or row.route.startswith("OPTIONS")


@dataclasses.dataclass
class _Claiming(Person):
    """Somebody whose claims the gateway passed on as they are."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__("somebody")
        self.found = found

    def claims(self) -> dict[str, str]:
        return self.found


def _hold_refused(answer: Answer, scene: Scene, column: str) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == answer.status
    assert stand_in.contents() == scene.contents, f"{column} was refused, and yet something changed"


def _scene(row: Row) -> Scene:
    stand_in.empty()
    scene = row.make_scene(row.route, row.case)
    scene.contents = stand_in.contents()
    return scene


def _call(row: Row, scene: Scene, person: Person) -> Answer:
    method, resource = row.route.split(" ")
    return person.call(method, resource.format_map(_Everything(scene.path)), scene.body, headers=scene.headers)


class _Everything(dict[str, str]):
    """The scene's path values, and any text for the gateway's `{proxy+}`."""

    def __missing__(self, name: str) -> str:
        return "anything"
