"""What goes wrong is told in problem+json, with the right status, and without a word too many, here and in the log."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from khaya.jobs import service
from khaya.platform.base import backoff, observability
from khaya.platform.data import dynamo
from tests.support import stand_in
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
    """Let DynamoDB refuse, every call or those of one operation."""
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
def test_a_database_that_is_busy_or_down_is_503(
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


def test_an_answer_of_500_is_a_503_whatever_its_code(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, refusal("Weird", "Query", status=500))
    assert VISITOR.get("/jobs").status == 503


def test_items_held_by_others_for_too_long_are_503(
    buyer: Person, worker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = post_job(buyer)
    failing(monkeypatch, "TransactionConflictException", only="TransactWriteItems")
    answer = worker.post(f"/jobs/{job}/bids", OFFER)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_what_a_batch_leaves_unread_is_asked_for_again(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert len(calls) == 3


def test_a_use_case_that_is_always_overtaken_gives_up_with_503(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.base.errors import WriteConflict  # noqa: PLC0415
    from khaya.platform.web import pipeline  # noqa: PLC0415

    def overtaken(*_: Any, **__: Any) -> None:
        raise WriteConflict

    monkeypatch.setattr(pipeline, "_RERUN_SECONDS", 0.05)
    monkeypatch.setattr(service, "post", overtaken)
    assert buyer.post("/jobs", POSTING).status == 503


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(
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
    for told in (answer.text, written):
        assert "RuntimeError" not in told or told is written
        for secret in (SECRET, "0821234567", "top.secret.token", "mat"):
            assert secret not in told
    (record,) = [one for one in caplog.records if one.getMessage() == "unforeseen"]
    assert record.error == "RuntimeError"  # type: ignore[attr-defined]
    assert "broken" in str(record.at)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"])
def test_a_mistake_of_our_own_is_500_and_logged(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    failing(monkeypatch, code, only="Query")
    answer = VISITOR.get("/jobs")
    assert (answer.status, answer.body["detail"]) == (500, "Something went wrong on our side.")
    assert code not in answer.text
    assert "unforeseen" in caplog.text


def test_a_request_that_was_refused_leaves_nothing_for_the_next(buyer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(service, "post", lambda *_, **__: 1 / 0)
        assert buyer.post("/jobs", POSTING).status == 500
    assert app("jobs").api._request is None
    assert buyer.post("/jobs", POSTING).status == 201
    assert len(stand_in.stored("jobs")) == 1


# What is logged of an ordinary day.


def test_logs_hold_who_and_what_but_nothing_personal(
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


def test_business_is_counted_when_it_is_done_and_not_before(
    buyer: Person, worker: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    def counted() -> list[str]:
        written = capsys.readouterr().out
        return re.findall(r'"Name":\s*"(\w+)"', written)

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


# What comes in from outside.


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
def test_bodies_that_are_not_for_us(buyer: Person, raw: str | None, kind: str, status: int) -> None:
    answer = buyer.call("POST", "/jobs", raw=raw, headers={"Content-Type": kind})
    assert answer.status == status
    problem(answer)
    assert stand_in.stored("jobs") == []


def test_a_field_named_twice_is_as_its_last_says(buyer: Person) -> None:
    raw = json.dumps(POSTING)[:-1] + ', "budgetCents": 999, "budgetCents": 70000}'
    assert buyer.post("/jobs", raw=raw).body["budgetCents"] == 70_000


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://localhost:5173"])
def test_pages_of_our_own_may_read_every_answer(buyer: Person, origin: str) -> None:
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


def test_pages_of_others_may_not() -> None:
    for origin in ("https://evil.example", "http://localhost:3000.evil.example", "null"):
        answer = VISITOR.get("/jobs", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") not in (origin, "*")


def test_an_unauthenticated_caller_is_told_how(buyer: Person) -> None:
    answer = VISITOR.post("/jobs", POSTING)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    problem(answer)


def test_an_event_without_a_known_route_is_not_found(buyer: Person) -> None:
    event = buyer.event("GET", "/nowhere", "/nowhere", {})
    answer = app("jobs").handler(event, Context())
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["status"] == 404


def test_what_was_admitted_as_one_route_does_not_run_another(buyer: Person) -> None:
    # given an event whose path is not of the resource that the gateway says it matched
    event = Person("stranger", ("worker",)).event("POST", "/jobs", "/jobs/{jobId}/start", {"jobId": "x"}, POSTING)
    answer = app("jobs").handler(event, Context())
    # then nothing is done
    assert answer["statusCode"] >= 400
    assert stand_in.stored("jobs") == []
