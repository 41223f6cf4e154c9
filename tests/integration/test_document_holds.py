"""Every route does what the OpenAPI document says, whatever it is sent: schemathesis, over handlers and moto."""

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
        # API Gateway knows no 405: a method that a path lacks is a route that does not exist.
        "unsupported_method": {"enabled": False},
        # Besides the usual: If-Match may name any version, and be stale.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412"]},
    },
}
FITTING: dict[str, Any] = {
    "dueAt": "2027-03-01T06:00:00.000Z",  # in the future, which no schema can say
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
"""Values for fields with rules that no schema can tell."""

EVERYBODY = Person("person-1", ("buyer", "worker", "seller", "admin"))

schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()), config=SchemathesisConfig.from_dict(CONFIG))
schema.app = api
# Codes and tokens need Cognito's answers, which moto does not have.
without_sign_in = schema.exclude(path_regex="^/auth/")
numbers = itertools.count()


@pytest.fixture(autouse=True)
def good_tokens(key_server: KeyServer) -> None:
    """Tokens that hold."""


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that stands open: it has tests of its own, and moto is slow at it."""
    for function in {function_of(method, resource) for method, resource in routes()}:
        monkeypatch.setattr(app(function).api, "_guard", lambda caller, *_, **__: caller)
    _scene.cache_clear()


@pytest.mark.usefixtures("open_gate")
@without_sign_in.parametrize()
def test_each_route_answers_as_documented(case: schemathesis.Case) -> None:
    # given a request that fits the document, or one that does not
    person, scene = _scene(case.operation.label)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _as_a_client_would(case)
        case.path_parameters.update(
            {name: scene.path[name] for name in case.path_parameters.keys() & scene.path.keys()}
        )
    # when somebody who may sends it, then the answer is one that the document has for it
    excluded = [negative_data_rejection] if _blank_at_an_end([case.query, case.body]) else []
    case.call_and_validate(headers=_signed_in(person), excluded_checks=excluded)


def _telling() -> list[Row]:
    """Rows of the matrix that together have every answer of every route."""
    told: set[tuple[str, str]] = set()
    kept = []
    for row in rows():
        answers = {(row.route, status) for status in row.expected.values() if status != "-"}
        if answers - told and not row.route.startswith("OPTIONS"):
            kept.append(row)
            told |= answers
    return kept


@pytest.mark.parametrize("row", _telling(), ids=str)
def test_what_the_authorization_matrix_gets_is_documented(row: Row) -> None:
    for status, column in {status: column for column, status in row.expected.items() if status != "-"}.items():
        # given a scene that nobody has changed
        stand_in.empty()
        scene = row.make_scene(row.route, row.case)
        # when somebody calls the route
        person = scene.person(column)
        case = _case(row.route, scene)
        # then the answer is one that the document has
        response = case.call_and_validate(headers={**scene.headers, **_signed_in(person)})
        assert response.status_code == int(status), column


@cache
def _scene(route: str) -> tuple[Person, Scene]:
    """Somebody who may call a route, and what stands in the marketplace for it, if the matrix has them."""
    for row in rows():
        column = next((column for column, status in row.expected.items() if status.startswith("2")), None)
        if row.route == route and column is not None:
            scene = row.make_scene(row.route, row.case)
            return scene.person(column), scene
    stand_in.pool_with(EVERYBODY)
    return EVERYBODY, Scene()


def _case(route: str, scene: Scene) -> schemathesis.Case:
    method, path = route.split(" ")
    sent = {} if scene.body is None else {"body": scene.body, "media_type": "application/json"}
    operation = schema[path][method]
    named = {name: value for name, value in scene.path.items() if f"{{{name}}}" in path}
    made: schemathesis.Case = operation.Case(path_parameters=named, **sent)
    return made


def _as_a_client_would(case: schemathesis.Case) -> None:
    """Make what fits the schema fit what no schema can tell: a client knows its uploads, cursors and keys."""
    case.query.pop("cursor", None)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(numbers)}"
    for fields in (case.query, case.body):
        if isinstance(fields, dict):
            fields.update({name: FITTING[name] for name in fields.keys() & FITTING.keys() if fields[name] is not None})
    if isinstance(case.body, dict):
        if case.body.get("decision") == "reject":
            case.body["reason"] = case.body.get("reason") or "Not what it says."
            case.body.pop("featured", None)
        if case.body.get("contentType") == "application/pdf":
            case.body["purpose"] = "certification"
        if "refreshToken" in case.body:
            case.body = {"refreshToken": "none"}


def _blank_at_an_end(given: Any) -> bool:
    """Whether a text is trimmed before its length counts, and may fit though it is too long."""
    if isinstance(given, str):
        return given != given.strip()
    if isinstance(given, Mapping):
        given = list(given.values())
    return isinstance(given, list) and any(_blank_at_an_end(one) for one in given)


def _signed_in(person: Person) -> dict[str, str]:
    if person.user_id is None:
        return person.headers
    return {"Authorization": f"Bearer {_token(person.user_id, person.roles, person.session, person.signed_in_at)}"}


@cache
def _token(user_id: str, roles: tuple[str, ...], session: str, signed_in_at: int) -> str:
    return token(claims(user_id, roles, origin_jti=session, auth_time=signed_in_at))
