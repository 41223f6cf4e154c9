"""Loads the functions as Lambda does, and calls them with API Gateway events."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from tests.support.permissions import watched
from tests.support.template import FUNCTION, ROOT, function_environment, resources, routes

SIGNED_IN_AT = 1_795_251_020


@cache
def app(name: str) -> ModuleType:
    """The module `functions/<name>/app.py`."""
    spec = importlib.util.spec_from_file_location(f"functions.{name}.app", ROOT / "functions" / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception:
        del sys.modules[spec.name]  # do not keep a partly loaded module
        raise
    module.handler = watched(name, module.handler)  # type: ignore[attr-defined]
    return module


class Context:
    """The Lambda context of an invocation."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = "function"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:af-south-1:123456789012:function:function"

    def __init__(self, milliseconds: int = 60_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass(frozen=True)
class Answer:
    """The response to a request."""

    status: int
    body: Any
    headers: dict[str, str]
    text: str

    @property
    def fields(self) -> set[str]:
        """The names of the invalid fields in a 422 response."""
        return {error["field"] for error in self.body["errors"]}


@dataclass
class Person:
    """A caller of the API. Without an id, a visitor without a token."""

    user_id: str | None = None
    roles: tuple[str, ...] = ()
    session: str = "session-1"
    signed_in_at: int = SIGNED_IN_AT
    headers: dict[str, str] = field(default_factory=dict)
    subject: str | None = None
    """The account in Cognito, if it is not `subject_of` the id."""

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Call a route. Options: `query`, `headers`, `raw` (the body as text)."""
        resource, parameters = matched(method, path)
        event = self.event(method, path, resource, parameters, body, **options)
        handler = app(function_of(method, resource)).handler
        answer = handler(event, Context())
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        text = answer["body"] or ""
        is_json = "json" in headers.get("Content-Type", "")
        return Answer(answer["statusCode"], json.loads(text) if text and is_json else None, headers, text)

    def event(
        self,
        method: str,
        path: str,
        resource: str,
        parameters: Mapping[str, str],
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: str | None = None,
    ) -> dict[str, Any]:
        """The proxy event of API Gateway for a request."""
        sent = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        context: dict[str, Any] = {"stage": "test", "path": f"/test{path}", "requestId": "request-1"}
        if self.user_id is not None:
            context["authorizer"] = {"claims": self.claims()}
        return {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": dict(query) if query else None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
            "pathParameters": {name: unquote(value) for name, value in parameters.items()} or None,
            "requestContext": context,
            "body": raw if raw is not None else (json.dumps(body) if body is not None else None),
            "isBase64Encoded": False,
        }

    def claims(self) -> dict[str, str]:
        """The token's claims as API Gateway passes them: all values are text."""
        environment = function_environment()
        return {
            "sub": self.subject or subject_of(self.user_id or ""),
            "khaya_user_id": self.user_id or "",
            "token_use": "access",
            "client_id": environment["USER_POOL_CLIENT_ID"],
            "scope": environment["TOKEN_SCOPE"],
            "cognito:groups": f"[{' '.join(self.roles)}]",
            "origin_jti": self.session,
            "auth_time": str(self.signed_in_at),
        }


VISITOR = Person()


def subject_of(user_id: str) -> str:
    """The account in Cognito of a test's person; never the person's id."""
    return f"account-of-{user_id}"


def matched(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The route of the template that matches `path`, and its path parameters. Fixed segments take precedence."""
    found = []
    given = path.strip("/").split("/")
    for resource, wanted in _resources()[method, len(given)]:
        parameters = _parameters(wanted, given)
        if parameters is not None:
            found.append((len(parameters), resource, parameters))
    if not found:
        raise LookupError(f"the template has no {method} {path}")
    _, resource, parameters = min(found, key=lambda one: one[0])
    return resource, parameters


@cache
def _resources() -> dict[tuple[str, int], list[tuple[str, list[str]]]]:
    """The template's routes with their segments, by method and number of segments."""
    found = defaultdict(list)
    for method, resource in routes():
        segments = resource.strip("/").split("/")
        found[method, len(segments)].append((resource, segments))
    return found


@cache
def function_of(method: str, resource: str) -> str:
    """The folder of the function that serves a route."""
    code: str = resources(FUNCTION)[routes()[method, resource]["function"]]["CodeUri"]
    return code.strip("/").split("/")[-1]


def _parameters(wanted: list[str], given: list[str]) -> dict[str, str] | None:
    parameters = {}
    for part, value in zip(wanted, given, strict=True):
        if part.startswith("{"):
            parameters[part.strip("{}+")] = value
        elif part != value:
            return None
    return parameters
