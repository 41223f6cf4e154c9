"""The API's gateway in `template.yaml`: authorizer, throttle, and gateway responses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from khaya.platform.base.problem_codes import PROBLEM_CODES, param_names
from tests.support.template import FUNCTION, resources, routes, template

PUBLIC = {
    "GET /profiles",
    "GET /profiles/{userId}",
    "GET /profiles/{userId}/reviews",
    "GET /profiles/{userId}/resume",
    "GET /jobs",
    "GET /jobs/{jobId}",
    "GET /jobs/{jobId}/reviews",
    "GET /reviews/{reviewId}",
    "GET /listings",
    "GET /listings/{listingId}",
    "GET /referrals/leaderboard",
    "GET /stories",
    "GET /stories/featured",
    "GET /stories/{storyId}",
    "POST /auth/sign-up",
    "POST /auth/codes",
    "POST /auth/tokens",
    "POST /payments/webhook",
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
    "GET /config",
    "GET /places",
    "GET /s/{kind}/{id}",
    "OPTIONS /{proxy+}",
}
"""Every route that the contract marks as public, and the browsers' preflight."""

SAID = {
    "UNAUTHORIZED": 401,
    "INVALID_SIGNATURE": 401,
    "EXPIRED_TOKEN": 401,
    "ACCESS_DENIED": 403,
    "WAF_FILTERED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "RESOURCE_NOT_FOUND": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "INTEGRATION_FAILURE": 503,
    "INTEGRATION_TIMEOUT": 503,
    "AUTHORIZER_FAILURE": 503,
    "AUTHORIZER_CONFIGURATION_ERROR": 503,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
}
"""What the gateway answers by itself, and with which status."""

LOGGED = {
    "requestId", "requestTime", "httpMethod", "resourcePath", "status", "responseLatency", "responseLength",
    "authorizer.claims.khaya_user_id", "error.responseType", "integrationLatency", "integrationErrorMessage",
}  # fmt: skip
"""What the access log may hold: no address, no agent, no path with ids, no claim but the pseudonym."""


def api() -> dict[str, Any]:
    (found,) = resources("AWS::Serverless::Api").values()
    return found


def test_public_is_what_the_contract_marks_as_public_and_nothing_else() -> None:
    declared = {f"{method} {path}": route["public"] for (method, path), route in routes().items()}
    assert {route for route, public in declared.items() if public} == PUBLIC & {*declared}


def test_every_other_route_needs_a_token_with_the_apis_scope() -> None:
    auth = api()["Auth"]
    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    pool = auth["Authorizers"][auth["DefaultAuthorizer"]]
    assert pool["AuthorizationScopes"] == ["khaya/api"]
    assert pool["UserPoolArn"] == {"Fn::GetAtt": ["UserPool", "Arn"]}
    (server,) = resources("AWS::Cognito::UserPoolResourceServer").values()
    assert [f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]] == ["khaya/api"]
    assert template()["Globals"]["Function"]["Environment"]["Variables"]["TOKEN_SCOPE"] == "khaya/api"
    for function in resources(FUNCTION).values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api":
                assert event["Properties"].get("Auth", {"Authorizer": "NONE"}) == {"Authorizer": "NONE"}
                assert event["Properties"]["RestApiId"] == {"Ref": "Api"}


def test_only_the_preflight_is_asked_without_a_method_of_its_own() -> None:
    assert [path for method, path in routes() if method == "OPTIONS"] == ["/{proxy+}"]
    assert {method for method, _ in routes()} <= {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    assert [path for _, path in routes() if "{proxy+}" in path] == ["/{proxy+}"]
    assert api()["Auth"]["AddDefaultAuthorizerToCorsPreflight"] is False
    assert "Cors" not in api(), "the functions answer for origins, which the gateway cannot tell apart"


def test_parameters_of_paths_are_named_as_the_contract_names_them() -> None:
    for _, path in routes():
        for name in re.findall(r"{(.*?)}", path):
            assert re.fullmatch(r"[a-z][A-Za-z]*|proxy\+", name)


def test_every_answer_of_the_gateways_own_is_provided_for() -> None:
    assert {*api()["GatewayResponses"]} == {*SAID}


@pytest.mark.parametrize(("kind", "status"), SAID.items())
def test_the_gateways_own_answers_are_problems(kind: str, status: int) -> None:
    response = api()["GatewayResponses"][kind]
    headers = response["ResponseParameters"]["Headers"]
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Access-Control-Allow-Origin"] == "'*'", "pages may read why"
    body = json.loads(response["ResponseTemplates"]["application/json"])
    assert {*body} == {"type", "title", "status", "detail", "instance", "requestId", "code", "params"}
    assert sorted(body["params"]) == param_names(PROBLEM_CODES)[body["code"]]
    assert headers["X-Content-Type-Options"] == "'nosniff'"
    assert headers["Referrer-Policy"] == "'no-referrer'"
    assert body["requestId"] == "$context.requestId"
    assert response.get("StatusCode") == body.get("status") == status
    if status in (429, 503):
        assert int(headers["Retry-After"].strip("'")) == body["params"]["retryAfterSeconds"] >= 1
    if status == 401:
        assert headers["WWW-Authenticate"] == "'Bearer'"
    for variable in re.findall(r"\$[\w.]+", response["ResponseTemplates"]["application/json"]):
        assert variable == "$context.requestId", "nothing that was sent, however long it is"


def test_the_gateway_throttles_as_the_parameters_say() -> None:
    (everything,) = api()["MethodSettings"]
    assert (everything["ResourcePath"], everything["HttpMethod"]) == ("/*", "*")
    assert everything["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert everything["ThrottlingBurstLimit"] == {"Ref": "RequestBurst"}
    assert everything["DataTraceEnabled"] is False, "bodies do not belong in logs"


def test_the_access_log_holds_nothing_personal() -> None:
    log = api()["AccessLogSetting"]
    assert log["DestinationArn"]["Fn::GetAtt"][0] in resources("AWS::Logs::LogGroup")
    fields = {found.removeprefix("$context.") for found in re.findall(r"\$context\.[\w.]+", log["Format"])}
    assert fields <= LOGGED
    assert {"requestId", "status", "httpMethod", "resourcePath"} <= fields
    json.loads(re.sub(r"\$context\.[\w.]+", "x", log["Format"]))


def test_the_gateway_is_traced() -> None:
    assert api()["TracingEnabled"] is True
