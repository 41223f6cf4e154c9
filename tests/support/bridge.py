"""The API as a WSGI application: what API Gateway does between a request and a function, for tools that speak HTTP.

It has no authorizer, like `sam local start-api`, so the functions verify every token themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.support.client import VISITOR, Context, app, function_of, matched

_NO_ROUTE = {
    "type": "about:blank",
    "title": "Not found",
    "status": 404,
    "detail": "There is no such route.",
    "instance": "",
    "requestId": "request-1",
}


def api(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request as the deployed API would."""
    method, path = environ["REQUEST_METHOD"], "/" + environ["REQUEST_URI"].partition("?")[0].lstrip("/")
    try:
        resource, parameters = matched(method, path)
    except LookupError:
        start_response("404 Not Found", [("Content-Type", "application/problem+json")])
        return [json.dumps(_NO_ROUTE).encode()]
    event = _event(environ, method, path, resource, parameters)
    answer = app(function_of(method, resource)).handler(event, Context())
    headers = [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
    start_response(f"{answer['statusCode']} Answer", headers)
    return [(answer["body"] or "").encode()]


def _event(
    environ: dict[str, Any], method: str, path: str, resource: str, parameters: dict[str, str]
) -> dict[str, Any]:
    event = VISITOR.event(method, unquote(path), resource, parameters)
    sent = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        sent["Content-Type"] = environ["CONTENT_TYPE"]
    asked = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).decode("utf-8", "replace") if length else None
    return event | {
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in asked.items()} or None,
        "multiValueQueryStringParameters": asked or None,
        "body": body,
    }
