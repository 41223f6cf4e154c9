"""Health, OpenAPI document, docs page, CORS preflights, and unusual paths and bodies."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from khaya.platform.data import dynamo
from tests.support.client import VISITOR, Context, Person, app
from tests.support.records import POSTING
from tests.support.stand_in import client
from tests.support.template import function_environment

OURS, OTHER = "http://localhost:3000", "https://elsewhere.example"


def test_given_a_working_database_then_health_is_200() -> None:
    answer = VISITOR.get("/health")
    assert answer.status == 200
    assert answer.body == {
        "status": "ok",
        "version": "1.0.0",
        "release": "release-id-test",
        "environment": "test",
        "checks": {"database": "ok"},
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "ThrottlingException"])
def test_given_a_failing_database_then_health_is_503(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a database that refuses reads
    def refuse(**request: object) -> None:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "GetItem")

    monkeypatch.setattr(dynamo, "client", lambda: SimpleNamespace(get_item=refuse))
    # when health is requested
    answer = VISITOR.get("/health")
    # then 503 with Retry-After
    assert (answer.status, answer.body["title"]) == (503, "Temporarily unavailable")
    assert answer.headers["Retry-After"] == "1"


def test_the_openapi_document_is_served_and_cacheable() -> None:
    answer = VISITOR.get("/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.body["openapi"] == "3.1.0"


def test_the_docs_page_loads_nothing_external_and_allows_only_its_own_scripts() -> None:
    answer = VISITOR.get("/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(scripts) == 2
    assert 'url: "openapi.json"' in scripts[1]
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=\"?http", answer.text)


def _preflight(origin: str | None) -> dict[str, str]:
    headers = {"Access-Control-Request-Method": "PATCH"} | ({"Origin": origin} if origin else {})
    event = VISITOR.event("OPTIONS", "/jobs/1", "/{proxy+}", {"proxy": "jobs/1"}, headers=headers)
    answer = app("platform").handler(event, Context())
    assert answer["statusCode"] == 204
    return {name: values[0] for name, values in answer["multiValueHeaders"].items()}


def test_a_preflight_from_an_allowed_origin_gets_cors_headers() -> None:
    headers = _preflight(OURS)
    assert OURS in function_environment()["ALLOWED_ORIGINS"].split(",")
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert headers["Access-Control-Allow-Methods"] == "GET,POST,PUT,PATCH,DELETE"
    allowed = set(headers["Access-Control-Allow-Headers"].split(","))
    assert allowed >= {"Authorization", "Content-Type", "Idempotency-Key", "If-Match"}
    assert int(headers["Access-Control-Max-Age"]) > 0
    assert "Origin" in headers["Vary"]


@pytest.mark.parametrize("origin", [OTHER, None, "null", f"{OURS}.example"])
def test_a_preflight_from_another_origin_gets_no_cors_headers(origin: str | None) -> None:
    assert not [name for name in _preflight(origin) if name.startswith("Access-Control-")]


@pytest.mark.parametrize(("origin", "echoed"), [(OURS, OURS), (OTHER, None)])
def test_responses_and_errors_echo_only_an_allowed_origin(origin: str, echoed: str | None) -> None:
    for path, status in (("/jobs", 200), ("/jobs/none", 404), ("/jobs/mine", 401)):
        answer = VISITOR.get(path, headers={"Origin": origin})
        assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (status, echoed)
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("odd", ["x" * 129, "x" * 3000, "😀", "a\x00b"])
def test_a_very_long_or_unusual_id_is_404(odd: str, buyer: Person) -> None:
    for caller, path in ((VISITOR, f"/jobs/{odd}"), (VISITOR, f"/profiles/{odd}"), (buyer, f"/bids/{odd}")):
        answer = caller.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("raw", ["{", "[" * 5000, "\\o"])
def test_a_malformed_body_with_an_idempotency_key_is_400(raw: str, buyer: Person) -> None:
    assert buyer.post("/jobs", raw=raw, headers={"Idempotency-Key": "key-1"}).status == 400


def test_an_amount_with_a_decimal_point_is_refused(buyer: Person) -> None:
    posting = {name: value for name, value in POSTING.items() if name != "budgetCents"}
    raw = json.dumps(posting)[:-1] + ', "budgetCents": 50000.0}'
    refused = buyer.post("/jobs", raw=raw)
    assert (refused.status, refused.fields) == (422, {"budgetCents"})
    assert client("dynamodb").scan(TableName=function_environment()["JOBS_TABLE"])["Count"] == 0
