"""Responses that Powertools' resolver does not make: to preflights, repeated requests, and before a route is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response

from khaya.platform.data.unit_of_work import RecordedAnswer

JSON = "application/json"

_METHODS = "GET,POST,PUT,PATCH,DELETE"


def unrouted(response: Response[Any], resolver: APIGatewayRestResolver, event: Mapping[str, Any]) -> dict[str, Any]:
    """API Gateway's form of a response that the resolver did not make, with the resolver's CORS headers."""
    headers = {name: [str(value)] for name, value in response.headers.items()}
    cors = resolver._cors  # noqa: SLF001 - Powertools adds these headers only to routed requests
    origin = next((v for k, v in (event.get("headers") or {}).items() if k.lower() == "origin"), None)
    if cors is not None:
        headers |= {name: [value] for name, value in cors.to_dict(origin).items()}
    return {
        "statusCode": response.status_code,
        "body": response.body,
        "isBase64Encoded": False,
        "multiValueHeaders": headers,
    }


def preflight(resolver: APIGatewayRestResolver, event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a browser's preflight; without CORS headers for an origin that is not allowed."""
    built = unrouted(Response(204), resolver, event)
    if "Access-Control-Allow-Origin" in built["multiValueHeaders"]:
        built["multiValueHeaders"]["Access-Control-Allow-Methods"] = [_METHODS]
    return built


def replayed(answer: RecordedAnswer) -> Response[Any]:
    """The recorded response of an earlier request with the same `Idempotency-Key`."""
    headers: dict[str, Any] = {**answer.headers, "Idempotency-Replayed": "true"}
    return Response(answer.status, JSON if answer.body else None, answer.body or None, headers)
