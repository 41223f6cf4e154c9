"""Every route answers as the OpenAPI document says: schemathesis, on the handlers and moto."""

from __future__ import annotations

from functools import cache

import pytest
import schemathesis

from tests.integration.matrix import Row, Scene, rows
from tests.support import stand_in
from tests.support.client import Person, app, function_of
from tests.support.document import authorization, check, is_valid, satisfy_further_rules, schema, strangers
from tests.support.template import routes
from tests.support.tokens import KeyServer, key_server

pytestmark = pytest.mark.exhaustive

__all__ = ["key_server"]

ALL_ROLES = Person("person-1", ("buyer", "worker", "seller", "admin"))

# Sign-in needs responses of Cognito that moto lacks: see tests/integration/sign_in/test_document_holds.py.
without_sign_in = schema.exclude(path_regex="^/auth/")


@pytest.fixture(autouse=True)
def good_tokens(key_server: KeyServer) -> None:
    """Make generated tokens verifiable."""


@pytest.fixture
def no_account_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the account guard. It has its own tests, and moto is slow at it."""
    for function in {function_of(method, resource) for method, resource in routes()}:
        monkeypatch.setattr(app(function).api, "_guard", lambda caller, *_, **__: caller)
    _scene.cache_clear()


@pytest.mark.usefixtures("no_account_guard")
@without_sign_in.parametrize()
def test_each_route_answers_as_documented(case: schemathesis.Case) -> None:
    # given a valid or an invalid request
    person, scene = _scene(case.operation.label)
    if is_valid(case):
        satisfy_further_rules(case)
        case.path_parameters.update(
            {name: scene.path[name] for name in case.path_parameters.keys() & scene.path.keys()}
        )
    # when an authorised caller and others send it, then the response is documented
    for caller in (person, *strangers(case)):
        check(case, caller)


def _rows_with_every_response() -> list[Row]:
    """Rows of the matrix that together produce every response of every route."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in rows():
        answers = {(row.route, status) for status in row.expected.values() if status != "-"}
        if answers - seen and not row.route.startswith("OPTIONS"):
            kept.append(row)
            seen |= answers
    return kept


@pytest.mark.parametrize("row", _rows_with_every_response(), ids=str)
def test_each_response_of_the_authorization_matrix_is_documented(row: Row) -> None:
    for status, column in {status: column for column, status in row.expected.items() if status != "-"}.items():
        # given a fresh scene
        scene = row.scene()
        # when a caller calls the route
        person = scene.person(column)
        case = _case(row.route, scene)
        # then the response is documented
        response = case.call_and_validate(headers={**scene.headers, **authorization(person)})
        assert response.status_code == int(status), column


@cache
def _scene(route: str) -> tuple[Person, Scene]:
    """An authorised caller of a route and its scene, from the matrix if possible."""
    for row in rows():
        column = next((column for column, status in row.expected.items() if status.startswith("2")), None)
        if row.route == route and column is not None:
            scene = row.scene()
            return scene.person(column), scene
    stand_in.pool_with(ALL_ROLES)
    return ALL_ROLES, Scene()


def _case(route: str, scene: Scene) -> schemathesis.Case:
    method, path = route.split(" ")
    operation = schema[path][method]
    has_body = scene.body is not None and "requestBody" in operation.definition.raw
    sent = {"body": scene.body, "media_type": "application/json"} if has_body else {}
    named = {name: value for name, value in scene.path.items() if f"{{{name}}}" in path}
    made: schemathesis.Case = operation.Case(path_parameters=named, **sent)
    return made
