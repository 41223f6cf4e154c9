"""Every alarm rings once, and is quiet on a good day: from values that AWS reports, or that our code emits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from khaya import provider
from khaya.channels import store as channel_limits
from khaya.disbursements import service as disbursements
from khaya.jobs import service as jobs
from khaya.payouts import store as payouts
from khaya.platform.aws import queues
from khaya.platform.base import observability, settings
from khaya.platform.base.errors import TooMany
from khaya.platform.work import parked_records
from khaya.provider import errors
from khaya.reconciliation import service as reconciliation
from tests.support.alarms import COMPOSITE_ALARM, alarms, composite_state, emitted, metrics_of, ringing, state
from tests.support.client import Context, Person, app
from tests.support.metric_math import Samples, calculate, metric, select, statistic
from tests.support.template import FUNCTION, QUEUE, queue_name, resources

ENVIRONMENT = "prod"
ALARMS = alarms(ENVIRONMENT)
QUEUES = {name: queue_name(name, ENVIRONMENT) for name in resources(QUEUE)}
DEAD_LETTERS = {
    name: QUEUES[logical]
    for logical in QUEUES
    if logical.endswith("DeadLetters")
    for name in [QUEUES[logical].removesuffix(".fifo").removeprefix("khaya-").removesuffix("-prod")]
}
BEHIND_THE_API = sorted(
    one["FunctionName"]["Fn::Sub"].replace("${Environment}", ENVIRONMENT)
    for one in resources(FUNCTION).values()
    if any(event["Type"] == "Api" for event in one.get("Events", {}).values())
)


# What AWS reports in a period.


def of_api(name: str, *values: float) -> Samples:
    return {metric("AWS/ApiGateway", name, ApiName="khaya-prod", Stage="prod"): values}


def of_lambda(name: str, *values: float, function: str | None = None) -> Samples:
    dimensions = {"FunctionName": f"khaya-{function}-prod"} if function else {}
    return {metric("AWS/Lambda", name, **dimensions): values}


def of_queue(name: str, queue: str, *values: float) -> Samples:
    return {metric("AWS/SQS", name, QueueName=queue): values}


def of_version(function: str, *values: float) -> Samples:
    dimensions = {"FunctionName": function, "Resource": f"{function}:live", "ExecutedVersion": "1"}
    return {metric("AWS/Lambda", "Errors", **dimensions): values}


def requests(number: int, bad: int) -> tuple[float, ...]:
    """A value for each request, as API Gateway reports errors."""
    return (1.0,) * bad + (0.0,) * (number - bad)


def ages(**seconds: float) -> Samples:
    """The age of the oldest message of each queue, with a second where none is given."""
    found: dict[Any, Any] = {}
    for logical in QUEUES:
        if not logical.endswith("DeadLetters"):
            age = seconds.get(logical.removesuffix("Queue"), 1.0)
            found |= of_queue("ApproximateAgeOfOldestMessage", QUEUES[logical], age)
    return found


Case = tuple[Samples, Samples]
"""Values that ring, and those of a good day."""

FROM_AWS: dict[str, Case] = {
    **{
        name: (
            of_queue("ApproximateNumberOfMessagesVisible", queue, 1),
            of_queue("ApproximateNumberOfMessagesVisible", queue, 0),
        )
        for name, queue in DEAD_LETTERS.items()
    },
    "server-errors": (of_api("5XXError", *requests(50, 1)), of_api("5XXError", *requests(200, 1))),
    "server-errors-while-deploying": (of_api("5XXError", *requests(50, 1)), of_api("5XXError", *requests(200, 1))),
    "client-errors": (of_api("4XXError", *requests(100, 11)), of_api("4XXError", *requests(100, 9))),
    "slow-requests": (
        of_api("IntegrationLatency", *(40.0,) * 98, 3_100.0, 3_200.0),
        of_api("IntegrationLatency", *(40.0,) * 199, 5_000.0),
    ),
    "synthetic-check": (
        of_lambda("Errors", 1, 1, function="synthetic-check"),
        of_lambda("Errors", 1, 0, function="synthetic-check"),
    ),
    "availability-burns-fast": (of_api("5XXError", *requests(1_000, 15)), of_api("5XXError", *requests(1_000, 14))),
    "availability-burns-slowly": (of_api("5XXError", *requests(1_000, 7)), of_api("5XXError", *requests(1_000, 5))),
    "latency-burns-fast": (
        of_api("Latency", *(50.0,) * 85, *(1_500.0,) * 15),
        of_api("Latency", *(50.0,) * 86, *(1_500.0,) * 14),
    ),
    "latency-burns-slowly": (
        of_api("Latency", *(50.0,) * 93, *(1_500.0,) * 7),
        of_api("Latency", *(50.0,) * 95, *(1_500.0,) * 5),
    ),
    "function-errors": (
        {**of_lambda("Errors", *(1.0,) * 6), **of_lambda("Invocations", 500)},
        {**of_lambda("Errors", *(1.0,) * 6), **of_lambda("Invocations", 700)},
    ),
    "function-throttles": (of_lambda("Throttles", 2), of_lambda("Throttles", 1)),
    "concurrency": (of_lambda("ConcurrentExecutions", 5, 801), of_lambda("ConcurrentExecutions", 5, 790)),
    "table-throttles": (
        {metric("AWS/DynamoDB", "ThrottledRequests", TableName="khaya-jobs-prod-1", Operation="Query"): (1,)},
        {metric("AWS/DynamoDB", "ThrottledRequests", TableName="khaya-jobs-prod-1", Operation="Query"): (0,)},
    ),
    "queue-age": (ages(Money=301), ages(Money=290, Deliveries=1_100)),
    "stream-dispatcher-lag": (
        of_lambda("IteratorAge", 300_001, function="stream-dispatcher"),
        of_lambda("IteratorAge", 2_000, function="stream-dispatcher"),
    ),
    "email-bounces": (
        {metric("AWS/SES", "Reputation.BounceRate"): (0.045,)},
        {metric("AWS/SES", "Reputation.BounceRate"): (0.01,)},
    ),
    "email-complaints": (
        {metric("AWS/SES", "Reputation.ComplaintRate"): (0.0009,)},
        {metric("AWS/SES", "Reputation.ComplaintRate"): (0.0002,)},
    ),
    "sms-spending": (
        {metric("AWS/SNS", "SMSMonthToDateSpentUSD"): (81,)},
        {metric("AWS/SNS", "SMSMonthToDateSpentUSD"): (79,)},
    ),
    "new-versions": (of_version("khaya-jobs-prod", 1), of_version("khaya-jobs-prod", 0)),
    "more-new-versions": (of_version("khaya-auth-prod", 1), of_version("khaya-auth-prod", 0)),
}


# What our code emits.


Run = Callable[[pytest.MonkeyPatch], None]


def a_message_fails_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "change_visibility", lambda *_: None)
    record = {
        "messageId": "1",
        "receiptHandle": "handle",
        "body": json.dumps({"consumer": "bids"}),  # it lacks the job, so the consumer fails
        "attributes": {"MessageGroupId": "bids#1", "ApproximateReceiveCount": "10"},
        "eventSource": "aws:sqs",
    }
    app("derived").handler({"Records": [record]}, Context())


def a_job_cannot_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(jobs, "due", lambda _: [["job-1"]])
    monkeypatch.setattr(jobs, "apply_deadline", fail)
    app("job_expiry").handler({}, Context())


def a_payout_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disbursements, "enqueue_due", lambda *_: 0)
    monkeypatch.setattr(payouts, "waits_for_admin_since", lambda _: True)
    app("due_payouts").handler({}, Context())


def a_record_is_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked_records, "_put", lambda *_: None)
    record = {
        "eventID": "1",
        "eventSourceARN": "arn:aws:dynamodb:af-south-1:123456789012:table/khaya-jobs-prod-1/stream/2026",
        "dynamodb": {"Keys": {"id": {"S": "1"}}, "SequenceNumber": "1", "ApproximateCreationDateTime": 1_795_251_020},
    }
    parked_records.park(record, ValueError())


def the_books_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"open": 2, "unfinished": 0}
    monkeypatch.setattr(reconciliation, "run", lambda *_: SimpleNamespace(as_counts=lambda: report))
    app("reconciliation").handler({}, Context())


def text_messages_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise TooMany("No more text messages this hour.", 60)

    monkeypatch.setenv("SMS_PER_HOUR", "1")
    settings.settings.cache_clear()
    monkeypatch.setattr(channel_limits, "commit_now", fail)
    with pytest.raises(TooMany):
        channel_limits.count("sms", "123456 is your Khaya code.", "2026-11-21T08:00:00.000Z")
    monkeypatch.undo()
    settings.settings.cache_clear()


def six_webhooks_are_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Provider:
        def events_of(self, *_: Any) -> None:
            raise errors.WrongSignature

    monkeypatch.setattr(provider, "payment_provider", Provider)
    for _ in range(6):
        assert Person().post("/payments/webhook", {"event": "charge.success"}).status == 401


FROM_OUR_CODE: dict[str, tuple[str, Run, str]] = {
    "consumers": ("derived", a_message_fails_for_good, "bids"),
    "tasks": ("job_expiry", a_job_cannot_expire, "job_expiry"),
    "operator-needed": ("due_payouts", a_payout_waits, "payout_waits"),
    "webhooks": ("payments", six_webhooks_are_not_signed, ""),
}
"""For each alarm the function, what happens in it, and the series that rings."""

FOR_AN_OPERATOR: dict[str, tuple[str, Run]] = {
    "payout_waits": ("due_payouts", a_payout_waits),
    "record_parked": ("stream_dispatcher", a_record_is_parked),
    "reconciliation_differences": ("reconciliation", the_books_differ),
    "sms_cap_reached": ("code_delivery", text_messages_are_used_up),
}
"""Reasons for which an operator is called, with the function and what happens in it."""


def values_of(service: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Samples:
    """What a function writes as metrics while something happens in it."""
    app(service)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", f"Khaya/{ENVIRONMENT}")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
    observability.metrics.cache_clear()
    capsys.readouterr()
    run(monkeypatch)
    observability.flush()
    observability.metrics.cache_clear()
    return emitted(capsys.readouterr().out)


# The tests.


def test_every_alarm_has_a_case_and_every_case_an_alarm() -> None:
    assert sorted([*FROM_AWS, *FROM_OUR_CODE]) == sorted(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_given_no_data_then_an_alarm_is_quiet(name: str) -> None:
    assert state(ALARMS[name], []) == "OK"
    assert state(ALARMS[name], [{}] * 10) == "OK"


@pytest.mark.parametrize("name", FROM_AWS)
def test_given_values_of_a_fault_then_the_alarm_rings_and_on_a_good_day_it_does_not(name: str) -> None:
    fault, good = FROM_AWS[name]
    assert state(ALARMS[name], [good] * 10) == "OK"
    assert state(ALARMS[name], [fault] * 10) == "ALARM"


@pytest.mark.parametrize("name", FROM_OUR_CODE)
def test_given_a_fault_in_our_code_then_the_alarm_rings_and_names_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service, run, series = FROM_OUR_CODE[name]
    values = values_of(service, run, monkeypatch, capsys)
    assert ringing(ALARMS[name], [values]) == {series}


@pytest.mark.parametrize("reason", FOR_AN_OPERATOR)
def test_given_something_that_waits_for_an_operator_then_the_alarm_names_the_reason(
    reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = values_of(*FOR_AN_OPERATOR[reason], monkeypatch, capsys)
    assert ringing(ALARMS["operator-needed"], [values]) == {reason}


@pytest.mark.parametrize("queue", [name for name in QUEUES if not name.endswith("DeadLetters")])
def test_given_an_old_message_in_any_queue_then_the_alarm_rings(queue: str) -> None:
    assert state(ALARMS["queue-age"], [ages(**{queue.removesuffix("Queue"): 1_201})] * 2) == "ALARM"


@pytest.mark.parametrize("function", [name for name in BEHIND_THE_API if name != "khaya-platform-prod"])
def test_given_an_error_of_any_new_version_then_an_alarm_of_the_canary_rings(function: str) -> None:
    values = of_version(function, 1)
    assert {name for name in ("new-versions", "more-new-versions") if ringing(ALARMS[name], [values])}


@pytest.mark.parametrize("hurt", ["server-errors", "slow-requests", "synthetic-check"])
def test_given_what_a_customer_notices_then_the_composite_alarm_rings(hurt: str) -> None:
    rule = alarms(ENVIRONMENT, COMPOSITE_ALARM)["customers-are-hurt"]["AlarmRule"]
    rings = {one["LogicalId"] for name, one in ALARMS.items() if name in FROM_AWS and name == hurt}
    assert composite_state(rule, rings) == "ALARM"
    assert composite_state(rule, set()) == "OK"
    assert composite_state(rule, {ALARMS["email-bounces"]["LogicalId"]}) == "OK"


def test_given_one_slow_period_in_three_then_the_alarm_is_quiet_and_rings_at_the_second() -> None:
    fault, good = FROM_AWS["slow-requests"]
    assert state(ALARMS["slow-requests"], [good, fault, good]) == "OK"
    assert state(ALARMS["slow-requests"], [fault, good, fault]) == "ALARM"


# The evaluation itself.


@pytest.mark.parametrize(
    ("expression", "points", "expected"),
    [
        ("IF(a > 5 AND a / b > 1, 100 * a / b, 0)", {"a": 6, "b": 3}, 200),
        ("IF(a > 5, a, 0)", {"a": 5}, 0),
        ("IF(a > 5, a, 0)", {"a": None}, None),
        ("MAX([a, b])", {"a": 1, "b": None}, 1),
        ("MAX([a, b])", {"a": None, "b": None}, None),
        ("SUM(METRICS())", {"a": 1, "b": 2}, 3),
        ("a - 900", {"a": None}, None),
    ],
)
def test_metric_math(expression: str, points: Mapping[str, float | None], expected: float | None) -> None:
    assert calculate(expression, points) == expected


def test_statistics() -> None:
    assert statistic("Average", []) is None
    assert statistic("p99", [float(one) for one in range(1, 101)]) == 100
    assert statistic("p50", [1.0, 2.0, 3.0]) == 2
    assert statistic("PR(1000:)", [999.0, 1000.0, 1001.0, 5.0]) == 50


def test_a_query_reads_metrics_with_exactly_the_dimensions_of_its_schema() -> None:
    query = 'SELECT SUM(Failed) FROM SCHEMA("Khaya/prod", consumer, service) GROUP BY consumer ORDER BY SUM() DESC'
    values = {
        metric("Khaya/prod", "Failed", consumer="bids", service="derived"): (1.0, 2.0),
        metric("Khaya/prod", "Failed", consumer="search", service="derived"): (1.0,),
        metric("Khaya/prod", "Failed", service="derived"): (10.0,),
        metric("Khaya/dev", "Failed", consumer="bids", service="derived"): (10.0,),
    }
    assert select(query, values) == {"bids": 3, "search": 1}


def test_an_alarm_reads_ten_metrics_at_most_and_all_with_one_period() -> None:
    for name, one in ALARMS.items():
        assert len(metrics_of(one)) <= 10, name
        stats = [query["MetricStat"] for query in one.get("Metrics", []) if "MetricStat" in query]
        assert len({stat["Period"] for stat in stats}) <= 1, name
        period = int(one.get("Period") or (stats or one["Metrics"])[0].get("Period"))
        assert period * int(one["EvaluationPeriods"]) <= 24 * 3600, f"{name}: CloudWatch looks a day back at most"
        assert "SEARCH" not in str(one), f"{name}: an alarm cannot search"
