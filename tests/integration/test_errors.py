"""Errors as problem+json: statuses, and no personal data in responses, logs and metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from khaya.jobs import service
from khaya.platform.base import backoff, observability
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data import dynamo, unit_of_work
from tests.support import counts, stand_in
from tests.support.client import VISITOR, Answer, Context, Person, app
from tests.support.faults import refusal
from tests.support.records import OFFER, POSTING, place_bid, post_job, profile

SECRET = "Call me on 0821234567, the key is under the mat"


def problem(answer: Answer) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "requestId"} <= {*answer.body}
    assert answer.body["status"] == answer.status
    assert answer.body["requestId"] == answer.headers["X-Request-Id"] == "request-1"
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.body
    return found


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception | str, only: str = "") -> None:
    """Make DynamoDB fail, for every call or for one operation."""
    real = dynamo.client()._make_api_call

    def fail(operation: str, request: Any) -> Any:
        if only and operation != only:
            return real(operation, request)
        raise refusal(error, operation) if isinstance(error, str) else error

    monkeypatch.setattr(dynamo.client(), "_make_api_call", fail)
    monkeypatch.setattr(backoff, "sleep", lambda _: None)


@pytest.mark.parametrize(
    "error",
    [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        ReadTimeoutError(endpoint_url="dynamodb"),
        ConnectTimeoutError(endpoint_url="dynamodb"),
        EndpointConnectionError(endpoint_url="dynamodb"),
    ],
    ids=str,
)
def test_given_a_throttled_or_unreachable_database_then_503(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, error: Exception | str
) -> None:
    job = post_job(buyer)
    failing(monkeypatch, error)
    for answer in (
        VISITOR.get("/jobs"),
        VISITOR.get(f"/jobs/{job}"),
        VISITOR.get("/profiles"),
        buyer.post("/jobs", POSTING),
        buyer.patch(f"/jobs/{job}", {"title": "Fix two taps"}),
        buyer.get(f"/jobs/{job}/bids"),
    ):
        assert answer.status == 503
        assert problem(answer)["title"] == "Temporarily unavailable"
        assert answer.headers["Retry-After"] == "1"


def test_given_a_500_of_the_database_then_503(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, refusal("Weird", "Query", status=500))
    assert VISITOR.get("/jobs").status == 503


def test_given_transactions_that_keep_conflicting_then_503(
    buyer: Person, worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = post_job(buyer)
    failing(monkeypatch, "TransactionConflictException", only="TransactWriteItems")
    answer = worker.post(f"/jobs/{job}/bids", OFFER)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_given_unprocessed_keys_when_items_are_read_then_the_read_is_repeated(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = post_job(buyer)
    real, calls = dynamo.client()._make_api_call, []

    def reluctant(operation: str, request: Any) -> Any:
        if operation == "BatchGetItem":
            calls.append(operation)
            if len(calls) < 3:
                return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}
        return real(operation, request)

    monkeypatch.setattr(dynamo.client(), "_make_api_call", reluctant)
    monkeypatch.setattr(backoff, "sleep", lambda _: None)
    assert VISITOR.get(f"/jobs/{job}").body["id"] == job
    assert len(calls) == 4, "three for the job, and one for its buyer"


def test_given_a_write_conflict_in_every_attempt_then_503(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def conflicting(*_: Any, **__: Any) -> None:
        raise WriteConflict

    monkeypatch.setattr(unit_of_work, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(service, "post", conflicting)
    assert buyer.post("/jobs", POSTING).status == 503


def test_given_an_unexpected_error_then_500_without_details_and_logs_without_personal_data(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(service, "post", broken)
    answer = buyer.post(
        "/jobs", {**POSTING, "description": SECRET}, headers={"Authorization": "Bearer top.secret.token"}
    )
    assert answer.status == 500
    found = problem(answer)
    assert (found["type"], found["detail"]) == ("about:blank", "Something went wrong on our side.")
    written = (
        caplog.text + "".join(capsys.readouterr()) + json.dumps([vars(one) for one in caplog.records], default=str)
    )
    for text in (answer.text, written):
        assert "RuntimeError" not in text or text is written
        for secret in (SECRET, "0821234567", "top.secret.token", "mat"):
            assert secret not in text
    (record,) = [one for one in caplog.records if one.getMessage() == "unexpected error"]
    assert record.error == "RuntimeError"  # type: ignore[attr-defined]
    assert "broken" in str(record.frames)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"])
def test_given_an_invalid_database_request_then_500_and_it_is_logged(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    failing(monkeypatch, code, only="Query")
    answer = VISITOR.get("/jobs")
    assert (answer.status, answer.body["detail"]) == (500, "Something went wrong on our side.")
    assert code not in answer.text
    assert "unexpected error" in caplog.text


def test_given_a_failed_request_when_the_next_arrives_then_it_starts_clean(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(service, "post", lambda *_, **__: 1 / 0)
        assert buyer.post("/jobs", POSTING).status == 500
    assert app("jobs").api._request is None
    assert buyer.post("/jobs", POSTING).status == 201
    assert len(stand_in.stored("jobs")) == 1


# Logs and metrics of ordinary requests.


def test_request_logs_contain_the_persons_id_and_route_and_no_personal_data(
    buyer: Person, worker: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[tuple[str, dict[str, Any]]] = []
    log = observability.logger()
    for level in ("info", "warning", "error"):
        monkeypatch.setattr(log, level, lambda message, extra=None, **_: lines.append((message, extra or {})))
    profile("buyer-1", display_name="Thandi Nkosi", phone="+27821111111", email="thandi@example.com")
    profile("worker-1", display_name="Sipho Dlamini", phone="+27822222222")
    job = post_job(buyer, description=SECRET, title="My private tap", location="12 Hidden Street")
    bid = place_bid(worker, job, proposal="A very private proposal.")
    buyer.post(f"/bids/{bid}/acceptance")
    worker.post(f"/jobs/{job}/submission", {"note": "A private note."})
    buyer.post(f"/jobs/{job}/cancellation", {"reason": "A private reason."})
    buyer.patch("/profiles/me", {"bio": "A private life."})
    buyer.post("/jobs", {"title": SECRET})
    buyer.get("/jobs", query={"location": "12 Hidden Street"})
    written = json.dumps(lines) + "".join(capsys.readouterr())
    assert len(lines) >= 8
    for secret in ("Thandi", "Sipho", "+2782", "example.com", "private", "Hidden", "0821234567", "mat"):
        assert secret not in written
    routes = [extra["route"] for message, extra in lines if message == "request"]
    assert "/jobs/{jobId}/submission" in routes
    assert all({"method", "route", "status", "milliseconds", "person"} == {*extra} for _, extra in lines)


def test_business_counts_are_of_only_committed_changes(
    buyer: Person, worker: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    def counted() -> list[str]:
        return [*counts.counted(capsys.readouterr().out)]

    job = post_job(buyer)
    assert counted() == ["JobPosted"]
    buyer.post("/jobs", {**POSTING, "title": "x"})
    worker.post("/jobs/nowhere/bids", OFFER)
    assert counted() == []
    bid = place_bid(worker, job)
    assert counted() == ["BidPlaced"]
    worker.post(f"/jobs/{job}/bids", OFFER)
    assert counted() == []
    buyer.post(f"/bids/{bid}/acceptance", headers={"Idempotency-Key": "k"})
    assert counted() == ["BidAccepted"]
    buyer.post(f"/bids/{bid}/acceptance", headers={"Idempotency-Key": "k"})
    assert counted() == []
    buyer.post(f"/jobs/{job}/completion")
    assert counted() == ["JobCompleted"]


# Malformed requests and CORS.


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        ("{}", "text/plain", 415),
        ("title=x", "application/x-www-form-urlencoded", 415),
        ("{", "application/json", 400),
        ('{"title": NaN}', "application/json", 400),
        ("[" * 10_000 + "]" * 10_000, "application/json", 400),
        ('{"a":' * 40 + "1" + "}" * 40, "application/json", 400),
        ('"' + "x" * 300_000 + '"', "application/json", 413),
        ("x" * 10_000_000, "application/json", 413),
        (None, "application/json", 400),
    ],
    ids=["text", "form", "broken", "nan", "deep", "nested", "large", "huge", "none"],
)
def test_a_body_that_is_not_json_or_too_large_is_refused(
    buyer: Person, raw: str | None, kind: str, status: int
) -> None:
    answer = buyer.call("POST", "/jobs", raw=raw, headers={"Content-Type": kind})
    assert answer.status == status
    problem(answer)
    assert stand_in.stored("jobs") == []


def test_a_body_with_a_key_that_occurs_twice_is_refused(buyer: Person) -> None:
    raw = json.dumps(POSTING)[:-1] + ', "budgetCents": 999, "budgetCents": 70000}'
    assert buyer.post("/jobs", raw=raw).status == 400
    assert stand_in.stored("jobs") == []


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://localhost:5173"])
def test_allowed_origins_get_cors_headers_on_all_responses(buyer: Person, origin: str) -> None:
    job = post_job(buyer)
    for answer in (
        VISITOR.get("/jobs", headers={"Origin": origin}),
        VISITOR.get("/jobs/nowhere", headers={"Origin": origin}),
        VISITOR.get("/jobs/mine", headers={"Origin": origin}),
        buyer.patch(f"/jobs/{job}", {"title": "x"}, headers={"Origin": origin}),
        buyer.call("POST", "/jobs", raw="{", headers={"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]


def test_other_origins_get_no_cors_headers() -> None:
    for origin in ("https://evil.example", "http://localhost:3000.evil.example", "null"):
        answer = VISITOR.get("/jobs", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") not in (origin, "*")


def test_given_no_token_then_401_with_www_authenticate(buyer: Person) -> None:
    answer = VISITOR.post("/jobs", POSTING)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    problem(answer)


def test_given_an_unknown_route_then_404(buyer: Person) -> None:
    event = buyer.event("GET", "/nowhere", "/nowhere", {})
    answer = app("jobs").handler(event, Context())
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["status"] == 404


def test_given_an_event_whose_path_and_resource_differ_then_no_handler_runs(buyer: Person) -> None:
    # given an event whose path does not belong to its resource
    event = Person("stranger", ("worker",)).event("POST", "/jobs", "/jobs/{jobId}/start", {"jobId": "x"}, POSTING)
    answer = app("jobs").handler(event, Context())
    # then the request is refused and nothing is written
    assert answer["statusCode"] >= 400
    assert stand_in.stored("jobs") == []
