"""Structured logs, counts of what happens, and metrics for alarms.

They contain no tokens, codes, phones, e-mails or message texts. A metric is billed for each hour in which it has a
value, so what no alarm reads is counted in the log instead, where the dashboard and saved queries read it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import AbstractContextManager
from functools import lru_cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric


@lru_cache(maxsize=1)
def logger() -> Logger:
    """The function's logger; service name, level and release come from the environment.

    Without the code location, which would double the time that a log line takes. Messages are text and are not tried
    as JSON, and the encoder is made once, not for each line.
    """
    return Logger(
        utc=True,
        log_uncaught_exceptions=False,
        json_serializer=json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode,
        json_deserializer=str,
        location=None,  # type: ignore[arg-type, unused-ignore]
        release=os.environ.get("RELEASE_ID", ""),
    )


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """The function's metrics, written into its log in CloudWatch's embedded format.

    The namespace comes from the environment, as the service's name does: `Khaya/<environment>`.
    """
    return Metrics()


_counts: Counter[str] = Counter()


def count(name: str, number: int = 1) -> None:
    """Add `number` to what the next line of counts says, for example of `JobPosted`. Nothing is written for zero."""
    _counts[name] += number


def count_for_alarm(name: str, number: int = 1) -> None:
    """Add `number` to a metric that an alarm reads, for example `TaskFailed`. Nothing is written for zero."""
    if number:
        metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def count_for_consumer(name: str, consumer: str) -> None:
    """Count one message of a queue's consumer, in a metric with the dimension `consumer` beside `service`."""
    _count_with("consumer", consumer, name, 1)


def call_operator(reason: str, number: int = 1) -> None:
    """Count what only an operator can take further, in the metric `OperatorNeeded` with the dimension `reason`.

    One alarm watches all reasons. docs/operating.md has a line for each.
    """
    if number:
        _count_with("reason", reason, "OperatorNeeded", number)


def log_fields(**fields: str) -> AbstractContextManager[None]:
    """Put these fields on every line that is logged in the block."""
    return logger().append_context_keys(**fields)


def flush() -> None:
    """Write what was counted since the last call: a line of counts, and the metrics of alarms.

    The line does not depend on the level of the log.
    """
    found = {name: number for name, number in _counts.items() if number}
    _counts.clear()
    if found:
        line = {"message": "counted", "service": os.environ.get("POWERTOOLS_SERVICE_NAME", ""), "counts": found}
        print(json.dumps(line, separators=(",", ":")))  # noqa: T201 - as the library writes metrics
    pending = metrics()
    if pending.metric_set:
        pending.flush_metrics()


def _count_with(dimension: str, value: str, name: str, number: int) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=number) as metric:
        metric.add_dimension(dimension, value)
