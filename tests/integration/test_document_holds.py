"""Every route answers as the OpenAPI document says: schemathesis, on the handlers and moto."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from local.openapi import DOCUMENT
from tests.integration.matrix import Row, Scene, rows
from tests.support import stand_in
from tests.support.bridge import api
from tests.support.client import Person, app, function_of
from tests.support.template import routes
from tests.support.tokens import KeyServer, claims, key_server, token

__all__ = ["key_server"]

CONFIG = {
    "seed": 1,
    "phases": {"coverage": {"unexpected-methods": []}},
    "generation": {"max-examples": 3, "deterministic": True, "database": "none", "no-shrink": True},
    "checks": {
        # API Gateway has no 405: an undeclared method is an unknown route.
        "unsupported_method": {"enabled": False},
        # 412 as well, because a generated If-Match may be stale.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412"]},
    },
}
VALID_VALUES: dict[str, Any] = {
    "dueAt": "2027-03-01T06:00:00.000Z",  # in the future, which JSON Schema cannot express
    "q": "leaking tap",
    "phone": "082 123 4567",
    "email": "thandi@example.org",
    "username": "082 123 4567",
    "password": "tap-roof-brick-sand",
    "photos": [],
    "media": [],
    "certifications": [],
    "photoUrl": None,
}
"""Values for fields with rules that JSON Schema cannot express."""

ALL_ROLES = Person("person-1", ("buyer", "worker", "seller", "admin"))

schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()), config=SchemathesisConfig.from_dict(CONFIG))
schema.app = api
# Sign-in needs responses of Cognito that moto lacks.
without_sign_in = schema.exclude(path_regex="^/auth/")
numbers = itertools.count()


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
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _satisfy_further_rules(case)
        case.path_parameters.update(
            {name: scene.path[name] for name in case.path_parameters.keys() & scene.path.keys()}
        )
    # when an authorised caller sends it, then the response is documented
    excluded = [negative_data_rejection] if _has_outer_spaces([case.query, case.body]) else []
    case.call_and_validate(headers=_authorization(person), excluded_checks=excluded)


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
        stand_in.empty()
        scene = row.make_scene(row.route, row.case)
        # when a caller calls the route
        person = scene.person(column)
        case = _case(row.route, scene)
        # then the response is documented
        response = case.call_and_validate(headers={**scene.headers, **_authorization(person)})
        assert response.status_code == int(status), column


@cache
def _scene(route: str) -> tuple[Person, Scene]:
    """An authorised caller of a route and its scene, from the matrix if possible."""
    for row in rows():
        column = next((column for column, status in row.expected.items() if status.startswith("2")), None)
        if row.route == route and column is not None:
            scene = row.make_scene(row.route, row.case)
            return scene.person(column), scene
    stand_in.pool_with(ALL_ROLES)
    return ALL_ROLES, Scene()


def _case(route: str, scene: Scene) -> schemathesis.Case:
    method, path = route.split(" ")
    sent = {} if scene.body is None else {"body": scene.body, "media_type": "application/json"}
    operation = schema[path][method]
    named = {name: value for name, value in scene.path.items() if f"{{{name}}}" in path}
    made: schemathesis.Case = operation.Case(path_parameters=named, **sent)
    return made


def _exact(value: Any) -> Any:
    """`value` with integers written as integers: to JSON Schema `3.0` is one, to the API it is not."""
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_exact(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _satisfy_further_rules(case: schemathesis.Case) -> None:
    """Replace generated values by values that satisfy the rules beyond JSON Schema."""
    case.query.pop("cursor", None)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(numbers)}"
    for fields in (case.query, case.body):
        if isinstance(fields, dict):
            fields.update(
                {name: VALID_VALUES[name] for name in fields.keys() & VALID_VALUES.keys() if fields[name] is not None}
            )
    case.body = _exact(case.body)
    if isinstance(case.body, dict):
        if case.body.get("decision") == "reject":
            case.body["reason"] = case.body.get("reason") or "Not what it says."
            case.body.pop("featured", None)
        if case.body.get("contentType") == "application/pdf":
            case.body["purpose"] = "certification"
        if "refreshToken" in case.body:
            case.body = {"refreshToken": "none"}


def _has_outer_spaces(given: Any) -> bool:
    """Whether a text has outer spaces, which are trimmed before its length is checked."""
    if isinstance(given, str):
        return given != given.strip()
    if isinstance(given, Mapping):
        given = list(given.values())
    return isinstance(given, list) and any(_has_outer_spaces(one) for one in given)


def _authorization(person: Person) -> dict[str, str]:
    if person.user_id is None:
        return person.headers
    return {"Authorization": f"Bearer {_token(person.user_id, person.roles, person.session, person.signed_in_at)}"}


@cache
def _token(user_id: str, roles: tuple[str, ...], session: str, signed_in_at: int) -> str:
    return token(claims(user_id, roles, origin_jti=session, auth_time=signed_in_at))
